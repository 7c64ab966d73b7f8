import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { createMemoryScheduler } from '../../src/schedulers/memory/index.ts';
import { oneCluster } from '../../src/schedulers/one-cluster.ts';
import { PLAIN_WORDS } from '../../src/schedulers/words.ts';
import { type WorkloadIdentity, workloadKey } from '../../src/schedulers/workload.ts';

const part = fc.stringMatching(/^[!-~]{1,12}$/);
const identity: fc.Arbitrary<WorkloadIdentity> = fc.record({ scheduler: part, cluster: part, name: part });

describe('who a workload is', () => {
  it('has one key for one identity, and another one for every other', () => {
    fc.assert(
      fc.property(identity, identity, (a, b) => {
        const same = a.scheduler === b.scheduler && a.cluster === b.cluster && a.name === b.name;
        expect(workloadKey(a) === workloadKey(b)).toBe(same);
        expect(workloadKey({ ...a })).toBe(workloadKey(a));
      }),
    );
  });

  it('is told by its scheduler, its cluster and its name there', () => {
    const memory = createMemoryScheduler({ startMs: 1, stopMs: 1 }, { clock: new VirtualClock() });
    const clusters = oneCluster(memory);
    expect(clusters.identityOf(undefined, '/shop/front')).toEqual({
      scheduler: PLAIN_WORDS.name,
      cluster: clusters.idOf(undefined),
      name: '/shop/front',
    });
    expect(PLAIN_WORDS.app('/shop/front')).toBe('app /shop/front');
  });
});
