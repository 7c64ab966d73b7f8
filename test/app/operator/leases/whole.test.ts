// What people said to an operator without a selector is over once another operator has the policy: it does not come back with it.

import { afterEach, describe, expect, it } from 'vitest';
import { resourceKey } from '../../../../src/api/policy.ts';
import { type OpenShard, openShard } from '../../../../src/app/operator/leases/shard.ts';
import { openTaskShard, type TaskShard } from '../../../../src/app/operator/leases/task-shard.ts';
import { StoredInterventions } from '../../../../src/controller/interventions/stored-interventions.ts';
import { TravellingInterventions } from '../../../../src/controller/interventions/travelling-interventions.ts';
import * as kubernetes from '../../../../src/policy-sources/kubernetes/index.ts';
import type { SeenPoolLease } from '../../../../src/policy-sources/shared-pools/pool-lease-store.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { createMemoryDocumentStore } from '../../../../src/runtime/document-store.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import { T0 } from '../../../support/builders.ts';
import { aFiller, anApp, aPolicy, World, wants } from '../../../support/fakes.ts';
import { nothingCarried } from './nothing-carried.ts';

const POOL = 'default/demo';
const demo = aPolicy('demo', [anApp('consumer', wants(1)), aFiller('filler')]);
const OURS = '/ops/all';

interface Parts {
  readonly clock: VirtualClock;
  readonly travelling: TravellingInterventions;
  /** The operator that the Lease or the claim of the pool names now. */
  readonly taker: () => string | undefined;
}

function leaseOf(operator: string): SeenPoolLease {
  const times = { durationSeconds: 15, acquireTime: '', transitions: 0 };
  return { pool: POOL, version: operator, record: { holder: 'b.1', operator, ...times, settled: true } };
}

const OPENERS: readonly (readonly [string, (parts: Parts) => OpenShard | TaskShard])[] = [
  [
    'as an app of Marathon',
    ({ clock, travelling, taker }) =>
      openTaskShard({
        task: { taskId: 'all.1', appId: OURS },
        selector: undefined,
        claims: {
          all: async () => {
            const operator = taker();
            const facts = { operator: operator ?? '', holder: 'b.1', settled: 'true' };
            return operator === undefined ? [] : [{ of: POOL, number: 1, facts }];
          },
          add: async () => false,
          remove: async () => undefined,
          isHidden: async () => false,
        },
        scheduler: { observe: async () => ({ apps: new Map(), atMs: clock.monotonic() }) },
        byTask: async () => ({ acting: true, reason: 'it is the only task' }),
        carried: { ...nothingCarried(), interventions: travelling },
        ...{ clock, log: silentLogger, random: () => 0.5 },
      }),
  ],
  [
    'in Kubernetes',
    ({ clock, travelling, taker }) => {
      const cluster = { name: 'c', server: 'https://c', namespace: 'ops', authorize: async () => undefined };
      const list = async (): Promise<readonly SeenPoolLease[]> => [taker() ?? []].flat().map(leaseOf);
      const readOnly = async (): Promise<never> => Promise.reject(new Error('it writes no Lease'));
      const store = { list, create: readOnly, replace: readOnly, remove: readOnly };
      return openShard({ ...kubernetes, createPoolLeaseStore: () => store }, undefined, {
        carried: { ...nothingCarried(), interventions: travelling },
        api: new kubernetes.KubeApi(cluster, clock),
        lease: { namespace: 'ops', name: OURS },
        timing: { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 },
        ...{ identity: 'all-1', clock, log: silentLogger, onChange: () => undefined },
        ownLeadership: () => ({ acting: true, reason: 'it holds its lease' }),
      });
    },
  ],
];

let stop: () => Promise<void>;
afterEach(() => stop());

async function paused(open: (parts: Parts) => OpenShard | TaskShard, taker?: string) {
  const clock = new VirtualClock(T0);
  const documents = createMemoryDocumentStore();
  const stored = new StoredInterventions({ documents, clock, log: silentLogger });
  const policy = resourceKey({ namespace: 'default', name: 'demo' });
  const isListed = (): boolean => world.view.pools.length > 0;
  const travelling = new TravellingInterventions({
    stored,
    policiesOf: (pool) => (pool === POOL && isListed() ? [policy] : []),
    mayBeIn: () => true,
    now: () => clock.now(),
    log: silentLogger,
  });
  const now = { taker };
  const { shard, leadership, run } = open({ clock, travelling, taker: () => now.taker });
  const world: World = new World({}, { clock, interventionHomes: [stored], shard, leadership });
  const spec = { policyRef: { name: 'demo' }, type: 'Pause', for: '2h' } as const;
  await stored.put({ namespace: 'default', name: 'night' }, spec);
  world.metrics.set(1, 4);
  const end = new AbortController();
  const running = run(end.signal);
  await world.start(5_000);
  stop = async () => {
    end.abort();
    await Promise.all([world.stop(), clock.advance(5_000)]);
    await running;
  };
  const told = (): readonly string[] =>
    world.view.events.filter(({ reason }) => reason === 'Resumed').map(({ message }) => message);
  return { world, stored, now, told };
}

describe.each(OPENERS)('a pause that was said to an operator without a selector %s', (_, open) => {
  it('ends, and says so, when another operator takes the pool, and is not there when the pool is back', async () => {
    const { world, stored, now, told } = await paused(open);
    world.policies.put('demo.yaml', demo);
    await world.after(10_000);
    expect([world.condition('demo', 'Paused'), told()]).toEqual(['True/PausedByHand', []]);
    now.taker = '/ops/b';
    await world.after(5_000);
    expect(told()).toEqual([
      'operator /ops/b has taken the policy, and was not told: say it to that operator',
    ]);
    now.taker = undefined;
    await world.after(60_000);
    expect(stored.objects()).toEqual([]);
    expect(world.counts).toMatchObject({ '/consumer': 4 });
  });

  it('ends also where the policy is listed after the Lease', async () => {
    const { world, stored } = await paused(open, '/ops/b');
    expect(stored.objects()).toHaveLength(1);
    world.policies.put('demo.yaml', demo);
    await world.after(5_000);
    expect(stored.objects()).toEqual([]);
  });

  it('stays where the Lease is of the operator itself, from when it had a selector', async () => {
    const { world, stored } = await paused(open, OURS);
    world.policies.put('demo.yaml', demo);
    await world.after(10_000);
    expect(stored.objects()).toHaveLength(1);
  });
});
