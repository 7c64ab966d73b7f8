// schedulers/docker: the Scheduler port over one Docker engine.

import type { AppDefinition } from '../../api/policy.ts';
import type { Change, FieldDiff } from '../../core/change.ts';
import type { AppObservation, Footprint } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import { abortable } from '../../runtime/abort/abortable.ts';
import { wallOffset } from '../../runtime/clock.ts';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import { differences, type Wanted } from '../definition/differences.ts';
import { engineEndpointHost } from '../docker-engine/address.ts';
import { EngineCalls } from '../docker-engine/calls.ts';
import { EngineClient } from '../docker-engine/client.ts';
import { type EngineConfig, engineTarget } from '../docker-engine/spec.ts';
import { Wakes } from '../docker-engine/wakes.ts';
import { IdleSilence } from '../idle/silence.ts';
import type {
  ApplyResult,
  ReportingScheduler,
  RoomQuestion,
  SchedulerInfo,
  SchedulerStats,
  SchedulerView,
} from '../scheduler.ts';
import { Actor } from './act.ts';
import { ContainerList, containersOf, type Listing } from './apps/container-list.ts';
import { ContainerWork } from './apps/container-work.ts';
import { Keeper } from './apps/keeper.ts';
import type { KeptApp } from './apps/kept-app.ts';
import { KeptApps } from './apps/kept-apps.ts';
import type { DockerDeps } from './config.ts';
import { footprintOf } from './container/definition.ts';
import { toObservation } from './observation.ts';
import { EngineRoom } from './room.ts';
import { secretsOf } from './secrets.ts';
import { followContainers } from './wakes.ts';

/** @throws TerminalError for a configuration that cannot work */
export function createDockerScheduler(config: EngineConfig, deps: DockerDeps): ReportingScheduler {
  return new DockerScheduler(config, deps);
}

class DockerScheduler implements ReportingScheduler {
  readonly #deps: DockerDeps;
  readonly #client: EngineClient;
  readonly #calls: EngineCalls;
  readonly #list: ContainerList;
  readonly #apps: KeptApps;
  readonly #keeper: Keeper;
  readonly #actor: Actor;
  readonly #room: EngineRoom;
  readonly #wakes: Wakes;
  readonly #closing = new AbortController();
  readonly #wallAheadMs: () => number;
  #failure: string | undefined = 'not read yet';
  #version: string | undefined;
  #wasActing = false;
  /** Apps that another process acts for. */
  readonly #others = new Set<string>();

  constructor(config: EngineConfig, deps: DockerDeps) {
    const { clock, log, values, documents, onCall, random = Math.random, isActing = () => true } = deps;
    const closing = this.#closing.signal;
    this.#deps = deps;
    this.#wallAheadMs = wallOffset(clock);
    this.#calls = new EngineCalls({ scheduler: 'docker', endpointOf }, clock, onCall);
    const calls = this.#calls;
    const client = new EngineClient(engineTarget('docker', config, values), {
      deadlineMs: config.deadlineMs,
      clock,
      onCall: (call, answer, startedAtMs) => calls.ended(call, answer, startedAtMs),
    });
    this.#client = client;
    this.#wakes = new Wakes(clock, closing);
    this.#list = new ContainerList({ client, clock, resyncMs: config.resyncMs }, closing);
    const list = this.#list;
    this.#apps = new KeptApps(client.address.text, documents);
    const apps = this.#apps;
    const secretEnv = async (app: KeptApp): Promise<Readonly<Record<string, string>>> =>
      await secretsOf(app, containersOf(await list.read(), app.id), { client, values }, closing);
    const work = new ContainerWork({ client, clock, log, random, list, secretEnv }, closing);
    this.#keeper = new Keeper(
      {
        client,
        clock,
        log,
        list,
        work,
        isActing,
        onChange: (app) => this.#wakes.changed(app),
        onGone: (app) => {
          apps.remove(app);
          this.#wakes.changed(app);
        },
      },
      closing,
    );
    this.#room = new EngineRoom({ client, clock });
    this.#actor = new Actor({
      list,
      apps,
      clock,
      values,
      wallAheadMs: this.#wallAheadMs,
      host: engineEndpointHost(client.address),
      wake: (app) => this.#keeper.wake(app),
      silence: new IdleSilence(log),
    });
  }

  async observe(ids: readonly string[], signal: AbortSignal): Promise<SchedulerView> {
    signal.throwIfAborted();
    try {
      this.#forgetOlderReign(ids);
      const listing = await abortable(this.#list.read(), signal);
      const found = await Promise.all(ids.map((id) => this.#observed(id, listing, signal)));
      this.#failure = undefined;
      await this.#askVersion(signal);
      return {
        apps: new Map(found.flatMap((app) => app ?? []).map((app) => [app.id, app])),
        atMs: listing.atMs,
      };
    } catch (error) {
      if (!signal.aborted) this.#failure = messageOf(error);
      throw error;
    }
  }

  async owned(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    return this.#apps.owners(await abortable(this.#list.read(), signal));
  }

  footprint(definition: AppDefinition): Footprint {
    return footprintOf(definition);
  }

  diff(wanted: Wanted, { definition }: AppObservation): readonly FieldDiff[] {
    return differences(wanted, { definition, owned: true }, this.#deps.values);
  }

  async apply(change: Change, signal: AbortSignal): Promise<ApplyResult> {
    this.#forgetOlderReign([change.app]);
    return await this.#actor.apply(change, AbortSignal.any([signal, this.#closing.signal]));
  }

  prepare(app: string, instances: number): void {
    const known = this.#apps.known(app);
    if (known?.expect(instances, this.#deps.clock.monotonic()).isNews === true) this.#keeper.wake(known);
  }

  async room(question: RoomQuestion, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    return await this.#room.room(question, AbortSignal.any([signal, this.#closing.signal]));
  }

  async watch(onChange: (apps?: ReadonlySet<string>) => void, signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, this.#closing.signal]);
    const undo = this.#wakes.subscribe(onChange);
    try {
      await followContainers(
        {
          client: this.#client,
          clock: this.#deps.clock,
          log: this.#deps.log,
          list: this.#list,
          onOpen: () => {
            for (const app of this.#apps.all()) {
              // It may have been started anew, or been given what it lacked.
              app.backoff.retryNow(this.#deps.clock.monotonic());
              this.#keeper.wake(app);
            }
            this.#wakes.changed();
          },
          onEvent: (id) => {
            const app = this.#apps.known(id);
            if (app !== undefined) this.#keeper.wake(app);
            this.#wakes.changed(id);
          },
        },
        until,
      );
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
      message: this.#failure ?? `Docker Engine ${version ?? 'of unknown version'}`,
      ...defined({ version }),
    };
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the client of the Docker engine is closed'));
    await this.#client.close();
  }

  async #observed(id: string, listing: Listing, signal: AbortSignal): Promise<AppObservation | undefined> {
    const app = this.#apps.find(id, listing);
    if (app === undefined) return undefined;
    const containers = containersOf(listing, id);
    if (app.secretEnv === undefined) await this.#learnSecrets(app, listing, signal);
    if (app.lookedAt !== listing) this.#keeper.wake(app);
    if (app.record.deleted === true && containers.length === 0 && app.isQuiet) return undefined;
    return toObservation(app, containers, {
      nowMs: this.#deps.clock.monotonic(),
      host: engineEndpointHost(this.#client.address),
      wallAheadMs: this.#wallAheadMs(),
    });
  }

  /** Where several processes may act, another one did until now: the containers say what was asked for. */
  #forgetOlderReign(ids: readonly string[]): void {
    const { isActing } = this.#deps;
    if (isActing === undefined) return;
    const begins = isActing() && !this.#wasActing;
    this.#wasActing = isActing();
    if (begins) this.#apps.forget();
    for (const id of ids) {
      if (!isActing(id)) this.#others.add(id);
      else if (this.#others.delete(id) && this.#apps.known(id) !== undefined) this.#apps.remove(id);
    }
  }

  /** What cannot be resolved is not compared, and said when a container needs it. */
  async #learnSecrets(app: KeptApp, listing: Listing, signal: AbortSignal): Promise<void> {
    const deps = { client: this.#client, values: this.#deps.values };
    await secretsOf(app, containersOf(listing, app.id), deps, signal).catch((error: unknown) => {
      if (!(error instanceof TerminalError)) throw error;
    });
  }

  async #askVersion(signal: AbortSignal): Promise<void> {
    this.#version ??= await this.#client.serverVersion(signal);
  }
}

/** A short, closed list. */
function endpointOf(path: string): string {
  if (path === '/containers/json') return 'containers';
  if (path.startsWith('/containers/')) return 'container';
  return path === '/info' || path === '/_ping' ? path.replace(/\W/g, '') : 'other';
}
