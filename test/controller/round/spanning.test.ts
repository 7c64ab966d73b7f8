// One budget over several schedulers: slots move between them, and the trouble of one is not the trouble of the others.

import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppSpec } from '../../../src/api/policy.ts';
import { occupied } from '../../../src/core/allocation/free-capacity.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { TransientError } from '../../../src/runtime/errors.ts';
import { createMemoryScheduler, type MemoryScheduler } from '../../../src/schedulers/memory/index.ts';
import type { ClusterSpec } from '../../../src/schedulers/scheduler.ts';
import { PLAIN_WORDS } from '../../../src/schedulers/words.ts';
import { T0 } from '../../support/builders.ts';
import { aFiller, anApp, aPolicy, World, wants } from '../../support/fakes.ts';

const SLOTS = 6;

/** Apps whose name begins with `k-` are workloads of another scheduler, which exist already. */
function isThere({ name }: Pick<AppSpec, 'name'>): boolean {
  return name.startsWith('k-');
}

class TwoSchedulers {
  readonly clock = new VirtualClock(T0);
  readonly kube: MemoryScheduler;
  readonly world: World;

  constructor({ stopMs = 1_000, sameTitle = false } = {}) {
    this.kube = createMemoryScheduler({ startMs: 500, stopMs }, { clock: this.clock });
    const wordsOf = (cluster: ClusterSpec | undefined) => ({
      ...PLAIN_WORDS,
      name: cluster?.scheduler === 'kube' ? 'Kubernetes' : 'Marathon',
    });
    this.world = new World(
      { stopMs },
      {
        clock: this.clock,
        schedulerFor: (cluster) => (cluster?.scheduler === 'kube' ? this.kube : this.world.marathon),
        workloadOf: (app) =>
          isThere(app)
            ? {
                scheduler: 'kube',
                name: `shop/${sameTitle ? 'same' : app.name}`,
                title: `Deployment shop/${sameTitle ? 'same' : app.name}`,
              }
            : undefined,
        wordsOf,
      },
    );
  }

  get used(): number {
    return [...this.world.marathon.snapshot().values(), ...this.kube.snapshot().values()].reduce(
      (sum, app) => sum + occupied(app),
      0,
    );
  }

  get kubeCount(): number | undefined {
    return this.kube.snapshot().get('shop/k-workers')?.requested;
  }
}

/** A service on Marathon, and the work that fills what it leaves on the other one; or the other way round. */
const service = (name: string, over: Partial<AppSpec> = {}) =>
  anApp(name, { ...wants(1), instances: { min: 0, max: SLOTS }, ...over });
const spanning = (apps: readonly AppSpec[]) => aPolicy('demo', apps, { capacity: { slots: SLOTS } });

let two: TwoSchedulers;
afterEach(() => two.world.stop());

async function begin(options: ConstructorParameters<typeof TwoSchedulers>[0] = {}): Promise<void> {
  two = new TwoSchedulers(options);
  two.kube.others.create('shop/k-workers', 0, {});
  two.world.metrics.set(1, 2);
  two.world.policies.put(
    'demo',
    spanning([service('front'), aFiller('k-workers', { instances: { min: 0 }, adopt: false })]),
  );
  await two.world.start(6_000);
}

describe('a pool over two schedulers', () => {
  it('shares its slots, and hands them over when the need moves', async () => {
    await begin();
    expect([two.world.counts['/front'], two.kubeCount]).toEqual([2, 4]);
    two.world.metrics.set(1, 5);
    await two.world.after(10_000);
    expect([two.world.counts['/front'], two.kubeCount]).toEqual([5, 1]);
    two.world.metrics.set(1, 1);
    await two.world.after(60_000);
    expect([two.world.counts['/front'], two.kubeCount]).toEqual([1, 5]);
  });

  it('gives a slot only once its victim is gone there', async () => {
    await begin({ stopMs: 5_000 });
    two.world.metrics.set(1, 5);
    await two.world.after(2_000);
    // Asked for less there, and nothing more here: the victims are still stopping.
    expect([two.world.counts['/front'], two.kubeCount]).toEqual([2, 1]);
    for (let i = 0; i < 100; i++) {
      await two.world.after(100);
      expect(two.used).toBeLessThanOrEqual(SLOTS);
    }
    expect(two.world.counts['/front']).toBe(5);
  });

  it('makes one write for each change', async () => {
    await begin();
    const before = [two.world.marathon.stats().writes, two.kube.stats().writes];
    two.world.metrics.set(1, 4);
    await two.world.after(20_000);
    expect([two.world.counts['/front'], two.kubeCount]).toEqual([4, 2]);
    const after = [two.world.marathon.stats().writes, two.kube.stats().writes];
    expect(after[1]).toBe((before[1] ?? 0) + 1);
    expect((after[0] ?? 0) - (before[0] ?? 0)).toBeLessThanOrEqual(2);
  });

  it('says in the words of each scheduler who is where', async () => {
    await begin();
    expect(two.world.app('/front').scheduler).toBe('Marathon');
    expect(two.world.app('Deployment shop/k-workers').scheduler).toBe('Kubernetes');
    expect(two.world.message('demo', 'Applied')).toBe('Marathon and Kubernetes have what the policy says');
    expect(two.world.view.clusters.map(({ scheduler, reachable }) => [scheduler, reachable])).toEqual([
      ['Marathon', true],
      ['Kubernetes', true],
    ]);
  });

  it('leaves the apps of one that is down as they are, with their slots, and goes on with the others', async () => {
    await begin();
    two.kube.interfere({
      observe: async () => {
        throw new TransientError('kubernetes answered 503');
      },
    });
    two.world.metrics.set(1, 6);
    await two.world.after(20_000);
    expect([two.world.counts['/front'], two.kubeCount]).toEqual([2, 4]);
    expect(two.world.condition('demo', 'Applied')).toBe('Unknown/SchedulerUnavailable');
    // Whether it starts its instances is not known any more either.
    expect(two.world.condition('demo', 'NotLaunching')).toBe('Unknown/SchedulerUnavailable');
    expect(two.world.message('demo', 'ScalingLimited')).toContain(
      'Deployment shop/k-workers holds 4 slots and cannot be looked at: kubernetes answered 503',
    );
    two.world.metrics.set(1, 1);
    await two.world.after(60_000);
    expect([two.world.counts['/front'], two.kubeCount]).toEqual([1, 4]);
  });

  it('says which of them does not answer, and shares on', async () => {
    await begin();
    const sinceMs = two.clock.monotonic();
    two.kube.interfere({
      observe: async (ids, next) => ({
        ...(await next()),
        silent: new Map(ids.map((id) => [id, sinceMs])),
      }),
    });
    two.world.metrics.set(1, 4);
    await two.world.after(10_000);
    expect([two.world.counts['/front'], two.kubeCount]).toEqual([4, 2]);
    expect(two.world.condition('demo', 'Ready')).toBe('Unknown/SchedulerSilent');
    expect(two.world.view.clusters.map(({ scheduler, silentSinceMs }) => [scheduler, silentSinceMs])).toEqual(
      [
        ['Marathon', undefined],
        ['Kubernetes', sinceMs],
      ],
    );
  });

  it('goes on with all of them once it is back', async () => {
    await begin();
    const end = two.kube.interfere({
      observe: async () => {
        throw new TransientError('kubernetes answered 503');
      },
    });
    two.world.metrics.set(1, 6);
    await two.world.after(10_000);
    end();
    await two.world.after(20_000);
    expect([two.world.counts['/front'], two.kubeCount]).toEqual([6, 0]);
    expect(two.world.condition('demo', 'Applied')).toBe('True/UpToDate');
  });

  it('waits no longer than its deadline for one that does not answer', async () => {
    await begin();
    two.kube.interfere({ observe: () => new Promise(() => undefined) });
    two.world.metrics.set(1, 1);
    await two.world.after(90_000);
    expect([two.world.counts['/front'], two.kubeCount]).toEqual([1, 4]);
    expect(two.world.message('demo', 'Applied')).toContain('no answer within 2 s');
  });

  it('changes no count while it is not known what the apps of one hold', async () => {
    two = new TwoSchedulers();
    two.kube.others.create('shop/k-workers', 4, {});
    two.kube.interfere({
      observe: async () => {
        throw new TransientError('kubernetes answered 503');
      },
    });
    two.world.marathon.others.create('/front', 2, {});
    two.world.metrics.set(1, 6);
    two.world.policies.put(
      'demo',
      spanning([
        service('front', { adopt: true }),
        aFiller('k-workers', { instances: { min: 0 }, adopt: false }),
      ]),
    );
    await two.world.start(20_000);
    expect([two.world.counts['/front'], two.kubeCount]).toEqual([2, 4]);
    expect(two.world.message('demo', 'Applied')).toContain('what it holds is not known');
  });

  it('says of a workload that is not there that it has to be made', async () => {
    two = new TwoSchedulers();
    two.world.metrics.set(1, 2);
    two.world.policies.put('demo', spanning([service('front'), aFiller('k-workers')]));
    await two.world.start(6_000);
    expect(two.world.condition('demo', 'Applied')).toBe('False/AppMissing');
    expect(two.world.message('demo', 'Applied')).toBe(
      'Deployment shop/k-workers does not exist: create it, or name another one',
    );
  });

  it('is refused where its budget is the room of one cluster', async () => {
    two = new TwoSchedulers();
    two.world.policies.put(
      'demo',
      aPolicy('demo', [service('front'), aFiller('k-workers')], {
        capacity: { cluster: { role: '*', headroom: 0 } },
      }),
    );
    await two.world.start();
    expect(two.world.condition('demo', 'Accepted')).toBe('False/InvalidSpec');
    expect(two.world.message('demo', 'Accepted')).toBe(
      'capacity.cluster is the room of one cluster, and app k-workers lives in another one than app front; give the pool slots or resources, or let them live in one cluster',
    );
  });

  it('is refused where two of its apps are one workload', async () => {
    two = new TwoSchedulers({ sameTitle: true });
    two.world.policies.put('demo', spanning([aFiller('k-one'), aFiller('k-two')]));
    await two.world.start();
    expect(two.world.condition('demo', 'Accepted')).toBe('False/InvalidSpec');
    expect(two.world.message('demo', 'Accepted')).toBe(
      'app k-two and app k-one are both Deployment shop/same: remove one of them',
    );
  });

  it('never has more than its budget, whatever fails when', async () => {
    const step = fc.record({
      need: fc.integer({ min: 0, max: SLOTS + 2 }),
      ms: fc.integer({ min: 100, max: 6_000 }),
      fault: fc.constantFrom(
        'none',
        'kube down',
        'kube hangs',
        'kube lost',
        'marathon down',
        'marathon lost',
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
        await begin({ stopMs: 1_500 });
        try {
          for (const { need, ms, fault } of steps) {
            two.world.metrics.set(1, need);
            const end = inject(fault);
            for (let passed = 0; passed < ms; passed += 100) {
              await two.world.after(100);
              expect(two.used).toBeLessThanOrEqual(SLOTS);
            }
            end();
          }
        } finally {
          await two.world.stop();
        }
      }),
      { numRuns: 25 },
    );
    await begin();
  });
});

function inject(fault: string): () => void {
  const scheduler = fault.startsWith('kube') ? two.kube : two.world.marathon;
  if (fault === 'none') return () => undefined;
  if (fault.endsWith('hangs')) return scheduler.interfere({ observe: () => new Promise(() => undefined) });
  if (fault.endsWith('down')) {
    const down = async (): Promise<never> => {
      throw new TransientError('it is down');
    };
    return scheduler.interfere({ observe: down, apply: down });
  }
  return scheduler.interfere({
    apply: async (_, next) => {
      await next();
      throw new TransientError('the answer was lost');
    },
  });
}
