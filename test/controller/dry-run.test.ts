import { describe, expect, it } from 'vitest';
import type { MarathonSpec, Resource } from '../../src/api/policy.ts';
import { planOnce } from '../../src/controller/dry-run.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { TransientError } from '../../src/runtime/errors.ts';
import { createMemoryScheduler } from '../../src/schedulers/memory/index.ts';
import type { Scheduler } from '../../src/schedulers/scheduler.ts';
import { aFiller, anApp, aPolicy, aPool } from '../support/fakes.ts';

const signal = new AbortController().signal;
const consumer = anApp('consumer', { instances: { min: 1, max: 4 } });
const producer = anApp('producer', { instances: { fixed: 3 } });
const demo = aPolicy('demo', [consumer, aFiller('filler'), producer]);

function aCluster() {
  const scheduler = createMemoryScheduler({ startMs: 0, stopMs: 0 }, { clock: new VirtualClock() });
  const plan = async (...policies: Resource[]) =>
    await planOnce(policies, { schedulerFor: () => scheduler }, signal);
  return { scheduler, plan };
}

async function applied() {
  const { scheduler, plan } = aCluster();
  for (const change of (await plan(demo)).changes) await scheduler.apply(change, signal);
  return { scheduler, plan };
}

it('leaves the policies of other Marathons as they are when one cannot be read', async () => {
  const { scheduler } = aCluster();
  const far = aPolicy('far', [anApp('far')]);
  const elsewhere = { ...far, spec: { ...far.spec, marathon: { urls: ['http://far'] } } };
  const down = (): never => {
    throw new TransientError('marathon at http://far answered 503');
  };
  const schedulerFor = (marathon: MarathonSpec | undefined): Scheduler =>
    marathon === undefined ? scheduler : { ...scheduler, observe: down };
  const { policies, changes } = await planOnce([elsewhere, demo], { schedulerFor }, signal);
  expect(changes.map(({ app }) => app)).toEqual(['/consumer', '/filler', '/producer']);
  expect(policies.map(({ policy, unread }) => [policy, unread])).toEqual([
    ['default/demo', undefined],
    ['default/far', 'marathon at http://far answered 503'],
  ]);
});

describe('plan without metrics', () => {
  it('creates what is missing, with the fewest instances that are allowed', async () => {
    const { plan } = aCluster();
    const { changes, troubles, notes } = await plan(demo);
    expect(changes).toMatchObject([
      { kind: 'create', app: '/consumer', instances: 1, owner: 'default/demo' },
      { kind: 'create', app: '/filler', instances: 1 },
      { kind: 'create', app: '/producer', instances: 3 },
    ]);
    expect([troubles, notes]).toEqual([[], []]);
  });

  it('is empty once it was applied', async () => {
    const { plan } = await applied();
    expect((await plan(demo)).changes).toEqual([]);
  });

  const counts = [
    { name: 'within its bounds', app: '/consumer', count: 3, changes: [] },
    { name: 'above its maximum', app: '/consumer', count: 9, changes: [{ kind: 'scale', from: 9, to: 4 }] },
    { name: 'below its minimum', app: '/consumer', count: 0, changes: [{ kind: 'scale', from: 0, to: 1 }] },
    { name: 'left to people', app: '/producer', count: 8, changes: [] },
  ];
  it.each(counts)('a count $name', async ({ app, count, changes }) => {
    const { scheduler, plan } = await applied();
    scheduler.others.scale(app, count);
    expect((await plan(demo)).changes).toMatchObject(changes);
  });

  it('updates what differs, and says what', async () => {
    const { plan } = await applied();
    const edited = aPolicy('demo', [{ ...consumer, app: { ...consumer.app, cmd: 'better' } }]);
    expect((await plan(edited)).changes).toMatchObject([
      {
        kind: 'update',
        app: '/consumer',
        fields: [{ field: 'cmd', before: 'run consumer', after: 'better' }],
      },
    ]);
    const reporting = { ...edited, spec: { ...edited.spec, drift: 'Report' as const } };
    expect((await plan(reporting)).changes).toEqual([]);
  });

  it('adopts an app that others made only where the policy says so', async () => {
    const { scheduler, plan } = aCluster();
    scheduler.others.create('/consumer', 2, { cmd: 'run consumer', cpus: 1, mem: 100 });
    const blocked = await plan(demo);
    expect(blocked.changes.map(({ kind, app }) => `${kind} ${app}`)).not.toContain('adopt /consumer');
    expect(blocked.changes.map(({ app }) => app)).toContain('/filler');
    expect(blocked).toMatchObject({
      troubles: [{ reason: 'AdoptionRequired', policy: 'default/demo', app: '/consumer' }],
      notes: [expect.stringMatching(/touches nothing of policy default\/demo while \/consumer is blocked/)],
    });
    const adopting = aPolicy('demo', [{ ...consumer, adopt: true }]);
    expect((await plan(adopting)).changes).toMatchObject([{ kind: 'adopt', app: '/consumer' }]);
  });

  it('says when an app must exist and does not', async () => {
    const { plan } = aCluster();
    const { app: _, ...bare } = consumer;
    expect(await plan(aPolicy('demo', [bare]))).toMatchObject({
      changes: [],
      troubles: [{ reason: 'AppMissing', app: '/consumer' }],
    });
  });

  it('refuses what does not go together, as the operator would', async () => {
    const { plan } = aCluster();
    const late = aPolicy('late', [consumer]);
    expect(await plan(demo, late)).toMatchObject({
      changes: [],
      troubles: [
        { reason: 'DuplicateApp', policy: 'default/demo', app: 'default/demo' },
        { reason: 'DuplicateApp', policy: 'default/late', app: 'default/late' },
      ],
    });
  });

  it('finds the pool of a member among what it is given', async () => {
    const { plan } = aCluster();
    const member = aPolicy('demo', [consumer], { pool: 'shared' });
    expect(await plan(member)).toMatchObject({ changes: [], troubles: [{ reason: 'PoolNotFound' }] });
    expect(await plan(aPool('shared', 5), member)).toMatchObject({
      changes: [{ kind: 'create', app: '/consumer' }],
      troubles: [],
    });
  });

  it('says when the operator would not write', async () => {
    const { plan } = aCluster();
    const { notes } = await plan(aPolicy('demo', [consumer], { mode: 'Observe' }));
    expect(notes).toEqual(['policy default/demo is in mode Observe: the operator would write none of this']);
  });
});
