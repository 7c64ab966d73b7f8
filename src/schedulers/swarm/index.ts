// schedulers/swarm: a Scheduler over services that exist in one Docker Swarm: their counts are read and set, nothing else.

import type { AppDefinition } from '../../api/policy.ts';
import type { ValueResolver } from '../../api/values.ts';
import type { Change } from '../../core/change.ts';
import type { AppObservation, Footprint } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import { abortable } from '../../runtime/abort/abortable.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { DocumentStore } from '../../runtime/document-store.ts';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { statedFootprint } from '../definition/footprint.ts';
import { EngineCalls } from '../docker-engine/calls.ts';
import { EngineClient } from '../docker-engine/client.ts';
import { type EngineConfig, engineTarget } from '../docker-engine/spec.ts';
import { Wakes } from '../docker-engine/wakes.ts';
import { RecentlyUsed } from '../recently-used.ts';
import type {
  ApplyResult,
  IsActing,
  ReportingScheduler,
  RoomQuestion,
  SchedulerCall,
  SchedulerInfo,
  SchedulerStats,
  SchedulerView,
} from '../scheduler.ts';
import { SwarmApi } from './api/client.ts';
import { isOutOfSequence } from './api/failure.ts';
import { followServices } from './follow.ts';
import { observationOf } from './observation.ts';
import { Counts } from './read/counts.ts';
import { type Listing, ServiceList } from './read/service-list.ts';
import { SwarmRoom } from './room/swarm-room.ts';
import { serviceText } from './words.ts';
import { ForgottenCounts } from './write/forgotten.ts';
import { scale } from './write/scale.ts';

export interface SwarmDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly values: ValueResolver;
  /** The operator's store; absent: nothing outlives the process. */
  readonly documents?: DocumentStore;
  /** Whether this instance may write; default: always. */
  readonly isActing?: IsActing;
  readonly onCall?: (call: SchedulerCall) => void;
}

/** A swarm places any number of tasks that reserve nothing; for sharing they count as a container without limits does. */
const DEFAULTS: Footprint = { cpus: 0.1, mem: 128, disk: 0, gpus: 0 };

export function footprintOf(definition: AppDefinition): Footprint {
  const stated = statedFootprint(definition, { cpus: 0, mem: 0, disk: 0, gpus: 0 });
  return Object.values(stated).some((amount) => amount > 0) ? stated : DEFAULTS;
}

export class SwarmScheduler implements ReportingScheduler {
  readonly #deps: SwarmDeps;
  readonly #client: EngineClient;
  readonly #api: SwarmApi;
  readonly #calls: EngineCalls;
  readonly #list: ServiceList;
  readonly #room: SwarmRoom;
  readonly #wakes: Wakes;
  readonly #counts: Counts;
  /** Services that a policy names. */
  readonly #named: RecentlyUsed<undefined>;
  readonly #forgotten: ForgottenCounts;
  readonly #closing = new AbortController();
  #failure: string | undefined = 'not read yet';
  #version: string | undefined;

  /** @throws TerminalError for a configuration that cannot work */
  constructor(config: EngineConfig, deps: SwarmDeps) {
    const { clock, values, documents, onCall, isActing = () => true } = deps;
    const { deadlineMs, resyncMs } = config;
    const closing = this.#closing.signal;
    this.#deps = deps;
    const calls = new EngineCalls(
      { scheduler: 'swarm', endpointOf, isConflict: isOutOfSequence },
      clock,
      onCall,
    );
    this.#calls = calls;
    const client = new EngineClient(engineTarget('swarm', config, values), {
      deadlineMs,
      clock,
      onCall: (call, answer, startedAtMs) => calls.ended(call, answer, startedAtMs),
    });
    this.#client = client;
    const api = new SwarmApi(client);
    this.#api = api;
    const wakes = new Wakes(clock, closing);
    this.#wakes = wakes;
    const onChange = (names: ReadonlySet<string>): void => {
      for (const name of names) wakes.changed(name);
    };
    this.#list = new ServiceList({ api, client, clock, resyncMs, onChange }, closing);
    this.#room = new SwarmRoom({ api, clock });
    const { log } = deps;
    this.#counts = new Counts(documents && { documents, place: client.address.text });
    this.#named = new RecentlyUsed({
      clock,
      make: () => undefined,
      onForgotten: (name) => this.#forget(name),
    });
    for (const name of this.#counts.ours.keys()) this.#named.of(name);
    const onWritten = (): void => this.#list.changed();
    const counts = this.#counts;
    this.#forgotten = new ForgottenCounts({ api, counts, clock, log, isActing, onWritten }, closing);
  }

  async observe(names: readonly string[], signal: AbortSignal): Promise<SchedulerView> {
    signal.throwIfAborted();
    try {
      const listing = await abortable(this.#list.read(names), signal);
      const apps = names.flatMap((name) => this.#observed(name, listing) ?? []);
      this.#failure = undefined;
      this.#version ??= await this.#client.serverVersion(signal);
      return { apps: new Map(apps.map((app) => [app.id, app])), atMs: listing.atMs };
    } catch (error) {
      if (!signal.aborted) this.#failure = messageOf(error);
      throw error;
    }
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
      default:
        throw new TerminalError(
          `${serviceText(change.app)}: in a Swarm only counts are set, nothing is made, changed or deleted`,
        );
    }
  }

  async room({ headroom, apps }: RoomQuestion, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    signal.throwIfAborted();
    const names = apps.map(({ id }) => id);
    const listing = await abortable(this.#list.read(names), signal);
    const within = AbortSignal.any([signal, this.#closing.signal]);
    return await this.#room.of({ names, headroom }, listing, within);
  }

  async watch(onChange: (apps?: ReadonlySet<string>) => void, signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, this.#closing.signal]);
    const undo = this.#wakes.subscribe(onChange);
    const { clock, log } = this.#deps;
    const tell = (service?: string): void => this.#wakes.changed(service);
    try {
      await followServices({ client: this.#client, clock, log, list: this.#list, onChange: tell }, until);
    } finally {
      undo();
    }
  }

  stats(): SchedulerStats {
    return this.#calls.stats;
  }

  info(): SchedulerInfo {
    const version = this.#version;
    return {
      url: this.#client.address.text,
      reachable: this.#failure === undefined,
      message: this.#failure ?? `Docker Swarm, engine ${version ?? 'of unknown version'}`,
      ...defined({ version }),
    };
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the client of the swarm is closed'));
    await this.#client.close();
  }

  async #scale(change: Change & { readonly kind: 'scale' }, signal: AbortSignal): Promise<ApplyResult> {
    const deps = {
      api: this.#api,
      counts: this.#counts,
      clock: this.#deps.clock,
      place: this.#client.address.text,
      onWritten: () => this.#list.changed(),
    };
    return await scale({ name: change.app, to: change.to }, deps, signal);
  }

  #forget(name: string): void {
    this.#counts.forget(name);
    this.#forgotten.forget(name);
  }

  #observed(name: string, { byName, nodes }: Listing): AppObservation | undefined {
    this.#named.of(name);
    const sight = byName.get(name);
    if (sight === undefined) {
      this.#forget(name);
      return undefined;
    }
    const writtenBy = this.#counts.tell(sight.service);
    this.#forgotten.look(sight, writtenBy === 'us');
    return observationOf(sight, { nodes, writtenBy });
  }
}

/** A short, closed list. */
function endpointOf(path: string): string {
  if (path.endsWith('/update')) return 'update';
  const [, first = ''] = path.split('/');
  return ['services', 'tasks', 'nodes', 'info', '_ping'].includes(first) ? first.replace('_', '') : 'other';
}
