// Whatever is done to the objects: a list, and what a watch tells from its version on, make the list of later.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/server/kube/kinds/object.ts';
import { ALL_POLICIES, aWorld, POLICIES, type WatchLine } from './world.ts';

const name = fc.constantFrom('a', 'b', 'c', 'd');
const team = fc.constantFrom('red', 'blue', null);
const finalizers = fc.constantFrom(['x/hold'], []);

const step = fc.oneof(
  fc.record({ do: fc.constant('create' as const), name, team, finalizers }),
  fc.record({ do: fc.constant('label' as const), name, team }),
  fc.record({ do: fc.constant('spec' as const), name, mode: fc.constantFrom('Observe', 'Paused') }),
  fc.record({ do: fc.constant('status' as const), name, count: fc.nat(3) }),
  fc.record({ do: fc.constant('delete' as const), name }),
  fc.record({ do: fc.constant('release' as const), name }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

type World = ReturnType<typeof aWorld>;

async function perform({ ask, create, patch }: World, done: Step): Promise<void> {
  switch (done.do) {
    case 'create': {
      const labels = done.team === null ? {} : { labels: { team: done.team } };
      await create(done.name, { metadata: { name: done.name, finalizers: done.finalizers, ...labels } });
      return;
    }
    case 'label':
      await patch(done.name, { metadata: { labels: { team: done.team } } });
      return;
    case 'spec':
      await patch(done.name, { spec: { mode: done.mode } });
      return;
    case 'status':
      await ask(
        'PATCH',
        `${POLICIES}/${done.name}/status`,
        { status: { appCount: done.count } },
        { type: 'application/merge-patch+json' },
      );
      return;
    case 'delete':
      await ask('DELETE', `${POLICIES}/${done.name}`);
      return;
    case 'release':
      await patch(done.name, { metadata: { finalizers: null } });
  }
}

/** As an informer does it. */
function replay(objects: readonly KubeObject[], lines: readonly WatchLine[]): readonly KubeObject[] {
  const store = new Map(objects.map((object) => [object.metadata.name, object]));
  for (const { type, object } of lines) {
    const key = object.metadata.name;
    expect([type, store.has(key)]).toEqual([type, type !== 'ADDED']);
    if (type === 'DELETED') store.delete(key);
    else store.set(key, object);
  }
  return [...store.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

describe('list and watch', () => {
  it.each(['', 'team', 'team=red', 'team!=red'])('agree for the selection %j', async (selector) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.array(step, { maxLength: 25 }),
        async (before, after) => {
          const world = aWorld();
          const query = `labelSelector=${encodeURIComponent(selector)}`;
          const list = async () => (await world.ask('GET', `${ALL_POLICIES}?${query}`)).body;
          for (const done of before) await perform(world, done);
          const { items, metadata } = await list();
          // A version of 0 would mean: whatever there is.
          const early =
            metadata.resourceVersion === '0'
              ? undefined
              : await world.watch(`resourceVersion=${metadata.resourceVersion}&${query}`);
          for (const done of after) await perform(world, done);
          const late =
            metadata.resourceVersion === '0'
              ? undefined
              : await world.watch(`resourceVersion=${metadata.resourceVersion}&${query}`);
          const fresh = await world.watch(query);
          world.stop.abort();
          const { items: now } = await list();
          for (const reader of [early, late]) {
            if (reader !== undefined) expect(replay(items, await reader.rest())).toEqual(now);
          }
          const lines = await fresh.rest();
          expect(replay([], lines)).toEqual(now);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('never gives a version twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const world = aWorld();
        const reader = await world.watch('');
        for (const done of steps) await perform(world, done);
        world.stop.abort();
        const versions = (await reader.rest()).map(({ object }) => Number(object.metadata.resourceVersion));
        expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });
});
