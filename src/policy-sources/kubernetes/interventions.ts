// policy-sources/kubernetes: interventions on policies of a cluster, as objects of that cluster: every instance of the
// operator sees the same ones, whichever acts.

import {
  API_GROUP,
  API_VERSION,
  type InterventionSpec,
  type ResourceKey,
  resourceKey,
} from '../../api/policy.ts';
import type { InterventionStatus } from '../../api/status.ts';
import { defined } from '../../lang/defined.ts';
import { TransientError, WaitError } from '../../runtime/errors.ts';
import type { KubeApi } from '../../runtime/kubernetes/api.ts';
import { isStatus } from '../../runtime/kubernetes/failure.ts';
import { type KubeObject, keyOf } from '../../runtime/kubernetes/objects.ts';
import { Reflector, type ReflectorDeps } from '../../runtime/kubernetes/reflector.ts';
import type { ResourcePath } from '../../runtime/kubernetes/resource-path.ts';
import { isInterventionObject, keptOf } from '../intervention-object.ts';
import type { InterventionHome, InterventionRef, KeptIntervention } from '../interventions.ts';
import { mergePatchOf } from './writes/merge-patch.ts';

export interface KubernetesInterventionsDeps extends Omit<ReflectorDeps, 'onChange' | 'onSight'> {
  readonly api: KubeApi;
  /** The name of the source whose policies are intervened in. */
  readonly source: string;
  /** Absent: all of them. */
  readonly namespace: string | undefined;
  /** Whether this instance is the one that says how things stand with a policy; with one that is gone: whether it acts at all. */
  readonly acting: (policy: ResourceKey) => boolean;
}

const KIND = 'Intervention';
/** Others change objects, too; after so many conflicts the write is tried later. */
const ATTEMPTS = 4;
const DEADLINE_MS = 8_000;
const STANDBY_RETRY_MS = 2_000;
/** Longer than any list takes. */
const OWN_MS = 30_000;

export class KubernetesInterventions implements InterventionHome {
  readonly name: string;
  readonly reflector: Reflector;
  readonly #deps: KubernetesInterventionsDeps;
  readonly #listeners = new Set<() => void>();
  /** Written by us a moment ago, by uid: a list that was asked for before does not have it yet. */
  readonly #own = new Map<string, { readonly object: KubeObject; readonly atMs: number }>();

  constructor(deps: KubernetesInterventionsDeps) {
    this.#deps = deps;
    this.name = deps.source;
    const followed = {
      apiVersion: API_VERSION,
      kind: KIND,
      path: collection(deps.namespace),
      isSame: (a: KubeObject, b: KubeObject) => saidIn(a) === saidIn(b),
    };
    this.reflector = new Reflector(followed, { ...deps, onChange: (object) => this.#heard(object) });
  }

  readonly isShared = true;

  isHomeOf(source: string): boolean {
    return source === this.#deps.source;
  }

  all(): readonly KeptIntervention[] {
    const seen = this.reflector.cache.all();
    const known = new Set(seen.map(({ metadata }) => metadata.uid));
    const nowMs = this.#deps.clock.monotonic();
    for (const [uid, { atMs }] of this.#own) if (nowMs - atMs > OWN_MS) this.#own.delete(uid);
    const own = [...this.#own].flatMap(([uid, { object }]) => (known.has(uid) ? [] : [object]));
    return [...seen, ...own].filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(kept);
  }

  subscribe(onChange: () => void): () => void {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  }

  async put(ref: InterventionRef, spec: InterventionSpec): Promise<void> {
    const { api } = this.#deps;
    const signal = AbortSignal.timeout(DEADLINE_MS);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const seen = await this.#newest(ref, attempt, signal);
      try {
        const after =
          seen === undefined
            ? await api.create(collection(ref.namespace), objectOf(ref, spec), signal)
            : await api.update(one(ref), { ...seen, spec }, signal);
        this.#offer(after);
        return;
      } catch (error) {
        if (!isStatus(error, 409) && !(isStatus(error, 404) && seen !== undefined)) throw error;
      }
    }
    throw new TransientError(`intervention ${ref.namespace}/${ref.name} is changed by others all the time`);
  }

  async remove(kept: KeptIntervention): Promise<void> {
    const seen = this.reflector.cache.get(`${kept.namespace}/${kept.name}`);
    if (seen?.metadata.uid !== kept.uid) return;
    const signal = AbortSignal.timeout(DEADLINE_MS);
    await this.#deps.api.delete(one(kept), signal, { uid: kept.uid }).catch((error: unknown) => {
      // It is gone, or another one has its name now.
      if (!isStatus(error, 404) && !isStatus(error, 409)) throw error;
    });
    this.reflector.cache.remove(seen);
    this.#own.delete(kept.uid);
    this.#changed();
  }

  async sweep(kept: KeptIntervention): Promise<void> {
    if (!this.#actsFor(kept)) throw new WaitError('another instance removes it', STANDBY_RETRY_MS);
    await this.remove(kept);
  }

  async writeStatus(kept: KeptIntervention, status: InterventionStatus): Promise<void> {
    const { api } = this.#deps;
    if (!this.#actsFor(kept)) throw new WaitError('another instance says how it stands', STANDBY_RETRY_MS);
    // Of several that may tell the end of one whose policy is gone, each by its own clock, the first has told it.
    if (isOver(kept, kept.status) && isOver(kept, status)) return;
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const { uid } = kept;
    const before = kept.status ?? {};
    const patch = { metadata: { uid }, status: mergePatchOf(before, status) };
    try {
      this.#offer(await api.patch({ ...one(kept), subresource: 'status' }, patch, signal));
    } catch (error) {
      // It is gone, or another one has its name now: the watch tells.
      if (!isStatus(error, 404) && !isStatus(error, 409)) throw error;
    }
  }

  #actsFor({ namespace, spec }: KeptIntervention): boolean {
    const name = spec?.policyRef.name ?? '';
    return this.#deps.acting(resourceKey({ namespace, name }));
  }

  /** @param attempt of the first one what is known will do */
  async #newest(ref: InterventionRef, attempt: number, signal: AbortSignal): Promise<KubeObject | undefined> {
    const known = this.reflector.cache.get(`${ref.namespace}/${ref.name}`);
    if (attempt === 0) return known;
    return await this.#deps.api.get(one(ref), signal).catch((error: unknown) => {
      if (isStatus(error, 404)) return undefined;
      throw error;
    });
  }

  #offer(object: KubeObject): void {
    const whole = { ...object, apiVersion: API_VERSION, kind: KIND };
    this.#own.set(object.metadata.uid ?? '', { object: whole, atMs: this.#deps.clock.monotonic() });
    this.reflector.cache.offer(whole);
    this.#changed();
  }

  /** @param object what a watch told of; absent after a list */
  #heard(object: KubeObject | undefined): void {
    if (object !== undefined) this.#own.delete(object.metadata.uid ?? '');
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function collection(namespace: string | undefined): ResourcePath {
  const version = API_VERSION.slice(API_GROUP.length + 1);
  return { group: API_GROUP, version, resource: 'interventions', namespace };
}

function one({ namespace, name }: InterventionRef): ResourcePath {
  return { ...collection(namespace), name };
}

function objectOf({ namespace, name }: InterventionRef, spec: InterventionSpec): object {
  return { apiVersion: API_VERSION, kind: KIND, metadata: { namespace, name }, spec };
}

function kept(object: KubeObject): KeptIntervention {
  const whole = { ...object, apiVersion: API_VERSION, kind: KIND };
  if (isInterventionObject(whole)) return keptOf(whole);
  const { metadata } = object;
  const [namespace = '', name = ''] = keyOf(object).split('/');
  return {
    ...{ namespace, name, uid: metadata.uid ?? '', generation: metadata.generation ?? 0 },
    createdAtMs: Date.parse(metadata.creationTimestamp ?? ''),
    ...defined({ problem: 'it is no Intervention of this version' }),
  };
}

function isOver(
  { generation }: KeptIntervention,
  { observedGeneration, ended }: Partial<InterventionStatus> = {},
): boolean {
  return observedGeneration === generation && ended !== undefined;
}

/** What anybody waits for. */
function saidIn({ metadata, spec, status }: KubeObject): string {
  const { uid, generation, deletionTimestamp } = metadata;
  return JSON.stringify([uid, generation, deletionTimestamp, spec, status]);
}
