// server: interventions as the API serves them: those of the operator's own store, which are written here, and those of a
// Kubernetes cluster, which are only shown.

import { isDeepStrictEqual } from 'node:util';
import { API_VERSION, type InterventionSpec, resourceKey } from '../../../api/policy.ts';
import { isObject } from '../../../api/schema/json-schema.ts';
import { interventionSchema } from '../../../api/schema/schema.ts';
import { longestMs } from '../../../api/validation/intervention-rules.ts';
import { createValidator } from '../../../api/validation/validate.ts';
import type { OperatorActions } from '../../../controller/status/view.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { fieldPath } from '../field-path.ts';
import { ApiFailure, type Cause, forbidden, invalid } from '../http/failure.ts';
import type { Versions } from '../watch/versions.ts';
import { WatchCache } from '../watch/watch-cache.ts';
import type { ResourceKind } from './kinds.ts';
import { type KubeObject, keyOf, timestamp, versionOf, withMeta } from './object.ts';
import type { Admitted, ObjectHome, ServedKind } from './object-home.ts';
import { interventionKind } from './our-kinds.ts';
import { SOURCE_ANNOTATION } from './view-objects.ts';

/** Where interventions are kept that are written through the API. */
export interface InterventionStore {
  /** In the order of their names. */
  objects(): readonly object[];
  /** @param key `namespace/name` */
  object(key: string): object | undefined;
  /** Durable when it returns; throws TransientError. */
  save(object: object): void;
  /** Durable when it returns; throws TransientError. */
  drop(key: string): void;
  /** Calls back after every change. */
  subscribe(onChange: () => void): () => void;
}

/** Where others are, that are only shown. */
export interface InterventionsElsewhere {
  readonly name: string;
  all(): readonly ShownIntervention[];
  /** Calls back after every change. */
  subscribe(onChange: () => void): () => void;
}

interface ShownIntervention {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly createdAtMs: number;
  readonly spec?: InterventionSpec;
  readonly status?: object;
}

export interface InterventionKindOptions {
  readonly versions: Versions;
  readonly clock: Pick<Clock, 'now'>;
  /** Absent: none can be written here. */
  readonly stored?: InterventionStore;
  /** Whose are shown, too. */
  readonly others?: readonly InterventionsElsewhere[];
  readonly ruling: OperatorActions['ruling'];
}

const validator = createValidator({
  // Of other kinds nothing is asked.
  policy: interventionSchema,
  pool: interventionSchema,
  metricBlocks: [],
});

/** What an intervention is about. Another one is another intervention. */
const FIXED = ['policyRef', 'type', 'app'] as const;

export class InterventionKind implements ServedKind, ObjectHome {
  readonly kind: ResourceKind = interventionKind();
  readonly cache: WatchCache;
  readonly home: ObjectHome = this;
  readonly #options: InterventionKindOptions;
  /** The version of the last write of the spec, by name. */
  readonly #written = new Map<string, { readonly id: string; readonly version: number }>();

  constructor(options: InterventionKindOptions) {
    const { versions, stored, others = [] } = options;
    this.#options = options;
    this.cache = new WatchCache({ startVersion: versions.current });
    this.#look();
    stored?.subscribe(() => this.#look());
    for (const other of others) other.subscribe(() => this.#look());
  }

  current(key: string): KubeObject | undefined {
    const object = this.#options.stored?.object(key);
    if (object === undefined) return undefined;
    return withMeta(kubeObjectOf(object), { resourceVersion: String(this.#written.get(key)?.version ?? 0) });
  }

  shown(object: KubeObject): KubeObject {
    const seen = this.cache.get(keyOf(object.metadata));
    const version = Math.max(versionOf(object), seen === undefined ? 0 : versionOf(seen));
    return withMeta(object, { resourceVersion: String(version) });
  }

  permit(seen: KubeObject | undefined, subresource: 'status' | undefined): void {
    const name = seen?.metadata.name ?? '';
    if (subresource === 'status')
      throw forbidden(this.kind, name, 'the status is what the operator reports; nobody else writes it');
    if (this.#options.stored === undefined)
      throw new ApiFailure('Forbidden', 'this operator keeps no interventions');
    if (seen === undefined || this.current(keyOf(seen.metadata)) !== undefined) return;
    const place = seen.metadata.annotations?.[SOURCE_ANNOTATION] ?? 'another home';
    throw forbidden(this.kind, name, `its home is ${place}; change it there`);
  }

  admit(next: KubeObject, current: KubeObject | undefined, by?: string): Admitted {
    const { findings, intervention } = validator.validate({ ...next });
    const { name } = next.metadata;
    if (intervention === undefined) throw invalid(this.kind, name, findings.map(causeOf));
    const { spec } = intervention;
    if (current !== undefined && isDeepStrictEqual(next.spec, current.spec))
      return { object: next, warnings: [] };
    const causes = [...changedCauses(spec, current), ...this.#lateCauses(spec)];
    if (causes.length > 0) throw invalid(this.kind, name, causes);
    const key = resourceKey({ namespace: next.metadata.namespace ?? '', name: spec.policyRef.name });
    const ruling = this.#options.ruling(key, spec);
    if (ruling.is === 'refused') throw invalid(this.kind, name, [specCause(ruling.field, ruling.why)]);
    const asked = isObject(next.spec) ? next.spec : {};
    const object = by === undefined ? next : { ...next, spec: { ...asked, requestedBy: by } };
    const warnings = ruling.is === 'pending' ? [`${ruling.why}; it is in force once it does`] : [];
    return { object, warnings };
  }

  save(object: KubeObject): void {
    this.#options.stored?.save(object);
  }

  remove(key: string, _version: number): void {
    this.#options.stored?.drop(key);
  }

  #lateCauses({ type, until }: InterventionSpec): readonly Cause[] {
    if (until === undefined) return [];
    const forMs = Date.parse(until) - this.#options.clock.now();
    if (forMs <= 0) return [specCause('until', `${until} is over already`)];
    const hours = longestMs(type) / 3_600_000;
    return forMs > longestMs(type) ? [specCause('until', `is more than ${hours}h from now`)] : [];
  }

  #look(): void {
    const { stored, others = [] } = this.#options;
    const objects = [
      ...others.flatMap((home) => home.all().map((kept) => shownElsewhere(home, kept))),
      ...(stored?.objects() ?? []).map(kubeObjectOf),
    ];
    const there = new Map(objects.map((object) => [keyOf(object.metadata), object]));
    for (const [key, object] of there) this.#show(key, object);
    for (const key of [...this.cache.keys()]) {
      if (there.has(key)) continue;
      this.#written.delete(key);
      this.cache.remove(key, this.#options.versions.next());
    }
  }

  #show(key: string, object: KubeObject): void {
    const seen = this.cache.get(key);
    const plain = (each: KubeObject): KubeObject => withMeta(each, { resourceVersion: '' });
    if (seen !== undefined && isDeepStrictEqual(plain(seen), plain(object))) return;
    const { versions } = this.#options;
    const given = versionOf(object);
    const version = given > versionOf(seen ?? object) ? given : versions.next();
    const { uid, generation, annotations, labels } = object.metadata;
    const id = JSON.stringify([uid, generation, annotations, labels]);
    if (this.#written.get(key)?.id !== id) this.#written.set(key, { id, version });
    this.cache.set(withMeta(object, { resourceVersion: String(version) }));
  }
}

/** The store has what was written through this, or has its shape. */
function kubeObjectOf(object: object): KubeObject {
  return object as KubeObject;
}

function shownElsewhere({ name: home }: InterventionsElsewhere, kept: ShownIntervention): KubeObject {
  const { namespace, name, uid, generation, createdAtMs, spec, status } = kept;
  return {
    apiVersion: API_VERSION,
    kind: 'Intervention',
    metadata: {
      name,
      namespace,
      uid,
      generation,
      creationTimestamp: timestamp(createdAtMs),
      annotations: { [SOURCE_ANNOTATION]: home },
    },
    spec,
    ...(status !== undefined && { status }),
  };
}

function changedCauses(spec: InterventionSpec, current: KubeObject | undefined): readonly Cause[] {
  if (current === undefined || !isObject(current.spec)) return [];
  const before = current.spec;
  return FIXED.filter((field) => !isDeepStrictEqual(spec[field], before[field])).map((field) =>
    specCause(field, 'cannot be changed: make another intervention'),
  );
}

function specCause(field: string | undefined, message: string): Cause {
  return {
    reason: 'FieldValueInvalid',
    message,
    field: field === undefined ? 'spec' : `spec.${field}`,
  };
}

function causeOf({ pointer, message }: { readonly pointer: string; readonly message: string }): Cause {
  const field = fieldPath(pointer);
  const said = field !== '' && message.startsWith(field) ? message.slice(field.length) : message;
  return { reason: 'FieldValueInvalid', message: said.replace(/^[:\s]+/, ''), field };
}
