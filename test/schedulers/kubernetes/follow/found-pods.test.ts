// The pods of targets, kept as they come and go, are the same as looked up anew among all pods.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ObjectCache } from '../../../../src/runtime/kubernetes/cache.ts';
import type { KubeObject } from '../../../../src/runtime/kubernetes/objects.ts';
import { podsIn } from '../../../../src/schedulers/kubernetes/follow/collections.ts';
import { FoundPods } from '../../../../src/schedulers/kubernetes/follow/found-pods.ts';
import { parsedSelector, selects } from '../../../../src/schedulers/kubernetes/objects/selector.ts';
import { aPod, readyPod } from '../builders.ts';

const TARGETS = ['app=a', 'app=b,tier=x', 'tier', 'app!=a'] as const;
const SELECTORS = new Map(TARGETS.map((text) => [text, parsedSelector(text) ?? []]));

const labels = fc.record(
  { app: fc.constantFrom('a', 'b'), tier: fc.constantFrom('x', 'y') },
  { requiredKeys: [] },
);
const step = fc.oneof(
  fc.record({ do: fc.constant('put' as const), name: fc.constantFrom('1', '2', '3'), labels }),
  fc.record({ do: fc.constant('remove' as const), name: fc.constantFrom('1', '2', '3') }),
  fc.record({ do: fc.constant('relist' as const) }),
  fc.record({ do: fc.constant('look' as const), at: fc.constantFrom(...TARGETS) }),
);

/** A cache of pods that tells of its changes, as a reflector does. */
function world() {
  const { facts } = podsIn('shop');
  const cache = new ObjectCache();
  const found = new FoundPods(facts);
  let version = 0;
  const uids = new Map<string, string>();
  const made = (name: string, of: Readonly<Record<string, string>>, ready = true): KubeObject => {
    version += 1;
    const uid = uids.get(name) ?? `uid-${name}-${version}`;
    uids.set(name, uid);
    const metadata = { name, labels: of, uid, resourceVersion: String(version) };
    return facts.reduce(ready ? readyPod({ metadata }) : aPod({ metadata }));
  };
  return {
    cache,
    look: (target: (typeof TARGETS)[number]) => found.of(target, SELECTORS.get(target) ?? [], cache),
    put: (name: string, of: Readonly<Record<string, string>>, ready?: boolean) => {
      const pod = made(name, of, ready);
      cache.offer(pod);
      return found.changed(pod);
    },
    remove: (name: string) => {
      const pod = cache.get(`shop/${name}`);
      if (pod === undefined) return new Set<string>();
      cache.remove(pod);
      uids.delete(name);
      return found.changed(pod);
    },
    relist: () => found.changed(undefined),
    forget: (target: string) => found.forget(target),
    fresh: (target: (typeof TARGETS)[number]) =>
      cache
        .all()
        .map((pod) => facts.of(pod))
        .filter((pod) => selects(SELECTORS.get(target) ?? [], pod.labels)),
  };
}

describe('found pods', () => {
  it('are those that the selector means, whatever came, went and changed its labels', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const pods = world();
        for (const each of steps) {
          if (each.do === 'put') pods.put(each.name, each.labels);
          if (each.do === 'remove') pods.remove(each.name);
          if (each.do === 'relist') pods.relist();
          if (each.do === 'look') pods.look(each.at);
        }
        for (const target of TARGETS)
          expect([...pods.look(target)].toSorted((a, b) => a.name.localeCompare(b.name))).toEqual(
            pods.fresh(target).toSorted((a, b) => a.name.localeCompare(b.name)),
          );
      }),
    );
  });

  it('are the same list while only pods of others change', () => {
    const pods = world();
    pods.put('1', { app: 'a' });
    pods.put('2', { app: 'b', tier: 'x' });
    const before = pods.look('app=a');
    pods.put('2', { app: 'b', tier: 'x' }, false);
    pods.remove('2');
    expect(pods.look('app=a')).toBe(before);
  });

  it('tell whom a pod is about: whoever has it now, and whoever had it before', () => {
    const pods = world();
    pods.put('1', { app: 'a' });
    for (const target of TARGETS) pods.look(target);
    expect([...pods.put('1', { app: 'b', tier: 'x' })].toSorted()).toEqual(
      ['app!=a', 'app=a', 'app=b,tier=x', 'tier'].toSorted(),
    );
    expect([...pods.remove('1')].toSorted()).toEqual(['app!=a', 'app=b,tier=x', 'tier'].toSorted());
  });

  it('of a target that nobody looks at any more wake nobody', () => {
    const pods = world();
    pods.look('app=a');
    pods.forget('app=a');
    expect([...pods.put('1', { app: 'a' })]).toEqual([]);
  });
});
