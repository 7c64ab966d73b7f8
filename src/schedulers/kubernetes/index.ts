// schedulers/kubernetes: a Scheduler over workloads that exist in one Kubernetes cluster: their counts are read and set, nothing else.

import type { AppDefinition } from '../../api/policy.ts';
import type { Change } from '../../core/change.ts';
import type { AppObservation, Footprint } from '../../core/observation.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf, TerminalError, TransientError } from '../../runtime/errors.ts';
import type { ReflectorTiming } from '../../runtime/kubernetes/reflector.ts';
import type { Logger } from '../../runtime/log.ts';
import { statedFootprint } from '../definition/footprint.ts';
import { type AskTask, askOverHttp } from '../idle/ask.ts';
import { IdleSilence } from '../idle/silence.ts';
import { RecentlyUsed } from '../recently-used.ts';
import {
  type ApplyResult,
  type ReportingScheduler,
  type RoomQuestion,
  type SchedulerCall,
  type SchedulerInfo,
  type SchedulerStats,
  type SchedulerView,
  TargetRefused,
} from '../scheduler.ts';
import type { KubernetesSpec } from './block.ts';
import { KubeCalls } from './calls.ts';
import { Connection } from './connection.ts';
import type { Look } from './follow/namespace.ts';
import { countlessOf, observationOf } from './observation.ts';
import { type Target, targetOf, targetText } from './target/target.ts';
import { Wakes } from './wakes.ts';
import { Counts, type Shown, type Sight } from './write/counts.ts';
import { writeScale } from './write/scale.ts';
import { markVictims } from './write/victims.ts';

export interface KubernetesDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** In [0, 1); spreads retries. */
  readonly random?: () => number;
  readonly timing?: Partial<ReflectorTiming>;
  readonly ask?: AskTask;
  readonly onCall?: (call: SchedulerCall) => void;
}

/** What the scheduler of Kubernetes takes a pod for that asks for nothing, when it compares nodes: 0.1 CPU, 200 MiB. */
const DEFAULTS: Footprint = { cpus: 0.1, mem: 200, disk: 0, gpus: 0 };

export function footprintOf(definition: AppDefinition): Footprint {
  const stated = statedFootprint(definition, { cpus: 0, mem: 0, disk: 0, gpus: 0 });
  return Object.values(stated).some((amount) => amount > 0) ? stated : DEFAULTS;
}

/** What there is of the target, and where to write. */
type Seen = Look & { readonly state: 'seen' };

export class KubernetesScheduler implements ReportingScheduler {
  readonly #spec: KubernetesSpec;
  readonly #server: string;
  readonly #deps: KubernetesDeps;
  readonly #closing = new AbortController();
  readonly #calls: KubeCalls;
  readonly #wakes: Wakes;
  readonly #counts = new Counts();
  readonly #silence: IdleSilence;
  readonly #known: RecentlyUsed<Known>;
  #connection: Promise<Connection> | undefined;
  #opened: Connection | undefined;

  /** @param server for people, until the cluster was asked */
  constructor(spec: KubernetesSpec, server: string, deps: KubernetesDeps) {
    this.#spec = spec;
    this.#server = server;
    this.#deps = deps;
    this.#silence = new IdleSilence(deps.log);
    this.#calls = new KubeCalls(deps.onCall);
    this.#wakes = new Wakes(deps.clock, this.#closing.signal);
    this.#known = new RecentlyUsed({
      clock: deps.clock,
      make: (name): Known => ({ target: targetOf(name), observed: undefined }),
      onForgotten: (name, { target }) => this.#forget(name, target),
    });
  }

  async observe(names: readonly string[], signal: AbortSignal): Promise<SchedulerView> {
    signal.throwIfAborted();
    const connection = await this.#connect();
    const apps = new Map<string, AppObservation>();
    const unseen = new Map<string, string>();
    const take = (name: string, look: Look): void => {
      if (look.state === 'unseen') unseen.set(name, look.reason);
      if (look.state === 'seen') apps.set(name, this.#observed(name, look));
      if (look.state === 'countless') apps.set(name, countlessOf(mustBeTarget(name), look.reason));
      if (look.state === 'unknownKind') {
        // What was seen of it before keeps its slots: its pods may outlive the definition of their kind.
        if (this.#known.of(name).observed !== undefined) unseen.set(name, look.reason);
        else apps.set(name, countlessOf(mustBeTarget(name), look.reason));
      }
      if (look.state === 'absent') this.#known.of(name).observed = undefined;
    };
    // Nearly always all of it is known.
    const asked: Promise<void>[] = [];
    for (const name of names) {
      const { target } = this.#known.of(name);
      const now = target === undefined ? ABSENT : connection.lookNow(target);
      if (now !== undefined) take(name, now);
      else asked.push(this.#look(connection, name, signal).then((look) => take(name, look)));
    }
    if (asked.length > 0) await Promise.all(asked);
    signal.throwIfAborted();
    const [reason] = unseen.values();
    if (reason !== undefined && unseen.size === names.length) throw new TransientError(reason);
    return { apps, ...(unseen.size > 0 && { unseen }), atMs: this.#deps.clock.now() };
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
        return await this.#scale(change, signal);
      case 'adopt':
      case 'release':
        return { outcome: 'noop' };
      default: {
        const target = targetOf(change.app);
        const title = target === undefined ? change.app : targetText(target);
        throw new TerminalError(
          `${title}: in Kubernetes only counts are set, nothing is made, changed or deleted`,
        );
      }
    }
  }

  async room(question: RoomQuestion, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    signal.throwIfAborted();
    const connection = await this.#connect();
    return await connection.room.of(question, (id) => this.#look(connection, id, signal), signal);
  }

  async watch(onChange: (apps?: ReadonlySet<string>) => void, signal: AbortSignal): Promise<void> {
    await this.#wakes.watch(onChange, signal);
  }

  stats(): SchedulerStats {
    return this.#calls.stats;
  }

  info(): SchedulerInfo {
    return { url: this.#server, ...this.#calls.health };
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  async #scale(change: Change & { readonly kind: 'scale' }, signal: AbortSignal): Promise<ApplyResult> {
    const target = mustBeTarget(change.app);
    const doing = `scaling ${targetText(target)} to ${change.to}`;
    const connection = await this.#connect();
    const look = await connection.look(target, signal);
    if (look.state === 'unseen') throw new TransientError(`${doing}: ${look.reason}`);
    if (look.state === 'absent')
      throw new TransientError(`${doing}: it is not there any more; looking again`);
    if (look.state === 'countless' || look.state === 'unknownKind')
      throw new TargetRefused(`${doing}: ${look.reason}`);
    if (look.refused !== undefined) throw new TargetRefused(`${doing}: ${look.refused}`);
    const { replicas: from } = this.#counts.show(change.app, sightOf(look));
    const planned = this.#counts.told(change.app) ?? from;
    if (planned !== from)
      throw new TransientError(`${doing}: somebody else has set it to ${from} meanwhile; looking again`);
    if (from === change.to) return { outcome: 'noop' };
    if (change.idleVictims !== undefined && change.to < from)
      await this.#markIdle(
        { app: change.app, look, idleVictims: change.idleVictims, by: from - change.to },
        connection,
        signal,
      );
    const { path, workload } = look;
    const { uid } = workload;
    const written = await writeScale({ path, uid, from, to: change.to, doing }, connection.api, signal);
    const resourceVersion = written.metadata.resourceVersion ?? '';
    this.#counts.wrote(change.app, { uid, replicas: change.to, resourceVersion });
    return {
      outcome: 'accepted',
      operation: `${uid}/${resourceVersion}`,
      version: `${uid}/${resourceVersion}`,
    };
  }

  async #markIdle(
    fall: {
      readonly app: string;
      readonly look: Seen;
      readonly by: number;
      readonly idleVictims: Parameters<typeof markVictims>[0]['idleVictims'];
    },
    { api }: Connection,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, log, ask = askOverHttp } = this.#deps;
    const { app, look, by, idleVictims } = fall;
    const deps = { api, clock, ask, onAnswers: this.#silence.of(app) };
    try {
      await markVictims({ pods: look.pods, by, idleVictims }, deps, signal);
    } catch (error) {
      signal.throwIfAborted();
      // Whoever goes is then the choice of Kubernetes, as without marks.
      log.warn('kubernetes: idle pods could not be marked to go first', { reason: messageOf(error) });
    }
  }

  async #look(connection: Connection, name: string, signal: AbortSignal): Promise<Look> {
    const { target } = this.#known.of(name);
    return target === undefined ? ABSENT : await connection.look(target, signal);
  }

  #observed(name: string, look: Seen): AppObservation {
    const { workload, pods, refused } = look;
    const of = { workload, pods, refused, count: this.#counts.tell(name, sightOf(look)) };
    const known = this.#known.of(name);
    if (known.observed !== undefined && isSame(known.observed, of)) return known.observed.app;
    const app = observationOf({ target: mustBeTarget(name), ...of });
    known.observed = { ...of, app };
    return app;
  }

  /** No policy names it any more. */
  #forget(name: string, target: Target | undefined): void {
    this.#counts.forget(name);
    if (target !== undefined) this.#opened?.forget(target);
  }

  /** One that failed to open is tried again: the kubeconfig may be mended. */
  async #connect(): Promise<Connection> {
    const { clock, log, env, timing, random = Math.random } = this.#deps;
    const deps = {
      clock,
      log,
      env,
      random,
      calls: this.#calls,
      onChange: (targets?: ReadonlySet<string>) => this.#wakes.changed(targets),
      ...(timing !== undefined && { timing }),
    };
    this.#connection ??= Connection.open(this.#spec, deps, this.#closing.signal);
    try {
      this.#opened = await this.#connection;
      return this.#opened;
    } catch (error) {
      this.#connection = undefined;
      throw new TransientError(messageOf(error), { cause: error });
    }
  }
}

const ABSENT: Look = { state: 'absent' };

/** Of one name. */
interface Known {
  readonly target: Target | undefined;
  /** Most workloads are as they were when they were looked at before. */
  observed: Observed | undefined;
}

interface ObservedOf extends Pick<Seen, 'workload' | 'pods' | 'refused'> {
  readonly count: Shown;
}

interface Observed extends ObservedOf {
  readonly app: AppObservation;
}

/** What is read in an object stays the same object until the object changes. */
function isSame(a: ObservedOf, b: ObservedOf): boolean {
  return (
    a.workload === b.workload &&
    a.pods === b.pods &&
    a.refused === b.refused &&
    a.count.version === b.count.version &&
    a.count.replicas === b.count.replicas &&
    a.count.isOurs === b.count.isOurs
  );
}

function sightOf({ workload, scale, resourceVersion }: Seen): Sight {
  return { workload, replicas: scale.replicas, resourceVersion };
}

function mustBeTarget(name: string): Target {
  const target = targetOf(name);
  if (target === undefined)
    throw new TerminalError(`${name} is no target in Kubernetes, such as Deployment.apps/shop/workers`);
  return target;
}
