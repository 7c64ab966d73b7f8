// emulator: asks every running task again and again whether it is well, and has it killed when it is not.

import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../runtime/clock.ts';
import type { AppDefinition, HealthCheck } from '../definition/app.ts';
import type { EventBus } from '../marathon/event-bus.ts';
import type { Instance, Task } from '../marathon/instances/instance.ts';
import type { InstanceTracker } from '../marathon/instances/instance-tracker.ts';
import { timestamp } from '../marathon/timestamp.ts';
import { type Health, isRunByMesos, nextHealth, type ProbeResult, UNKNOWN } from './health.ts';
import { probe } from './probe.ts';
import type { Prober } from './prober.ts';
import { within } from './within.ts';

/** Marathon's own checks begin no later than this. */
const FIRST_CHECK_MS = 5000;
const SHORTEST_INTERVAL_MS = 1000;

export interface HealthChecksDeps {
  readonly clock: Clock;
  readonly events: EventBus;
  readonly tracker: InstanceTracker;
  readonly prober: Prober;
  /** Of a task. */
  readonly environment: (instance: Instance, task: Task) => Readonly<Record<string, string>>;
  readonly wanted: (appId: string) => AppDefinition | undefined;
  readonly kill: (instance: Instance, reason: string) => void;
}

interface Watched {
  readonly instance: Instance;
  readonly task: Task;
  /** Monotonic. */
  readonly runningSinceMs: number;
  /** By position of the check; absent until its first result. */
  readonly results: (Health | undefined)[];
  readonly ended: AbortController;
}

export class HealthChecks {
  readonly #deps: HealthChecksDeps;
  readonly #watched = new Map<string, Watched>();
  /** The checks of each version of an app that somebody was told of. */
  readonly #announced = new Map<string, Map<string, readonly HealthCheck[]>>();

  constructor(deps: HealthChecksDeps) {
    this.#deps = deps;
  }

  /** Results so far of the last task of an instance. */
  of({ task }: Instance): readonly Health[] {
    const { results = [] } = (task && this.#watched.get(task.id)) ?? {};
    return results.filter((result) => result !== undefined);
  }

  /** Whether every check there is has found the task alive; true without checks. */
  passes(instance: Instance): boolean {
    const checks = instance.runSpec.healthChecks?.length ?? 0;
    const results = this.of(instance);
    return results.length === checks && results.every(({ alive }) => alive);
  }

  /** The task runs: from now on it is asked. */
  start(instance: Instance, task: Task): void {
    const checks = instance.runSpec.healthChecks ?? [];
    if (checks.length === 0) return;
    const runningSinceMs = this.#deps.clock.monotonic();
    const watched: Watched = { instance, task, runningSinceMs, results: [], ended: new AbortController() };
    this.#watched.set(task.id, watched);
    checks.forEach((check, index) => {
      this.#watch(watched, check, index).catch(() => undefined);
    });
  }

  /** The task is asked no more; what is known of it stays. */
  stop(task: Task): void {
    this.#watched.get(task.id)?.ended.abort();
  }

  /** The task has ended. */
  forget(task: Task): void {
    this.stop(task);
    this.#watched.delete(task.id);
  }

  /** Tells of checks that are new, and of those whose version is neither wanted nor run any more. */
  reconcile(appId: string): void {
    const app = this.#deps.wanted(appId);
    const specs = this.#deps.tracker.of(appId).map(({ runSpec }) => runSpec);
    const active = new Map(
      [...specs, ...(app === undefined ? [] : [app])].map((spec) => [spec.version, spec]),
    );
    const known = this.#announced.get(appId) ?? new Map<string, readonly HealthCheck[]>();
    for (const [version, checks] of [...known]) {
      if (active.has(version)) continue;
      known.delete(version);
      for (const _ of checks) this.#deps.events.publish('remove_health_check_event', { appId });
    }
    for (const [version, { healthChecks = [] }] of active) {
      if (healthChecks.length === 0 || known.has(version)) continue;
      known.set(version, healthChecks);
      for (const healthCheck of healthChecks)
        this.#deps.events.publish('add_health_check_event', { appId, version, healthCheck });
    }
    if (known.size === 0) this.#announced.delete(appId);
    else this.#announced.set(appId, known);
  }

  close(): void {
    for (const { ended } of this.#watched.values()) ended.abort();
  }

  async #watch(watched: Watched, check: HealthCheck, index: number): Promise<void> {
    const { clock, prober, environment } = this.#deps;
    const { signal } = watched.ended;
    const intervalMs = Math.max(check.intervalSeconds * 1000, SHORTEST_INTERVAL_MS);
    const subject = { check, task: watched.task, env: environment(watched.instance, watched.task) };
    const timeout = { clock, ms: check.timeoutSeconds * 1000 };
    const firstMs = isRunByMesos(check) ? check.delaySeconds * 1000 : Math.min(intervalMs, FIRST_CHECK_MS);
    for (let waitMs = firstMs; ; waitMs = intervalMs) {
      await clock.sleep(waitMs, signal);
      const result = await within(timeout, (deadline) => probe(prober, subject, deadline), signal).catch(
        (error: Error): ProbeResult => ({ ok: false, cause: error.message }),
      );
      signal.throwIfAborted();
      if (result !== undefined) this.#take(watched, { check, index, result });
    }
  }

  #take(
    { instance, task, runningSinceMs, results }: Watched,
    { check, index, result }: { check: HealthCheck; index: number; result: ProbeResult },
  ): void {
    const { clock, events, tracker, kill } = this.#deps;
    const nowMs = clock.monotonic();
    const before = results[index] ?? UNKNOWN;
    const update = nextHealth(check, before, result, { nowMs, runningSinceMs });
    results[index] = update.health;
    const about = { appId: instance.appId, version: instance.runSpec.version };
    if (!result.ok && !update.ignored)
      events.publish('failed_health_check_event', {
        appId: instance.appId,
        taskId: instance.id,
        healthCheck: check,
      });
    if (before.alive !== update.health.alive) {
      const { alive } = update.health;
      events.publish('health_status_changed_event', { ...about, instanceId: instance.id, alive });
      events.publish('instance_health_changed_event', {
        instanceId: instance.id,
        runSpecId: instance.appId,
        runSpecVersion: instance.runSpec.version,
        healthy: alive,
      });
    }
    if (!isDeepStrictEqual(before, update.health)) tracker.touch(instance.appId);
    if (update.kill === undefined) return;
    events.publish('unhealthy_instance_kill_event', {
      ...about,
      taskId: task.id,
      instanceId: instance.id,
      reason: update.kill,
      host: task.placement.hostname,
      slaveId: task.placement.agentId,
    });
    kill(instance, update.kill);
  }
}

/** As in `healthCheckResults` of a task. */
export function healthView(health: Health, instanceId: string): Record<string, unknown> {
  const at = (name: string, ms: number | undefined): Record<string, string> =>
    ms === undefined ? {} : { [name]: timestamp(ms) };
  return {
    alive: health.alive,
    consecutiveFailures: health.consecutiveFailures,
    ...at('firstSuccess', health.firstSuccessMs),
    ...at('lastFailure', health.lastFailureMs),
    ...at('lastSuccess', health.lastSuccessMs),
    ...(health.lastFailureCause === undefined ? {} : { lastFailureCause: health.lastFailureCause }),
    instanceId,
  };
}
