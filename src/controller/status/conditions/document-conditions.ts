// controller: the conditions of documents that have no rounds: CapacityPools, and whatever was refused and never ran.

import {
  type Condition,
  type ConditionType,
  initialConditions,
  setCondition,
} from '../../../api/conditions.ts';
import { capacityPoolKey, type ResourceKey } from '../../../api/policy.ts';
import { defined } from '../../../lang/defined.ts';
import type { PoolOwner } from '../../../policy-sources/pools-to-run.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { CapacityPoolRecord } from '../../policies/capacity-pools.ts';
import type { RefusedDocument } from '../../policies/documents/refused-documents.ts';
import type { Admission } from '../../policies/records.ts';
import type { NewEvent } from '../events/event-rules.ts';
import type { CapacityPoolView, PoolView, RefusedView } from '../view.ts';

interface ConditionedDocument {
  readonly id: string;
  /** `policy namespace/name` or `pool namespace/name`. */
  readonly object: string;
  readonly generation: number;
  readonly admission: Admission;
  readonly types: readonly ConditionType[] | 'all';
}

const OF_A_POOL: readonly ConditionType[] = ['Accepted', 'Ready'];

export class DocumentConditions {
  readonly #clock: Pick<Clock, 'now'>;
  #conditions: ReadonlyMap<string, readonly Condition[]> = new Map();
  #pools: readonly CapacityPoolRecord[] = [];
  #refused: readonly RefusedDocument[] = [];

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Takes all documents there are; returns what is news about them. */
  take(pools: readonly CapacityPoolRecord[], refused: readonly RefusedDocument[]): readonly NewEvent[] {
    this.#pools = pools;
    this.#refused = refused;
    const documents = [...pools.map(poolDocument), ...refused.map(refusedDocument)];
    const before = this.#conditions;
    this.#conditions = new Map(documents.map((each) => [each.id, this.#next(each, before.get(each.id))]));
    return documents.flatMap((each) => acceptedEvents(each, before.get(each.id)));
  }

  /** @param only of this pool, by its key; undefined means all */
  pools(
    poolOf: (key: string) => PoolView | undefined,
    ownerOf: (key: string) => PoolOwner | undefined,
    only?: string,
  ): readonly CapacityPoolView[] {
    const shown = this.#pools.filter(({ key }) => only === undefined || only === capacityPoolKey(key));
    return shown.map((record) => {
      const { pool, key, source, uid, place, revision, generation, createdAtMs } = record;
      const { namespace, name, labels = {}, annotations = {} } = pool.metadata;
      const run = poolOf(capacityPoolKey(key));
      const capacity = run?.lastRoundAtMs === undefined ? undefined : run.capacity;
      return {
        namespace,
        name,
        source,
        ...defined({ uid }),
        labels,
        annotations,
        place,
        revision,
        generation,
        observedGeneration: generation,
        createdAt: new Date(createdAtMs).toISOString(),
        spec: pool.spec,
        conditions: this.#conditions.get(poolDocument(record).id) ?? [],
        policyCount: run?.policies.length ?? 0,
        ...(capacity && { capacity: { total: capacity.total, used: capacity.used } }),
        ...defined({ owner: ownerOf(capacityPoolKey(key)) }),
      };
    });
  }

  refused(): readonly RefusedView[] {
    return this.#refused.map((document) => {
      const { kind, key, source, place, generation } = document;
      const conditions = this.#conditions.get(refusedDocument(document).id) ?? [];
      return { kind, key, source, place, generation, conditions };
    });
  }

  #next(
    { generation, admission, types }: ConditionedDocument,
    before: readonly Condition[] | undefined,
  ): readonly Condition[] {
    const nowMs = this.#clock.now();
    const initial = initialConditions(generation, nowMs);
    const shown = types === 'all' ? initial : initial.filter(({ type }) => types.includes(type));
    const { status, reason, message } = admission;
    const accepted = { type: 'Accepted', status, reason, message, observedGeneration: generation } as const;
    const ready =
      status === 'True'
        ? { status, reason: 'AllTrue' as const, message: 'accepted' }
        : { status, reason, message: `Accepted is ${status} (${reason}): ${message}` };
    return [accepted, { type: 'Ready' as const, ...ready, observedGeneration: generation }].reduce(
      (conditions, next) => setCondition(conditions, next, nowMs),
      before ?? shown,
    );
  }
}

function poolDocument({ key, source, generation, accepted }: CapacityPoolRecord): ConditionedDocument {
  const id = idOf('CapacityPool', key, source);
  return { id, object: `pool ${key}`, generation, admission: accepted, types: OF_A_POOL };
}

function refusedDocument({ kind, key, source, generation, refused }: RefusedDocument): ConditionedDocument {
  const [object, types] =
    kind === 'CapacityPool' ? [`pool ${key}`, OF_A_POOL] : [`policy ${key}`, 'all' as const];
  return { id: idOf(kind, key, source), object, generation, admission: refused, types };
}

function idOf(kind: string, key: ResourceKey, source: string): string {
  return `${kind} ${key} ${source}`;
}

/** Another bad edit is news, although the condition stays the same. */
function acceptedEvents(
  { object, admission }: ConditionedDocument,
  before: readonly Condition[] | undefined,
): readonly NewEvent[] {
  const was = before?.find(({ type }) => type === 'Accepted');
  const { status, reason, message } = admission;
  if (was?.status === status && was.reason === reason && was.message === message) return [];
  const fine = status === 'True' && reason === 'Valid';
  return [{ type: fine ? 'Normal' : 'Warning', reason: fine ? 'PoolAccepted' : reason, object, message }];
}
