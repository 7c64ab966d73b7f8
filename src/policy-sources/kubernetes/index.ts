// policy-sources/kubernetes: policies and pools of a Kubernetes cluster that holds the CRDs.

import { API_VERSION, capacityPoolKey, type Resource } from '../../api/policy.ts';
import type { Problem } from '../../api/problem.ts';
import type { PolicyStatus, PoolStatus } from '../../api/status.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf, WaitError } from '../../runtime/errors.ts';
import { KubeApi } from '../../runtime/kubernetes/api.ts';
import type { Cluster } from '../../runtime/kubernetes/cluster.ts';
import { type KubeObject, keyOf } from '../../runtime/kubernetes/objects.ts';
import { REFLECTOR_TIMING, Reflector, type ReflectorTiming } from '../../runtime/kubernetes/reflector.ts';
import type { Logger } from '../../runtime/log.ts';
import { eachOf } from '../each.ts';
import type { LoadPolicies } from '../file-memory.ts';
import type { EventWriter, ObjectRef, PolicySnapshot, PolicySource } from '../source.ts';
import { KubernetesInterventions } from './interventions.ts';
import { followedOf, KINDS, poolOf } from './objects.ts';
import { ObjectReader } from './read.ts';
import type { SecretRef } from './references.ts';
import { Secrets } from './secrets.ts';
import { Events } from './writes/events.ts';
import { needsFinalizer, setFinalizer } from './writes/finalizer.ts';
import { StatusWriter } from './writes/status.ts';

export { KubeApi } from '../../runtime/kubernetes/api.ts';
export { type Cluster, type ClusterOptions, openCluster } from '../../runtime/kubernetes/cluster.ts';
export { REFLECTOR_TIMING, type ReflectorTiming } from '../../runtime/kubernetes/reflector.ts';
export { type ElectionTiming, LeaseElector } from './leadership/election.ts';
export { createLeaseStore, type LeaseStore } from './leadership/lease.ts';
export { LeaseWatch } from './leadership/lease-watch.ts';
export { createPoolLeaseStore } from './leadership/pool-lease.ts';
export type { SecretRef } from './references.ts';

export interface KubernetesSourceConfig {
  readonly cluster: Cluster;
  /** Follow this namespace only; absent: all of them. */
  readonly namespace?: string | undefined;
  /** This instance, for people who look at events. */
  readonly identity: string;
  readonly timing?: Partial<ReflectorTiming>;
}

export interface KubernetesSourceDeps {
  /** Text to resources, through the trust rules. */
  readonly load: LoadPolicies;
  readonly clock: Clock;
  readonly log: Logger;
  /** In [0, 1); spreads retries. */
  readonly random: () => number;
  /**
   * Whether this instance is the one of several that acts for a pool, by its key: only that one writes about its objects.
   * Undefined: whether it acts at all, which is asked of what is in no pool any more.
   */
  readonly acting: (pool: string | undefined) => boolean;
}

export interface KubernetesSource extends PolicySource {
  /** The home of the interventions on its policies. */
  readonly interventions: KubernetesInterventions;
  /** A value of a Secret that one of the listed resources names. Throws TerminalError that says what is missing, never a value. */
  secret(ref: SecretRef): string;
  /** Reads all Secrets in use anew; they are every 20 s anyway. */
  refreshSecrets(signal: AbortSignal): Promise<void>;
  /** `acting` may say something else now, of any pool. */
  leadershipChanged(): void;
}

/** A cluster that does not answer does not hold up the other sources for longer. */
const LONGEST_WAIT_MS = 5_000;
/** So often somebody else's status is written over, at most. */
const REPAIR_MS = 5_000;
const STANDBY_RETRY_MS = 2_000;

/** See readme.md for what happens when the cluster cannot be reached. */
export function createKubernetesSource(
  config: KubernetesSourceConfig,
  deps: KubernetesSourceDeps,
): KubernetesSource {
  return new Source(config, deps);
}

class Source implements KubernetesSource {
  readonly name: string;
  readonly home = 'Kubernetes';
  readonly #deps: KubernetesSourceDeps;
  readonly #api: KubeApi;
  readonly #reflectors: readonly Reflector[];
  readonly interventions: KubernetesInterventions;
  readonly #reader: ObjectReader;
  readonly #secrets: Secrets;
  readonly #status: StatusWriter;
  readonly #events: Events;
  #onChange: () => void = () => undefined;

  constructor(config: KubernetesSourceConfig, deps: KubernetesSourceDeps) {
    const { cluster, namespace, identity } = config;
    this.name = `kubernetes ${cluster.name}${namespace === undefined ? '' : ` (namespace ${namespace})`}`;
    this.#deps = deps;
    const api = new KubeApi(cluster, deps.clock);
    this.#api = api;
    const timing = { ...REFLECTOR_TIMING, ...config.timing };
    this.#status = new StatusWriter({
      api,
      seen: (ref) => this.#seen(ref),
      isOurs: (ref) => this.#actsFor(ref, this.#seen(ref)),
      refresh: ({ kind }, object) => this.#reflector(kind).refresh(object),
    });
    const onSight = (object: KubeObject): void => this.#status.see(object);
    const onChange = (): void => this.#onChange();
    this.#reflectors = KINDS.map(
      (kind) => new Reflector(followedOf(kind, namespace), { ...deps, api, timing, onSight, onChange }),
    );
    this.interventions = new KubernetesInterventions({
      ...{ ...deps, api, timing, namespace, source: this.name },
      acting: (policy) => {
        const ref = { kind: 'MicroscalingPolicy', key: policy } as const;
        const object = this.#seen(ref);
        const isGone = object === undefined && this.#reflector(ref.kind).synced;
        return isGone ? deps.acting(undefined) : this.#actsFor(ref, object);
      },
    });
    this.#reader = new ObjectReader(deps.load, cluster.name);
    this.#secrets = new Secrets(api, deps.clock);
    this.#events = new Events({ api, identity });
  }

  async list(signal: AbortSignal): Promise<PolicySnapshot> {
    signal.throwIfAborted();
    await this.#look(signal);
    const withheld = await this.#hold(signal);
    const objects = this.#objects().filter(({ object }) => !withheld.has(object));
    this.#status.keepOnly(new Set(this.#objects().map(({ object }) => object.metadata.uid ?? '')));
    const readings = this.#reader.read(objects.map(({ object }) => object));
    await this.#secrets.follow(
      readings.flatMap(({ secrets }) => secrets),
      signal,
    );
    const troubles = [...this.#troubles(), ...new Set(withheld.values())];
    const unseen = this.interventions.reflector.failure;
    return {
      resources: readings.flatMap(({ resource }) => (resource === undefined ? [] : [resource])),
      invalid: readings.flatMap(({ invalid }) => (invalid === undefined ? [] : [invalid])),
      problems: [
        ...troubles.map((why) => this.#problem(why)),
        ...(unseen === undefined ? [] : [this.#problem(`interventions cannot be followed: ${unseen}`)]),
        ...readings.flatMap(({ problems }) => problems),
      ],
      complete: troubles.length === 0,
    };
  }

  async watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    this.#onChange = onChange;
    try {
      await Promise.all([
        ...this.#reflectors.map((reflector) => reflector.run(signal)),
        this.interventions.reflector.run(signal),
        this.#secrets.run(signal),
        this.#keepStatus(signal),
      ]);
    } finally {
      this.#onChange = () => undefined;
    }
  }

  async writeStatus(ref: ObjectRef, status: PolicyStatus | PoolStatus, signal: AbortSignal): Promise<void> {
    this.#mustAct(ref, this.#seen(ref));
    await this.#status.write(ref, status, signal);
  }

  eventWriter(ref: ObjectRef): EventWriter | undefined {
    const object = this.#reflector(ref.kind).cache.lastSeen(ref.key);
    if (object === undefined) return undefined;
    return async (event, signal) => {
      // The acting instance writes the event.
      if (this.#actsFor(ref, object)) await this.#events.write(ref, object, event, signal);
    };
  }

  async removeFinalizer(ref: ObjectRef, signal: AbortSignal): Promise<void> {
    const object = this.#seen(ref);
    if (object?.metadata.deletionTimestamp === undefined) return;
    this.#mustAct(ref, object);
    const after = await setFinalizer({ ref, object, wanted: false }, this.#api, signal);
    if (after !== undefined) this.#reflector(ref.kind).refresh(after);
  }

  secret(ref: SecretRef): string {
    return this.#secrets.value(ref);
  }

  async refreshSecrets(signal: AbortSignal): Promise<void> {
    await this.#secrets.refresh(signal);
  }

  leadershipChanged(): void {
    this.#onChange();
  }

  /** Waits until each kind was asked for once, not for longer than `LONGEST_WAIT_MS`. */
  async #look(signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const either = AbortSignal.any([signal, done.signal]);
    const longEnough = this.#deps.clock.sleep(LONGEST_WAIT_MS, either).catch(() => undefined);
    const all = [...this.#reflectors, this.interventions.reflector];
    const looks = Promise.all(all.map((reflector) => reflector.look(signal)));
    looks.catch(() => undefined);
    try {
      await Promise.race([looks, longEnough]);
    } finally {
      done.abort();
    }
    signal.throwIfAborted();
  }

  /** Puts our finalizer on what has none; returns what could not be held, with why. */
  async #hold(signal: AbortSignal): Promise<ReadonlyMap<KubeObject, string>> {
    const withheld = new Map<KubeObject, string>();
    const bare = this.#objects().filter(
      ({ ref, object }) => needsFinalizer(object) && this.#actsFor(ref, object),
    );
    await eachOf(bare, async ({ ref, object }) => {
      try {
        const after = await setFinalizer({ ref, object, wanted: true }, this.#api, signal);
        if (after !== undefined) this.#reflector(ref.kind).refresh(after);
      } catch (error) {
        signal.throwIfAborted();
        withheld.set(object, `finalizers cannot be set, so nothing new is begun: ${messageOf(error)}`);
      }
    });
    return withheld;
  }

  #troubles(): readonly string[] {
    const told = this.#reflectors.map(({ synced, failure }) => {
      if (failure !== undefined) return `cannot be followed: ${failure}`;
      return synced ? undefined : 'was not listed yet';
    });
    return [...new Set(told.filter((why) => why !== undefined))];
  }

  #objects(): readonly { readonly ref: ObjectRef; readonly object: KubeObject }[] {
    return KINDS.flatMap((kind) =>
      this.#reflector(kind)
        .cache.all()
        .map((object) => ({ ref: { kind, key: keyOf(object) as ObjectRef['key'] }, object })),
    );
  }

  #seen({ kind, key }: ObjectRef): KubeObject | undefined {
    return this.#reflector(kind).cache.get(key);
  }

  #reflector(kind: Resource['kind']): Reflector {
    const found = this.#reflectors.find((reflector) => reflector.followed.kind === kind);
    if (found === undefined) throw new Error(`there is no ${kind} in ${API_VERSION}`);
    return found;
  }

  async #keepStatus(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#deps.clock.sleep(REPAIR_MS, signal).catch(() => undefined);
      if (signal.aborted) continue;
      await this.#status.repair(signal).catch((error: unknown) => {
        this.#deps.log.debug('kubernetes: a status was not put back', { reason: messageOf(error) });
      });
    }
  }

  #actsFor({ kind, key }: ObjectRef, object: KubeObject | undefined): boolean {
    return this.#deps.acting(kind === 'CapacityPool' ? capacityPoolKey(key) : poolOf(key, object));
  }

  #mustAct(ref: ObjectRef, object: KubeObject | undefined): void {
    if (!this.#actsFor(ref, object))
      throw new WaitError('another instance writes to the cluster', STANDBY_RETRY_MS);
  }

  #problem(message: string): Problem {
    return { severity: 'error', source: this.name, pointer: '', message };
  }
}
