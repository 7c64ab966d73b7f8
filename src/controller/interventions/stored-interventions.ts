// controller: interventions of the operator's own API, in its store: by whatever client they were made.

import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { API_VERSION, type InterventionSpec } from '../../api/policy.ts';
import type { InterventionStatus } from '../../api/status.ts';
import {
  type InterventionObject,
  isInterventionObject,
  keptOf,
  refOf,
} from '../../policy-sources/intervention-object.ts';
import type {
  InterventionHome,
  InterventionRef,
  KeptIntervention,
} from '../../policy-sources/interventions.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { DocumentChange, DocumentStore } from '../../runtime/document-store.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { CarriedMarks, MARKS } from './carried-marks.ts';
import { fromEarlier } from './earlier-interventions.ts';

export interface StoredInterventionsDeps {
  readonly documents: DocumentStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
  /** An identity that nothing else has; default: a random UUID. */
  readonly newUid?: () => string;
}

const COLLECTION = 'intervention';
/** What the version before kept them in. */
const EARLIER = 'hand';

/** The name of this home, for people. */
export const OWN_HOME = 'the operator';

/** The home of the interventions on every policy that has no home of its own for them. Every write is durable before it is seen. */
export class StoredInterventions implements InterventionHome {
  readonly name = OWN_HOME;
  readonly #deps: StoredInterventionsDeps;
  readonly #newUid: () => string;
  /** By `namespace/name`. */
  readonly #objects = new Map<string, InterventionObject>();
  readonly #listeners = new Set<(key: string) => void>();
  /** Of those that end just now, by uid. */
  readonly #whyGone = new Map<string, string>();
  /** Of pools that are shared with other operators. */
  readonly marks: CarriedMarks;
  /** Not in the store yet: it could not be written when they were taken over. */
  #takenOver: readonly DocumentChange[] = [];

  constructor(deps: StoredInterventionsDeps) {
    const { documents, log, newUid = randomUUID } = deps;
    this.#deps = deps;
    this.#newUid = newUid;
    for (const [key, value] of documents.all(COLLECTION)) {
      if (isInterventionObject(value) && keyOf(refOf(value)) === key) this.#objects.set(key, value);
      else log.warn('an intervention on a policy is not readable and left out', { key });
    }
    this.#takeOverEarlier();
    this.marks = new CarriedMarks({
      known: documents.all(MARKS),
      write: (changes) => this.#write(changes),
    });
  }

  isHomeOf(): boolean {
    return true;
  }

  all(): readonly KeptIntervention[] {
    return this.objects().map(keptOf);
  }

  /** In the order of their names. */
  objects(): readonly InterventionObject[] {
    return [...this.#objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  /** @param key `namespace/name` */
  object(key: string): InterventionObject | undefined {
    return this.#objects.get(key);
  }

  /** Calls back with `namespace/name` of what changed; returns its own undo. */
  subscribe(onChange: (key: string) => void): () => void {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  }

  async put(ref: InterventionRef, spec: InterventionSpec): Promise<void> {
    const now = this.#objects.get(keyOf(ref));
    if (now !== undefined && isDeepStrictEqual(now.spec, spec)) return;
    // What its status says is about the spec before.
    const { status: _, ...rest } = now ?? { ...this.#blank(ref), spec };
    const generation = now === undefined ? 1 : now.metadata.generation + 1;
    this.save({ ...rest, metadata: { ...rest.metadata, generation }, spec });
  }

  async remove({ uid, ...ref }: Pick<KeptIntervention, 'uid' | 'namespace' | 'name'>): Promise<void> {
    if (this.#objects.get(keyOf(ref))?.metadata.uid === uid) this.drop(keyOf(ref));
  }

  sweep(kept: KeptIntervention): Promise<void> {
    return this.remove(kept);
  }

  async writeStatus({ uid, ...ref }: KeptIntervention, status: InterventionStatus): Promise<void> {
    const object = this.#objects.get(keyOf(ref));
    if (object?.metadata.uid === uid) this.save({ ...object, status });
  }

  /** @throws TransientError when it cannot be written; then nothing has changed */
  save(object: InterventionObject): void {
    const key = keyOf(refOf(object));
    this.#write([{ do: 'put', collection: COLLECTION, key, value: object }]);
    this.#objects.set(key, object);
    this.#changed(key);
  }

  /** Throws as `save`. */
  drop(key: string): void {
    if (!this.#objects.has(key)) return;
    this.#write([{ do: 'remove', collection: COLLECTION, key }]);
    this.#objects.delete(key);
    this.#changed(key);
  }

  /**
   * What another operator had, in force at once: what cannot be written now is written with the next change.
   *
   * @param over keys of those that end here
   * @param why of their end, for people
   */
  takeOver(objects: readonly InterventionObject[], over: readonly string[], why: string): void {
    const changes: DocumentChange[] = [];
    for (const key of over) {
      const uid = this.#objects.get(key)?.metadata.uid;
      if (uid === undefined) continue;
      this.#whyGone.set(uid, why);
      this.#objects.delete(key);
      changes.push({ do: 'remove', collection: COLLECTION, key });
    }
    for (const object of objects) {
      this.#objects.set(keyOf(refOf(object)), object);
      changes.push({ do: 'put', collection: COLLECTION, key: keyOf(refOf(object)), value: object });
    }
    if (changes.length === 0) return;
    this.#takenOver = [...this.#takenOver, ...changes];
    try {
      this.#write([]);
    } catch (error) {
      this.#deps.log.warn('interventions that came with a pool are in force, and are not written down yet', {
        reason: messageOf(error),
      });
    }
    for (const { key } of changes) this.#changed(key);
    this.#whyGone.clear();
  }

  whyGone({ uid }: Pick<KeptIntervention, 'uid'>): string | undefined {
    return this.#whyGone.get(uid);
  }

  #blank({ namespace, name }: InterventionRef): Omit<InterventionObject, 'spec'> {
    const creationTimestamp = new Date(this.#deps.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    const metadata = { name, namespace, uid: this.#newUid(), creationTimestamp, generation: 1 };
    return { apiVersion: API_VERSION, kind: 'Intervention', metadata };
  }

  #takeOverEarlier(): void {
    const { documents, log } = this.#deps;
    const changes: DocumentChange[] = [];
    const isTaken = (namespace: string, name: string): boolean =>
      this.#objects.has(keyOf({ namespace, name }));
    for (const [earlier, value] of documents.all(EARLIER)) {
      const object = fromEarlier(earlier, value, { newUid: this.#newUid, isTaken });
      if (object === undefined) {
        log.warn('an intervention on a policy is not readable and left out', { key: earlier });
        continue;
      }
      const key = keyOf(refOf(object));
      this.#objects.set(key, object);
      changes.push({ do: 'put', collection: COLLECTION, key, value: object });
      changes.push({ do: 'remove', collection: EARLIER, key: earlier });
    }
    this.#takenOver = changes;
    if (changes.length === 0) return;
    try {
      this.#write([]);
    } catch (error) {
      log.warn('interventions of an earlier version are in force, and are not written down anew yet', {
        reason: messageOf(error),
      });
    }
  }

  #write(changes: readonly DocumentChange[]): void {
    this.#deps.documents.write([...this.#takenOver, ...changes]);
    this.#takenOver = [];
  }

  #changed(key: string): void {
    for (const listener of this.#listeners) listener(key);
  }
}

function keyOf({ namespace, name }: InterventionRef): string {
  return `${namespace}/${name}`;
}
