// emulator: brings instances to life and to an end; the only place that knows what follows a task's end.

import type { Clock } from '../../../runtime/clock.ts';
import { type AppDefinition, configVersion } from '../../definition/app.ts';
import type { HealthChecks } from '../../health/health-checks.ts';
import type { Readiness } from '../../health/readiness.ts';
import type { Cluster, Placement } from '../../mesos/cluster.ts';
import type { Executor, TaskSpec } from '../../mesos/executor.ts';
import type { ProcessRunner } from '../../mesos/process-runner.ts';
import { type TaskEnvironment, taskEnvironment } from '../../mesos/task-environment.ts';
import { isTerminal, type TaskStatus } from '../../mesos/task-status.ts';
import { type Instance, isPresent, isRunning, isWaiting, type Task } from './instance.ts';
import type { InstanceTracker } from './instance-tracker.ts';
import type { LaunchDelays } from './launch-delay.ts';
import { LaunchQueue } from './launch-queue.ts';
import { victims } from './victims.ts';

const MESOS_KILL_GRACE_MS = 3000;
/** Of one app, as objects in the launch queue; more than that are only counted. */
const MOST_WAITING = 1000;

export interface TaskFailure {
  readonly appId: string;
  readonly host: string;
  readonly message: string;
  readonly state: string;
  readonly taskId: string;
  readonly slaveId: string;
  readonly atMs: number;
  /** Of the app, at the launch. */
  readonly version: string;
}

export interface InstanceManagerDeps {
  readonly clock: Clock;
  readonly tracker: InstanceTracker;
  readonly cluster: Cluster;
  readonly executor: Executor;
  readonly runner: ProcessRunner;
  readonly delays: LaunchDelays;
  readonly environment: TaskEnvironment;
  readonly health: HealthChecks;
  readonly readiness: Readiness;
  /** The app as it is wanted now; undefined when it was deleted. */
  readonly wanted: (appId: string) => AppDefinition | undefined;
  /** Whether a deployment works on the app, so that nothing else changes its count. */
  readonly isLocked: (appId: string) => boolean;
  /** When no deployment works on the app any more; undefined when none does. */
  readonly whenFree: (appId: string) => Promise<void> | undefined;
}

export class InstanceManager {
  readonly queue: LaunchQueue;
  readonly #deps: InstanceManagerDeps;
  readonly #failures = new Map<string, TaskFailure>();
  #launched = 0;
  #closing = false;

  constructor(deps: InstanceManagerDeps) {
    this.#deps = deps;
    const { clock, cluster, delays } = deps;
    this.queue = new LaunchQueue({
      clock,
      cluster,
      delays,
      hostsOf: (app) => this.#hostsOf(app),
      launch: (i, p) => this.#launch(i, p),
    });
  }

  get health(): HealthChecks {
    return this.#deps.health;
  }

  get readiness(): Readiness {
    return this.#deps.readiness;
  }

  /** Whether an instance runs, and is well as far as its health checks can tell. */
  isWell(instance: Instance): boolean {
    return isRunning(instance) && this.health.passes(instance);
  }

  /** Whether an instance that a deployment has started is what the deployment waits for. */
  isUp(instance: Instance, signal: AbortSignal): boolean {
    // Readiness is asked from the start, not only after the first good health.
    const ready = isRunning(instance) && this.readiness.isReady(instance, signal);
    return ready && this.isWell(instance);
  }

  /** Number of tasks ever launched. */
  get launched(): number {
    return this.#launched;
  }

  get tracker(): InstanceTracker {
    return this.#deps.tracker;
  }

  lastFailure(appId: string): TaskFailure | undefined {
    return this.#failures.get(appId);
  }

  /** Instances of an app that count towards its target. */
  present(appId: string): Instance[] {
    return this.tracker.of(appId).filter(isPresent);
  }

  /** How many count towards the target of an app, with those that have no object yet. */
  presentCount(appId: string): number {
    return this.present(appId).length + this.tracker.backlog.count(appId);
  }

  schedule(app: AppDefinition, count: number): void {
    this.tracker.backlog.add(app, count);
    this.#refill(app.id);
  }

  /** As many instances wait in the queue as it takes to use what may become free. */
  #refill(appId: string): void {
    const waiting = this.queue.entry(appId)?.waiting.size ?? 0;
    const next = this.tracker.backlog.take(appId, MOST_WAITING - waiting);
    for (let i = 0; next !== undefined && i < next.count; i++)
      this.queue.add(this.tracker.schedule(next.app));
  }

  /** Ends every instance of an app for good. */
  decommissionAll(appId: string): void {
    this.tracker.backlog.take(appId, Number.POSITIVE_INFINITY);
    this.decommission(this.tracker.of(appId));
  }

  /** What waits as an earlier configuration of the app, and has no object yet, does not come to be. */
  dropOldBacklog(app: AppDefinition): void {
    const { backlog } = this.tracker;
    if (backlog.countOf(app) === 0) backlog.take(app.id, Number.POSITIVE_INFINITY);
  }

  /** Ends instances for good. */
  decommission(instances: Iterable<Instance>): void {
    for (const instance of instances) {
      this.tracker.setGoal(instance, 'Decommissioned');
      if (isWaiting(instance)) this.#remove(instance);
      else this.kill([instance]);
    }
  }

  /** Ends the tasks of instances; what is meant to run comes back as a new task. */
  kill(instances: Iterable<Instance>): void {
    for (const { task } of instances) if (task !== undefined) this.#deps.executor.kill(task.id);
  }

  /** Ends a task whose health check has failed too often; unlike an ordinary kill it is remembered as a failure. */
  killUnhealthy(instance: Instance, reason: string): void {
    const { task } = instance;
    if (task === undefined || instance.condition !== 'Running') return;
    const message = `Task was killed since health check failed. Reason: ${reason}`;
    const atMs = this.#deps.clock.now();
    this.#remember(instance, task, { state: 'TASK_KILLED', message, atMs });
    this.kill([instance]);
  }

  /** Ends instances for good; others take their places. */
  wipe(instances: readonly Instance[]): void {
    this.decommission(instances);
    for (const appId of new Set(instances.map((instance) => instance.appId))) this.scaleCheck(appId);
  }

  /** Takes `count` instances away in Marathon's order, the `named` ones first. */
  shrink(app: AppDefinition, count: number, named?: ReadonlySet<string>): void {
    const chosen = victims(app, this.tracker.of(app.id), count, named);
    this.tracker.backlog.take(app.id, count - chosen.length);
    this.decommission(chosen);
  }

  /** Makes the count of an app right again, unless a deployment is doing so. */
  scaleCheck(appId: string): void {
    const app = this.#deps.wanted(appId);
    if (this.#closing || app === undefined || this.#deps.isLocked(appId)) return;
    const present = this.presentCount(appId);
    if (present > app.instances) this.shrink(app, present - app.instances);
    // Those that are still ending hold their place: kill before launch.
    else this.schedule(app, app.instances - Math.max(present, this.tracker.count(appId)));
  }

  /** ms until the app may be launched again; 0 without back-off. */
  delayLeftMs(app: AppDefinition): number {
    return this.#deps.delays.leftMs(app);
  }

  /** The pause before the next launch is over. */
  resetDelay(appId: string): void {
    this.#deps.delays.reset(appId);
    this.queue.wake();
  }

  /** Nothing is known of the app any more. */
  forget(appId: string): void {
    this.resetDelay(appId);
    this.#failures.delete(appId);
    this.health.reconcile(appId);
  }

  /** From now on nothing is launched and every task is killed; resolves when all have ended. */
  async close(): Promise<void> {
    this.#closing = true;
    this.health.close();
    this.queue.close();
    await this.#deps.executor.killAll();
  }

  #hostsOf(app: AppDefinition): string[] {
    return this.tracker.of(app.id).flatMap(({ task, runSpec }) => {
      const lives = task !== undefined && (task.state === undefined || !isTerminal(task.state));
      return lives && configVersion(runSpec) === configVersion(app) ? [task.placement.hostname] : [];
    });
  }

  #launch(instance: Instance, placement: Placement): void {
    if (instance.task !== undefined) this.#deps.runner.forget(instance.task.id);
    const task = this.tracker.provision(instance, placement, this.#deps.clock.now());
    const spec = taskSpec(instance.runSpec, task, this.#deps.environment);
    this.#launched++;
    this.#refill(instance.appId);
    this.#deps.executor.launch(spec, (status) => this.#onStatus(instance, task, status));
  }

  #onStatus(instance: Instance, task: Task, status: TaskStatus): void {
    // That a deleted app is gone is known before the ends of its tasks are told.
    const isLast = isTerminal(status.state) && this.#deps.wanted(instance.appId) === undefined;
    this.tracker.update(instance, task, status, isLast ? this.#deps.whenFree(instance.appId) : undefined);
    if (status.state === 'TASK_RUNNING') this.health.start(instance, task);
    if (status.state === 'TASK_KILLING') this.health.stop(task);
    if (!isTerminal(status.state)) return;
    this.health.forget(task);
    this.#deps.cluster.release(task.placement);
    this.#learnFrom(instance, task, status);
    const app = this.#deps.wanted(instance.appId);
    const goesOn = app !== undefined && configVersion(app) === configVersion(instance.runSpec);
    if (!this.#closing && isPresent(instance) && goesOn) {
      this.tracker.reschedule(instance);
      this.queue.add(instance);
      return;
    }
    this.#remove(instance);
    this.queue.wake();
    this.scaleCheck(instance.appId);
  }

  /** An end by order is no failure and costs no delay; an end with status 0 does. */
  #learnFrom(instance: Instance, task: Task, status: TaskStatus): void {
    if (status.state === 'TASK_KILLED') return;
    this.#deps.delays.lengthen(instance.runSpec);
    if (status.state !== 'TASK_FINISHED') this.#remember(instance, task, status);
  }

  #remember(
    { appId }: Instance,
    task: Task,
    { state, message, atMs }: Pick<TaskStatus, 'state' | 'message' | 'atMs'>,
  ): void {
    const { hostname: host, agentId: slaveId } = task.placement;
    const { id: taskId, version } = task;
    this.#failures.set(appId, { appId, host, message, state, taskId, slaveId, atMs, version });
  }

  #remove(instance: Instance): void {
    this.queue.remove(instance);
    this.tracker.remove(instance);
    this.#refill(instance.appId);
    if (instance.task !== undefined) this.#deps.runner.forget(instance.task.id);
  }
}

function taskSpec(app: AppDefinition, task: Task, environment: TaskEnvironment): TaskSpec {
  const graceSeconds = app.taskKillGracePeriodSeconds;
  const image = app.container?.docker?.image;
  return {
    taskId: task.id,
    argv: app.cmd === undefined ? argvOf(app) : ['/bin/sh', '-c', app.cmd],
    env: taskEnvironment(environment, { app, taskId: task.id, placement: task.placement }),
    killGraceMs: graceSeconds === undefined ? MESOS_KILL_GRACE_MS : graceSeconds * 1000,
    ...(image === undefined ? {} : { refusal: imageRefusal(image) }),
  };
}

function argvOf(app: AppDefinition): readonly [string, ...string[]] {
  const [program = 'true', ...args] = app.args ?? [];
  return [program, ...args];
}

function imageRefusal(image: string): string {
  return (
    `This server runs plain processes and cannot run the image '${image}'; ` +
    "give the app a 'cmd' or 'args' and leave container.docker out"
  );
}
