// Documents that change alone, against the same documents listed whole: whatever happens, the store says the same.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { API_VERSION, type CapacityPool, type Resource, type ResourceKey } from '../../../src/api/policy.ts';
import { PolicyStore, type StoreChange } from '../../../src/controller/policies/policy-store.ts';
import { defined } from '../../../src/lang/defined.ts';
import type {
  InvalidDocument,
  ObjectRef,
  PolicySnapshot,
  SourcedResource,
} from '../../../src/policy-sources/source.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { anApp, aPolicy } from '../../support/fakes.ts';

/** What a source has of one name. */
type Document =
  | { readonly is: 'absent' }
  | { readonly is: 'invalid' }
  | {
      readonly is: 'valid';
      readonly apps: readonly string[];
      readonly min: number;
      readonly pool?: 'p' | 'q';
      readonly deleting: boolean;
      readonly born: number;
      readonly url?: 'u' | 'v';
      readonly mode?: 'Observe' | 'Paused';
    };

const NAMES = ['a', 'b', 'c', 'd', 'e'] as const;
const POOLS = ['p', 'q'] as const;
const APPS = ['/x', '/y', '/z', '/own'] as const;

const aDocument: fc.Arbitrary<Document> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ is: 'absent' } as const) },
  { weight: 1, arbitrary: fc.constant({ is: 'invalid' } as const) },
  {
    weight: 7,
    arbitrary: fc.record(
      {
        is: fc.constant('valid' as const),
        apps: fc.uniqueArray(fc.constantFrom(...APPS), { minLength: 1, maxLength: 2 }),
        min: fc.integer({ min: 0, max: 3 }),
        pool: fc.constantFrom(...POOLS),
        deleting: fc.boolean(),
        born: fc.integer({ min: 0, max: 2 }),
        url: fc.constantFrom('u' as const, 'v' as const),
        mode: fc.constantFrom('Observe' as const, 'Paused' as const),
      },
      { requiredKeys: ['is', 'apps', 'min', 'deleting', 'born'] },
    ),
  },
);

type Step =
  | { readonly do: 'policies'; readonly documents: readonly (readonly [string, Document])[] }
  | { readonly do: 'pool'; readonly name: 'p' | 'q'; readonly slots: number }
  | {
      readonly do: 'dir';
      readonly documents: readonly (readonly [string, Document])[];
      readonly complete: boolean;
    }
  | { readonly do: 'collected' }
  | { readonly do: 'restart' };

const named = fc.array(fc.tuple(fc.constantFrom(...NAMES), aDocument), { minLength: 1, maxLength: 3 });
const aStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('policies' as const), documents: named }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('pool' as const),
      name: fc.constantFrom(...POOLS),
      slots: fc.integer({ min: 0, max: 6 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('dir' as const), documents: named, complete: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'collected' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
);

const plain = { is: 'valid', apps: ['/x'], min: 0, deleting: false, born: 0 } as const;

/** A policy gets what it may have one change after the one that made room for it. */
const A_CHANGE_LATER: Step[] = [
  { do: 'pool', name: 'q', slots: 2 },
  { do: 'policies', documents: [['e', { ...plain, min: 2, pool: 'q' }]] },
  { do: 'pool', name: 'q', slots: 1 },
  {
    do: 'policies',
    documents: [
      ['d', { ...plain, apps: ['/own'], min: 1, pool: 'q' }],
      ['a', { ...plain, url: 'u' }],
    ],
  },
  { do: 'pool', name: 'p', slots: 0 },
];

/** Whose app another policy may have is known from what an earlier process wrote down, and from nothing else. */
const OWNED_BEFORE: Step[] = [
  {
    do: 'dir',
    documents: [
      ['d', { ...plain, url: 'v' }],
      ['a', plain],
    ],
    complete: false,
  },
  { do: 'dir', documents: [['a', { is: 'invalid' }]], complete: false },
  { do: 'restart' },
  { do: 'policies', documents: [['c', { ...plain, url: 'v' }]] },
  {
    do: 'policies',
    documents: [
      ['d', { ...plain, deleting: true }],
      ['a', plain],
    ],
  },
  { do: 'policies', documents: [['a', { is: 'invalid' }]] },
];

type Documents = ReadonlyMap<string, Document>;

function keyOf(name: string): ResourceKey {
  return `default/${name}` as ResourceKey;
}

function resourceOf(
  name: string,
  { apps, min, pool, url, mode }: Extract<Document, { is: 'valid' }>,
): Resource {
  const specs = apps.map((id) =>
    anApp(id === '/own' ? `own-${name}` : id.slice(1), {
      id: id === '/own' ? `/${name}/own` : id,
      instances: { min, max: 5 },
    }),
  );
  const policy = aPolicy(name, specs);
  // Of a pool that is not there, whichever member was listed last says the labels.
  const labels = { labels: pool === undefined ? { min: `${min}` } : {} };
  const { capacity: _, ...spec } = policy.spec;
  return {
    ...policy,
    metadata: { ...policy.metadata, ...labels },
    spec: {
      ...(pool === undefined ? policy.spec : { ...spec, pool }),
      ...defined({ mode, marathon: url && { urls: [url] } }),
    },
  } as Resource;
}

function snapshotOf(documents: Documents, slots: ReadonlyMap<string, number>): PolicySnapshot {
  const resources: SourcedResource[] = [];
  const invalid: InvalidDocument[] = [];
  for (const [name, document] of documents) {
    const place = `api ${name}`;
    if (document.is === 'invalid')
      invalid.push({ kind: 'MicroscalingPolicy', key: keyOf(name), message: 'not valid', place });
    if (document.is !== 'valid') continue;
    resources.push({
      resource: known(name, document),
      place,
      revision: JSON.stringify(document),
      uid: `${name}-${document.born}`,
      createdAt: new Date(document.born * 1_000).toISOString(),
      ...(document.deleting && { deleting: true }),
    });
  }
  for (const [name, size] of slots)
    if (size > 0)
      resources.push({ resource: poolNamed(name, size), place: `api ${name}`, revision: `${size}` });
  const problems = invalid.map(({ key, place }) => ({
    ...{ severity: 'error' as const, source: place, pointer: '', message: 'not valid' },
    object: `MicroscalingPolicy ${key}`,
  }));
  return { resources, invalid, problems, complete: true };
}

/** A source gives the same object as long as it says the same. */
const resources = new Map<string, Resource>();
function known(name: string, document: Extract<Document, { is: 'valid' }>): Resource {
  const text = JSON.stringify([name, document]);
  const resource = resources.get(text) ?? resourceOf(name, document);
  resources.set(text, resource);
  return resource;
}

function poolNamed(name: string, slots: number): CapacityPool {
  return {
    apiVersion: API_VERSION,
    kind: 'CapacityPool',
    metadata: { name, namespace: 'default' },
    spec: { capacity: { slots }, ...(slots > 3 && { marathon: { urls: ['u'] } }) },
  };
}

class Twin {
  readonly documents = createMemoryDocumentStore();
  store = this.#newStore();

  /** As a process has it that begins with what the one before it wrote down. */
  restart(): void {
    this.store = this.#newStore();
  }

  #newStore(): PolicyStore {
    return new PolicyStore({
      clock: new VirtualClock(0),
      log: silentLogger,
      documents: this.documents,
      sources: ['api', 'dir'],
      isTrusted: (source) => source === 'dir',
      isPaused: (policy) => policy === keyOf('c'),
    });
  }

  get told(): unknown {
    const { store, documents } = this;
    const sorted = <T>(items: Iterable<T>): readonly T[] =>
      [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    return {
      pools: store.pools(),
      capacityPools: store.capacityPools(),
      refused: store.refused(),
      problems: store.problems(),
      pending: store.ownership.pendingCollections(),
      finalizable: sorted(store.ownership.finalizable()),
      labels: sorted(store.labelled()),
      written: sorted(documents.all('holding')),
      owners: APPS.map((app) => sorted(store.ownership.ownersOf(app))),
    };
  }
}

function changeTold({ pools, removed }: StoreChange): unknown {
  return { pools, removed: removed.map(({ key }) => key) };
}

it('is taken over as if everything had been listed', () => {
  fc.assert(
    fc.property(fc.array(aStep, { minLength: 1, maxLength: 12 }), (steps) => {
      const [whole, alone] = [new Twin(), new Twin()];
      const api = new Map<string, Document>();
      const slots = new Map<string, number>();
      let dir = snapshotOf(new Map(), new Map());
      const all = () => ({ source: 'api', snapshot: snapshotOf(api, slots) });
      for (const { store } of [whole, alone]) store.update([all(), { source: 'dir', snapshot: dir }]);
      for (const step of steps) {
        if (step.do === 'restart') {
          for (const twin of [whole, alone]) {
            twin.restart();
            twin.store.update([all(), { source: 'dir', snapshot: dir }]);
          }
        } else if (step.do === 'collected') {
          for (const { store } of [whole, alone]) {
            const [pending] = [...store.ownership.pendingCollections()].sort((a, b) =>
              JSON.stringify(a) < JSON.stringify(b) ? -1 : 1,
            );
            if (pending !== undefined) store.ownership.collected(pending);
          }
        } else if (step.do === 'dir') {
          const { documents, complete } = step;
          dir = { ...snapshotOf(new Map(documents), new Map()), complete };
          const listing = { source: 'dir', snapshot: dir };
          const changes = [whole, alone].map(({ store }) => store.update([listing]));
          expect(changes.map(changeTold)[1]).toEqual(changes.map(changeTold)[0]);
        } else {
          if (step.do === 'pool') slots.set(step.name, step.slots);
          else for (const [name, document] of step.documents) api.set(name, document);
          const names = new Set(step.do === 'pool' ? [step.name] : step.documents.map(([name]) => name));
          const refs: ObjectRef[] = [...names].map((name) => ({
            kind: step.do === 'pool' ? 'CapacityPool' : 'MicroscalingPolicy',
            key: keyOf(name),
          }));
          const pick = <T>(map: ReadonlyMap<string, T>) =>
            new Map([...map].filter(([name]) => names.has(name)));
          const snapshot =
            step.do === 'pool' ? snapshotOf(new Map(), pick(slots)) : snapshotOf(pick(api), new Map());
          const before = new Map(alone.store.pools().map((pool) => [pool.key, pool]));
          const wasListed = whole.store.update([all()]);
          const { only = [], ...changed } = alone.store.change({ source: 'api', refs, snapshot });
          expect(changeTold(changed)).toEqual(changeTold(wasListed));
          const after = new Map(alone.store.pools().map((pool) => [pool.key, pool]));
          for (const key of new Set([...before.keys(), ...after.keys()]))
            if (before.get(key) !== after.get(key)) expect(only).toContain(key);
        }
        expect(alone.told).toEqual(whole.told);
      }
    }),
    { numRuns: 400, examples: [[A_CHANGE_LATER], [OWNED_BEFORE]] },
  );
});
