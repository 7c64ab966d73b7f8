// schedulers/marathon: the Scheduler port over Marathon's HTTP API.

import type { AppDefinition } from '../../api/policy.ts';
import type { Change, FieldDiff } from '../../core/change.ts';
import type { AppObservation, Footprint } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';
import { messageOf } from '../../runtime/errors.ts';
import { askOverHttp } from '../idle/ask.ts';
import { IdleSilence } from '../idle/silence.ts';
import type {
  ApplyResult,
  ReportingScheduler,
  RoomQuestion,
  SchedulerCall,
  SchedulerInfo,
  SchedulerStats,
  SchedulerView,
} from '../scheduler.ts';
import { Actor } from './act.ts';
import { baseUrls, type MarathonConfig, type MarathonDeps } from './config.ts';
import { dependenciesOf } from './definition/dependencies.ts';
import type { Wanted } from './definition/drift.ts';
import { footprintOf } from './definition/footprint.ts';
import { KnownDrift } from './definition/known-drift.ts';
import { followEvents } from './events/event-stream.ts';
import { concerned, EVENT_TYPES } from './events/events.ts';
import { Pulse } from './events/pulse.ts';
import { type ClientOptions, MarathonClient } from './http/client.ts';
import { trustedCertificates } from './http/tls.ts';
import { authorization } from './login/credentials.ts';
import { loginPoster } from './login/login.ts';
import type { MesosCluster } from './mesos/cluster.ts';
import { createMesosCluster } from './mesos/index.ts';
import { ClusterView } from './view.ts';
import { Writer } from './write/writer.ts';

export type { MarathonConfig, MarathonDeps } from './config.ts';
export type MarathonScheduler = ReportingScheduler;

/** Events of one change come in a burst; one wake-up serves them all. */
const WAKE_MS = 50;

/** @throws TerminalError for a configuration that cannot work */
export function createMarathonScheduler(config: MarathonConfig, deps: MarathonDeps): MarathonScheduler {
  return new HttpMarathonScheduler(config, deps);
}

/** @throws TerminalError for a configuration that cannot work */
export function createMarathonClient(
  config: MarathonConfig,
  deps: Pick<MarathonDeps, 'clock' | 'values' | 'onCall'>,
): MarathonClient {
  const { clock, onCall } = deps;
  return new MarathonClient(transportOptions(config, deps), onCall && { clock, onCall });
}

function transportOptions(
  config: MarathonConfig,
  { clock, values }: Pick<MarathonDeps, 'clock' | 'values'>,
): ClientOptions {
  const urls = baseUrls(config);
  const { deadlineMs, lateMs } = config;
  const ca = trustedCertificates(config.caFile, values);
  const login = { clock, origin: new URL(urls[0] ?? '').origin, post: loginPoster({ deadlineMs, ca }) };
  return {
    baseUrls: urls,
    authorization: authorization(config.auth, values, login),
    deadlineMs,
    ca,
    ...defined({ lateMs }),
  };
}

class HttpMarathonScheduler implements ReportingScheduler {
  readonly #deps: MarathonDeps;
  readonly #client: MarathonClient;
  readonly #view: ClusterView;
  readonly #pulse: Pulse;
  readonly #actor: Actor;
  readonly #mesos: MesosCluster;
  readonly #drift: KnownDrift;
  readonly #closing = new AbortController();
  /** Rounds look again. */
  #wake: () => void = () => undefined;
  #failure: string | undefined = 'not read yet';
  #version: string | undefined;
  /** Whose version was asked for last. */
  #versionOf: string | undefined;

  constructor(config: MarathonConfig, deps: MarathonDeps) {
    const { clock, values } = deps;
    this.#deps = deps;
    const onCall = (call: SchedulerCall): void => {
      if (call.outcome !== 'unreachable' && call.outcome !== 'aborted') this.#pulse.answered();
      deps.onCall?.(call);
    };
    this.#client = createMarathonClient(config, { ...deps, onCall });
    const client = this.#client;
    this.#pulse = new Pulse({
      clock,
      ask: (onLate, signal) => client.pulse(onLate, signal),
      onTurn: () => this.#wake(),
    });
    this.#drift = new KnownDrift(values);
    this.#view = new ClusterView({ client, clock, resyncMs: config.resyncMs }, this.#closing.signal);
    this.#actor = new Actor({
      client,
      view: this.#view,
      writer: new Writer({ client, view: this.#view, clock }),
      values,
      clock,
      ask: askOverHttp,
      silence: new IdleSilence(deps.log),
      version: () => this.#version,
    });
    this.#mesos = createMesosCluster(config, { client, clock, log: deps.log }, this.#closing.signal);
  }

  async observe(ids: readonly string[], signal: AbortSignal): Promise<SchedulerView> {
    try {
      const looking = this.#view.observe(ids, signal);
      const { lost } = this.#pulse;
      if (lost !== undefined) {
        // Whoever waited for one that is given up would be told no sooner; the answer, if one comes, wakes.
        looking.catch((error: unknown) => {
          if (!signal.aborted) this.#pulse.failed(error);
        });
        throw lost.error;
      }
      const view = await looking;
      this.#failure = undefined;
      await this.#askVersion(signal);
      const sinceMs = this.#pulse.silentSinceMs;
      return sinceMs === undefined ? view : { ...view, silent: new Map(ids.map((id) => [id, sinceMs])) };
    } catch (error) {
      if (!signal.aborted) this.#failure = messageOf(error);
      throw error;
    }
  }

  dependencies(app: string, definition: AppDefinition): readonly string[] {
    return dependenciesOf(app, definition);
  }

  footprint(definition: AppDefinition): Footprint {
    return footprintOf(definition);
  }

  diff(wanted: Wanted, observed: AppObservation): readonly FieldDiff[] {
    return this.#drift.of(wanted, observed, this.#version);
  }

  async apply(change: Change, signal: AbortSignal): Promise<ApplyResult> {
    return await this.#actor.apply(change, AbortSignal.any([signal, this.#closing.signal]));
  }

  async owned(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    return await this.#client.owned(signal);
  }

  async room(question: RoomQuestion, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    return await this.#mesos.room(question, signal);
  }

  async watch(onChange: (apps?: ReadonlySet<string>) => void, signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, this.#closing.signal]);
    const wake = this.#gathering(onChange, until);
    this.#wake = wake;
    await followEvents(
      {
        clock: this.#deps.clock,
        log: this.#deps.log,
        open: (within) => this.#client.events(EVENT_TYPES, within),
        onOpen: () => {
          const ended = this.#view.streamOpened();
          wake();
          return ended;
        },
        onEvent: (data) => {
          const apps = concerned(data, this.#view);
          if (apps === undefined) return;
          this.#view.changed(apps);
          wake(apps);
        },
        onBytes: () => this.#pulse.heard(),
        pulse: (within) => this.#pulse.watch(within),
      },
      until,
    );
  }

  stats(): SchedulerStats {
    return this.#client.stats();
  }

  info(): SchedulerInfo {
    const version = this.#version;
    const url = this.#client.url;
    const message = this.#failure ?? `Marathon ${version ?? 'of unknown version'}`;
    return {
      url,
      reachable: this.#failure === undefined,
      message,
      ...defined({ version }),
    };
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the Marathon client is closed'));
    this.#client.close();
  }

  /** Once per node that answers; a Marathon that does not say it is treated as the newest. */
  async #askVersion(signal: AbortSignal): Promise<void> {
    if (this.#versionOf === this.#client.url) return;
    try {
      this.#version = (await this.#client.info(signal)).version ?? this.#version;
    } catch (error) {
      if (signal.aborted) throw error;
      this.#deps.log.debug('version not known', { reason: messageOf(error) });
    } finally {
      this.#versionOf = this.#client.url;
    }
  }

  /** `onChange`, at most once per WAKE_MS, with all that was heard since. */
  #gathering(
    onChange: (apps?: ReadonlySet<string>) => void,
    signal: AbortSignal,
  ): (apps?: readonly string[]) => void {
    let waiting = false;
    /** Undefined: about all. */
    let gathered: Set<string> | undefined = new Set();
    return (apps) => {
      if (apps === undefined) gathered = undefined;
      else for (const id of apps) gathered?.add(id);
      if (waiting) return;
      waiting = true;
      const rested = this.#deps.clock.sleep(WAKE_MS, signal);
      rested.then(
        () => {
          const about = gathered;
          waiting = false;
          gathered = new Set();
          onChange(about);
        },
        () => undefined,
      );
    };
  }
}
