// An operator that is told which objects changed, beside one that lists all of them each time: nobody sees a difference.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { API_VERSION } from '../../../src/api/policy.ts';
import { loadPolicies } from '../../../src/app/policies/schema.ts';
import type { OperatorView } from '../../../src/controller/status/view.ts';
import {
  type AppliedObject,
  AppliedObjects,
  createAppliedSource,
} from '../../../src/policy-sources/applied/index.ts';
import type { PolicySource } from '../../../src/policy-sources/source.ts';
import { RELEASE_FINALIZER } from '../../../src/policy-sources/source.ts';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { TransientError } from '../../../src/runtime/errors.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { World } from '../../support/fakes.ts';

interface Edit {
  readonly name: 'a' | 'b' | 'c';
  readonly is: 'applied' | 'invalid' | 'deleted' | 'removed';
  readonly app: 'own' | 'shared';
  readonly min: number;
  readonly pool: 'none' | 'p';
  readonly onDelete: 'Retain' | 'Delete';
}

const anEdit: fc.Arbitrary<Edit> = fc.record({
  name: fc.constantFrom('a', 'b', 'c'),
  is: fc.constantFrom('applied', 'applied', 'applied', 'invalid', 'deleted', 'removed'),
  app: fc.constantFrom('own', 'own', 'shared'),
  min: fc.integer({ min: 0, max: 3 }),
  pool: fc.constantFrom('none', 'none', 'p'),
  onDelete: fc.constantFrom('Retain', 'Delete'),
});

function objectOf(edit: Edit, version: number): AppliedObject {
  const { name, is, min, pool, app, onDelete } = edit;
  const metadata = {
    ...{ name, namespace: 'default', uid: `uid-${name}`, creationTimestamp: '2026-01-01T00:00:00Z' },
    ...{ finalizers: [RELEASE_FINALIZER], generation: version, resourceVersion: `${version}` },
    ...(is === 'deleted' && { deletionTimestamp: '2026-01-02T00:00:00Z' }),
  };
  const apps = [
    {
      ...{ name: 'app', priority: 1, instances: { min }, remainder: { weight: 1 } },
      ...{ id: app === 'shared' ? '/shared' : `/${name}/app`, app: { cmd: 'work', cpus: 1, mem: 1 } },
      ...(is === 'invalid' && { odd: true }),
    },
  ];
  const room = pool === 'p' ? { pool } : { capacity: { slots: 3 } };
  return {
    apiVersion: API_VERSION,
    kind: 'MicroscalingPolicy',
    metadata,
    spec: { interval: '1s', onDelete, ...room, apps },
  };
}

function poolOf(slots: number, version: number): AppliedObject {
  const metadata = {
    name: 'p',
    namespace: 'default',
    uid: 'uid-p',
    generation: version,
    resourceVersion: `${version}`,
  };
  return { apiVersion: API_VERSION, kind: 'CapacityPool', metadata, spec: { capacity: { slots } } };
}

class Counted implements PolicySource {
  readonly name = 'api';
  readonly home = 'API';
  readonly objects = new AppliedObjects({
    documents: createMemoryDocumentStore(),
    load: loadPolicies,
    log: silentLogger,
  });
  readonly #source = createAppliedSource(this.objects);
  readonly look?: NonNullable<PolicySource['look']>;
  lists = 0;
  looks = 0;
  fails = false;
  /** Whether it tells which object changed. */
  isTold = true;
  /** Set: until then no list ends. */
  listed: Promise<void> | undefined;

  constructor({ isLookedAt }: { readonly isLookedAt: boolean }) {
    const { look } = this.#source;
    if (!isLookedAt || look === undefined) return;
    this.look = async (refs, signal) => {
      this.looks += 1;
      if (this.fails) throw new TransientError('the disk is slow');
      return await look(refs, signal);
    };
  }

  list: PolicySource['list'] = async (signal) => {
    this.lists += 1;
    const snapshot = await this.#source.list(signal);
    await this.listed;
    return snapshot;
  };
  watch: PolicySource['watch'] = async (onChange, signal) =>
    await this.#source.watch((changed) => onChange(this.isTold ? changed : undefined), signal);
  removeFinalizer: NonNullable<PolicySource['removeFinalizer']> = async (ref, signal) =>
    await this.#source.removeFinalizer?.(ref, signal);
}

/**
 * Without the order of what two pools do in one moment, which means nothing: whoever comes second may do it some ms later, in a
 * round more, with tasks of other numbers, and lets go of an app that both named. Nor with that in which problems were found.
 */
function seen({ view }: World): OperatorView {
  const settled: OperatorView = JSON.parse(
    JSON.stringify({ ...view, stats: { ...view.stats, rounds: 0 } }),
    inSeconds,
  );
  return {
    ...settled,
    events: settled.events.toSorted((a, b) => b.atMs - a.atMs || (a.object < b.object ? -1 : 1)),
    decisions: settled.decisions.toSorted((a, b) => b.atMs - a.atMs || (a.app < b.app ? -1 : 1)),
    problems: settled.problems.toSorted((a, b) => (a.source < b.source ? -1 : 1)),
  };
}

function inSeconds(field: string, value: unknown): unknown {
  if (typeof value === 'number' && /Ms$/.test(field)) return Math.floor(value / 1_000);
  if (typeof value !== 'string') return value;
  if (field === 'id') return value.replace(/\.\d+$/, '');
  return value.replace(/(:\d\d)\.\d{3}Z/g, '$1Z').replace(/policy \S+ (?=no longer names it)/, 'policy ');
}

async function start(isLookedAt: boolean) {
  const source = new Counted({ isLookedAt });
  source.objects.put(poolOf(4, 1));
  const world = new World({ slots: 20 }, { sources: [source] });
  await world.start(2_000);
  return { source, world };
}

const OWN = { is: 'applied', app: 'own', min: 0, pool: 'none', onDelete: 'Retain' } as const;
/** The rounds of both pools end in one moment, in either order. */
const TWO_POOLS_AT_ONCE: Edit[][] = [
  [{ ...OWN, name: 'b' }],
  [{ ...OWN, name: 'a', pool: 'p' }],
  [
    { ...OWN, name: 'a', is: 'invalid' },
    { ...OWN, name: 'b' },
  ],
];

const BEGUN_IN_ANOTHER_ORDER: Edit[][] = [
  [
    { ...OWN, name: 'b', app: 'shared' },
    { ...OWN, name: 'a', app: 'shared' },
  ],
  [
    { ...OWN, name: 'b' },
    { ...OWN, name: 'a' },
  ],
  [{ ...OWN, name: 'a' }],
];

const THE_SECOND_A_MOMENT_LATER: Edit[][] = [
  [
    { ...OWN, name: 'b', app: 'shared', pool: 'p' },
    { ...OWN, name: 'a', is: 'deleted' },
  ],
  [
    { ...OWN, name: 'a', is: 'deleted', pool: 'p' },
    { ...OWN, name: 'b', pool: 'p' },
  ],
];

it('shows the same after every edit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anEdit, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 6 }),
      async (steps) => {
        const [whole, alone] = [await start(false), await start(true)];
        try {
          let version = 1;
          for (const edits of steps) {
            for (const edit of edits) {
              version += 1;
              for (const { source } of [whole, alone]) {
                if (edit.is === 'removed')
                  source.objects.remove('MicroscalingPolicy', `default/${edit.name}`);
                else source.objects.put(objectOf(edit, version));
              }
            }
            for (const { world } of [whole, alone]) await world.after(3_000);
            expect(seen(alone.world)).toEqual(seen(whole.world));
            expect(alone.world.counts).toEqual(whole.world.counts);
          }
          expect(alone.source.lists).toBe(1);
        } finally {
          await Promise.all([whole.world.stop(), alone.world.stop()]);
        }
      },
    ),
    { numRuns: 15, examples: [[TWO_POOLS_AT_ONCE], [BEGUN_IN_ANOTHER_ORDER], [THE_SECOND_A_MOMENT_LATER]] },
  );
});

it('lists again once a minute, and where an object could not be looked at', async () => {
  const { source, world } = await start(true);
  const edit: Edit = { name: 'a', is: 'applied', app: 'own', min: 1, pool: 'none', onDelete: 'Retain' };
  source.objects.put(objectOf(edit, 2));
  await world.after(1_000);
  expect([source.lists, source.looks]).toEqual([1, 1]);
  expect(world.counts).toEqual({ '/a/app': 3 });
  await world.after(60_000);
  expect([source.lists, source.looks]).toEqual([2, 1]);

  source.fails = true;
  source.objects.put(objectOf({ ...edit, name: 'b' }, 3));
  await world.after(200);
  expect(world.view.problems).toMatchObject([
    { source: 'api', message: expect.stringContaining('the disk is slow') },
  ]);
  await world.after(5_000);
  expect(source.lists).toBe(3);
  expect(world.view.problems).toEqual([]);
  expect(world.counts).toEqual({ '/a/app': 3, '/b/app': 3 });
  await world.stop();
});

it('lists again where anything may have changed while it was being listed', async () => {
  const { source, world } = await start(true);
  const edit: Edit = { name: 'a', is: 'applied', app: 'own', min: 1, pool: 'none', onDelete: 'Retain' };
  const { promise, resolve } = Promise.withResolvers<void>();
  source.isTold = false;
  source.listed = promise;
  source.objects.put(objectOf(edit, 2));
  await world.after(200);
  source.objects.put(objectOf({ ...edit, name: 'b' }, 3));
  await world.after(200);
  resolve();
  await world.after(5_000);
  expect(source.lists).toBe(3);
  expect(world.counts).toEqual({ '/a/app': 3, '/b/app': 3 });
  await world.stop();
});
