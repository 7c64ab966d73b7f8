// schedulers/ecs: a Scheduler over services that exist in Amazon ECS, of one account and region: their counts are read and set,
// nothing else.

import type { AppDefinition } from '../../api/policy.ts';
import type { Change, ChangeOf } from '../../core/change.ts';
import type { AppObservation, Footprint } from '../../core/observation.ts';
import { messageOf, TerminalError, TransientError, WaitError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { statedFootprint } from '../definition/footprint.ts';
import { type AskTask, askOverHttp } from '../idle/ask.ts';
import { IdleSilence } from '../idle/silence.ts';
import { RecentlyUsed } from '../recently-used.ts';
import {
  type ApplyResult,
  type ReportingScheduler,
  type RoomQuestion,
  type SchedulerInfo,
  type SchedulerStats,
  type SchedulerView,
  TargetRefused,
} from '../scheduler.ts';
import { EcsFailure } from './api/failure.ts';
import type { EcsSpec } from './block/index.ts';
import { type Connection, type OpenDeps, openEcs } from './connection.ts';
import { observationOf } from './observation.ts';
import type { SeenService } from './read/look.ts';
import { READ_TIMING, type ReadTiming, ServiceReader } from './read/reader.ts';
import { ClusterRoom } from './room/cluster-room.ts';
import { type ServiceName, serviceNameOf, serviceText } from './target.ts';
import { Counts } from './write/counts.ts';
import { Protection } from './write/protect.ts';

export interface EcsDeps extends OpenDeps {
  readonly log: Logger;
  readonly timing?: Partial<ReadTiming>;
  readonly ask?: AskTask;
}

/** How often is looked whether something is due while somebody watches. */
export const POLL_MS = 100;
const LOCK_RETRY_MS = 2_000;

/** The smallest task that Fargate has. */
const DEFAULTS: Footprint = { cpus: 0.25, mem: 512, disk: 0, gpus: 0 };

export function footprintOf(definition: AppDefinition): Footprint {
  const stated = statedFootprint(definition, { cpus: 0, mem: 0, disk: 0, gpus: 0 });
  return Object.values(stated).some((amount) => amount > 0) ? stated : DEFAULTS;
}

type OnChange = (apps?: ReadonlySet<string>) => void;

export class EcsScheduler implements ReportingScheduler {
  readonly #deps: EcsDeps;
  readonly #closing = new AbortController();
  readonly #connection: Connection;
  readonly #reader: ServiceReader;
  readonly #counts: Counts;
  /** Services that a policy names. */
  readonly #named: RecentlyUsed<undefined>;
  readonly #protection = new Protection();
  readonly #silence: IdleSilence;
  readonly #room: ClusterRoom;
  readonly #watchers = new Set<OnChange>();

  constructor(spec: EcsSpec, deps: EcsDeps) {
    const { clock } = deps;
    this.#deps = deps;
    this.#silence = new IdleSilence(deps.log);
    this.#counts = new Counts(clock);
    this.#named = new RecentlyUsed({
      clock,
      make: () => undefined,
      onForgotten: (id) => this.#counts.forget(id),
    });
    this.#connection = openEcs(spec, deps);
    this.#reader = new ServiceReader({
      clock,
      timing: { ...READ_TIMING, ...deps.timing },
      api: () => this.#connection.api(),
      closing: this.#closing.signal,
      onChange: (ids) => {
        for (const watcher of [...this.#watchers]) watcher(ids);
      },
    });
    this.#room = new ClusterRoom(clock, () => this.#connection.api());
  }

  async observe(ids: readonly string[], signal: AbortSignal): Promise<SchedulerView> {
    signal.throwIfAborted();
    const { clock } = this.#deps;
    const names = ids.filter((id) => serviceNameOf(id) !== undefined);
    const looks = await this.#reader.look(names, signal);
    signal.throwIfAborted();
    const apps = new Map<string, AppObservation>();
    const unseen = new Map<string, string>();
    let oldestMs = clock.monotonic();
    for (const [id, { look, atMs }] of looks) {
      this.#named.of(id);
      const name = serviceNameOf(id);
      if (look.state === 'unseen') unseen.set(id, look.reason);
      if (look.state === 'absent') this.#counts.forget(id);
      if (look.state !== 'seen' || name === undefined) continue;
      const count = this.#counts.tell(id, look.facts);
      apps.set(id, observationOf({ id, name, look, count }));
      oldestMs = Math.min(oldestMs, atMs);
    }
    const [reason] = unseen.values();
    if (reason !== undefined && unseen.size === names.length) throw new TransientError(reason);
    const atMs = clock.now() - (clock.monotonic() - oldestMs);
    return { apps, ...(unseen.size > 0 && { unseen }), atMs };
  }

  /** Nothing of a definition is ours. */
  diff(): readonly [] {
    return [];
  }

  footprint(definition: AppDefinition): Footprint {
    return footprintOf(definition);
  }

  async apply(change: Change, signal: AbortSignal): Promise<ApplyResult> {
    signal.throwIfAborted();
    switch (change.kind) {
      case 'scale':
        return await this.#scale(change, AbortSignal.any([signal, this.#closing.signal]));
      case 'adopt':
      case 'release':
        return { outcome: 'noop' };
      default: {
        const name = serviceNameOf(change.app);
        const title = name === undefined ? change.app : serviceText(name);
        throw new TerminalError(
          `${title}: in Amazon ECS only counts are set, nothing is made, changed or deleted`,
        );
      }
    }
  }

  async room(question: RoomQuestion, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    signal.throwIfAborted();
    const ids = question.apps.map(({ id }) => id);
    const looks = await this.#reader.look(ids, signal);
    const seen = new Map(
      [...looks].flatMap(([id, { look }]) => (look.state === 'seen' ? [[id, look] as const] : [])),
    );
    return await this.#room.of(seen, question.headroom, signal);
  }

  async watch(onChange: OnChange, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    if (either.aborted) return;
    const watcher: OnChange = (apps) => onChange(apps);
    this.#watchers.add(watcher);
    try {
      for (;;) {
        await this.#deps.clock.sleep(POLL_MS, either);
        this.#reader.poll();
      }
    } catch (error) {
      if (!either.aborted) throw error;
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  stats(): SchedulerStats {
    return this.#connection.calls.stats;
  }

  info(): SchedulerInfo {
    return { url: this.#connection.url, ...this.#connection.calls.health };
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the scheduler was closed'));
    await this.#connection.close();
  }

  /** ECS has no conditional write: it is looked at just before, and somebody may still come between. */
  async #scale(change: ChangeOf<'scale'>, signal: AbortSignal): Promise<ApplyResult> {
    const { app, to } = change;
    const name = mustBeService(app);
    const doing = `scaling ${serviceText(name)} to ${to}`;
    const look = await this.#reader.lookNow(app, signal);
    if (look.state === 'unseen') throw new TransientError(`${doing}: ${look.reason}`);
    if (look.state === 'absent') throw lookAgain(doing, 'it is not there any more');
    if (look.refused !== undefined) throw new TargetRefused(`${doing}: ${look.refused}`);
    const { facts } = look;
    const from = this.#counts.show(app, facts).requested;
    const planned = this.#counts.told(app) ?? { createdAtMs: facts.createdAtMs, desired: from };
    if (planned.createdAtMs !== facts.createdAtMs) throw lookAgain(doing, 'it was deleted and made anew');
    if (planned.desired !== from) throw lookAgain(doing, `somebody else has set it to ${from} meanwhile`);
    if (from === to) return { outcome: 'noop' };
    if (facts.rollout !== undefined) {
      const what = `deployment ${facts.rollout} of ${serviceText(name)} (Restart of ${serviceText(name)})`;
      throw new WaitError(`${doing}: held by ${what}, which replaces its tasks`, LOCK_RETRY_MS);
    }
    if (change.idleVictims !== undefined && to < from)
      await this.#protect({ name, look, by: from - to, idleVictims: change.idleVictims }, signal);
    await this.#write(name, { to, doing, id: app }, signal);
    this.#counts.wrote(app, { createdAtMs: facts.createdAtMs, desired: from }, to);
    this.#reader.hurry(app);
    const { version } = this.#counts.show(app, { createdAtMs: facts.createdAtMs, desired: to });
    return { outcome: 'accepted', operation: `${serviceText(name)} ${version}`, version };
  }

  async #write(
    name: ServiceName,
    { to, doing, id }: { readonly to: number; readonly doing: string; readonly id: string },
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.#connection.api().setCount(name, to, signal);
    } catch (error) {
      // It may have been done all the same.
      this.#reader.doubt(id);
      if (!(error instanceof EcsFailure)) throw error;
      throw error.isGone ? lookAgain(doing, error.message) : error.as(doing);
    }
  }

  async #protect(
    fall: {
      readonly name: ServiceName;
      readonly look: SeenService;
      readonly by: number;
      readonly idleVictims: NonNullable<ChangeOf<'scale'>['idleVictims']>;
    },
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, log, ask = askOverHttp } = this.#deps;
    const onAnswers = this.#silence.of(serviceText(fall.name));
    try {
      const deps = { api: this.#connection.api(), clock, ask, onAnswers };
      await this.#protection.before(fall, deps, signal);
    } catch (error) {
      signal.throwIfAborted();
      // Whoever goes is then the choice of ECS, as without protection.
      log.warn('ecs: busy tasks could not be protected from stopping', { reason: messageOf(error) });
    }
  }
}

function lookAgain(doing: string, why: string): TransientError {
  return new TransientError(`${doing}: ${why}; looking again`);
}

function mustBeService(id: string): ServiceName {
  const name = serviceNameOf(id);
  if (name === undefined) throw new TerminalError(`${id} is no service of Amazon ECS, such as prod/worker`);
  return name;
}
