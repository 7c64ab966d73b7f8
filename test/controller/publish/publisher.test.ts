// What homes of objects are given: status when something changed, events once, and nothing from who only stands by.

import { afterEach, describe, expect, it } from 'vitest';
import { resourceKey } from '../../../src/api/policy.ts';
import type { LeadershipState } from '../../../src/policy-sources/leadership-state.ts';
import { TerminalError, TransientError } from '../../../src/runtime/errors.ts';
import { aFiller, anApp, aPolicy, aPool, FakePolicies, World, wants } from '../../support/fakes.ts';
import { FakeHome } from '../../support/kubernetes/fake-home.ts';

const DEMO = 'MicroscalingPolicy default/demo';
const KEY = resourceKey({ namespace: 'default', name: 'demo' });
const consumer = anApp('consumer', wants(1));
const demo = aPolicy('demo', [consumer, aFiller('filler')]);

let world: World;
let home: FakeHome;
afterEach(() => world.stop());

async function running(over: ConstructorParameters<typeof World>[1] = {}): Promise<void> {
  home = new FakeHome();
  home.put(demo);
  world = new World({}, { sources: [home], ...over });
  world.metrics.set(1, 4);
  await world.start(10_000);
}

/** An app whose count does not move, seen with 4 messages; what was written by then. */
async function steadyWrites(): Promise<number> {
  home = new FakeHome();
  home.put(aPolicy('demo', [{ ...consumer, instances: { min: 2, max: 2 } }]));
  world = new World({}, { sources: [home] });
  world.metrics.set(1, 4);
  await world.start(15_000);
  expect(home.status(DEMO).apps[0]?.metric).toContain('4');
  return home.writes.get(DEMO) ?? 0;
}

describe('status', () => {
  it('is written when something changed, and not otherwise', async () => {
    await running();
    expect(home.status(DEMO)).toMatchObject({
      observedGeneration: 1,
      appCount: 2,
      capacity: { total: 10, used: 10 },
      apps: [
        { name: 'consumer', id: '/consumer', requested: 4, running: 4 },
        { name: 'filler', id: '/filler', requested: 6 },
      ],
    });
    expect(home.condition(DEMO, 'Ready')).toBe('True/AllTrue');
    const written = home.writes.get(DEMO) ?? 0;
    await world.after(60_000);
    expect(home.writes.get(DEMO)).toBe(written);
  });

  it('says counts at once, and mere wording at most every ten seconds', async () => {
    const written = await steadyWrites();
    for (let i = 1; i <= 60; i++) {
      world.metrics.set(1, 100 + i);
      await world.after(500);
    }
    const wordings = (home.writes.get(DEMO) ?? 0) - written;
    expect(wordings).toBeGreaterThan(0);
    expect(wordings).toBeLessThanOrEqual(3 + 1);
    await world.after(20_000);
    expect(home.status(DEMO).apps[0]?.metric).toContain('160');
    await world.state.actions.pause(KEY, { forMs: 3_600_000, reason: 'by me' });
    await world.after(100);
    expect(home.condition(DEMO, 'Paused')).toBe('True/PausedByHand');
    expect(home.status(DEMO).paused).toMatchObject({ reason: 'by me' });
  });

  it('shows an override with its end', async () => {
    await running();
    await world.state.actions.override(KEY, 'consumer', { instances: 7, forMs: 60_000 });
    await world.after(5_000);
    expect(home.status(DEMO).apps[0]).toMatchObject({
      requested: 7,
      override: { instances: 7, until: '2026-01-01T00:01:10.000Z' },
    });
    await world.after(60_000);
    expect(home.status(DEMO).apps[0]?.override).toBeUndefined();
  });

  it('is written later, in its newest form and with a back-off, when it could not be written', async () => {
    await running();
    const written = home.writes.get(DEMO) ?? 0;
    home.failNext('status', new TransientError('the API server is away'), 4);
    world.metrics.set(1, 8);
    await world.after(10_000);
    world.metrics.set(1, 2);
    await world.after(30_000);
    expect(home.status(DEMO).apps[0]).toMatchObject({ requested: 2, running: 2 });
    // Eight counts changed meanwhile; what did not go through was not tried with each of them.
    expect((home.writes.get(DEMO) ?? 0) - written).toBeLessThan(30);
  });

  it('goes on with the next change when its failed write was overtaken by what its home has already', async () => {
    const written = await steadyWrites();
    home.failNext('status', new TerminalError('forbidden'));
    world.metrics.set(1, 5);
    await world.after(12_000);
    expect(home.writes.get(DEMO)).toBe(written + 1);
    world.metrics.set(1, 4);
    await world.after(60_000);
    expect(home.writes.get(DEMO)).toBe(written + 1);
    world.metrics.set(1, 7);
    await world.after(20_000);
    expect(home.status(DEMO).apps[0]?.metric).toContain('7');
  });

  it('does not stop the status of others when its home refuses it', async () => {
    home = new FakeHome();
    home.put(demo);
    home.put(aPolicy('other', [anApp('other')]));
    home.failNext('status', new TerminalError('forbidden'), 1);
    world = new World({}, { sources: [home] });
    await world.start(60_000);
    expect(home.condition(DEMO, 'Ready')).not.toBe('absent');
    expect(home.condition('MicroscalingPolicy default/other', 'Ready')).not.toBe('absent');
  });

  it('does not flicker over a start when the policy was never looked at', async () => {
    await running();
    const seen: string[] = [];
    const write = home.writeStatus.bind(home);
    home.writeStatus = async (ref, status) => {
      seen.push(status.conditions.find(({ type }) => type === 'Ready')?.reason ?? '');
      await write(ref, status);
    };
    const { marathon, clock } = world;
    await world.stop();
    world = new World({}, { sources: [home], clock, schedulerFor: () => marathon });
    world.metrics.set(1, 4);
    await world.start(10_000);
    expect(seen).not.toContain('Pending');
  });

  it('says why a document was refused, from the first look on', async () => {
    home = new FakeHome();
    home.put(demo);
    home.spoil(
      DEMO,
      'it may not read variable SECRET: start the operator with --allow-secret-env',
      'NotAllowed',
    );
    world = new World({}, { sources: [home] });
    await world.start(5_000);
    expect(home.condition(DEMO, 'Accepted')).toBe('False/NotAllowed');
    expect(home.condition(DEMO, 'Ready')).toBe('False/NotAllowed');
    expect(home.condition(DEMO, 'Paused')).toBe('Unknown/Pending');
    expect(home.events).toContainEqual(
      expect.stringMatching(/NotAllowed: kubernetes default\/demo: it may not/),
    );
    expect(world.view.refused).toMatchObject([
      { kind: 'MicroscalingPolicy', key: 'default/demo', source: 'kubernetes here' },
    ]);
    home.put(demo);
    await world.after(10_000);
    expect(home.condition(DEMO, 'Ready')).toBe('True/AllTrue');
    expect(world.view.refused).toEqual([]);
  });

  it('goes out to both homes of one name, each with both places', async () => {
    const other = new FakeHome('kubernetes there');
    const files = new FakePolicies();
    home = new FakeHome();
    for (const each of [home, other]) each.put(demo);
    files.put('demo.yaml', demo);
    world = new World({}, { sources: [home, other, files] });
    await world.start(10_000);
    for (const each of [home, other]) {
      expect(each.condition(DEMO, 'Accepted')).toBe('False/DuplicatePolicy');
      const message = each.status(DEMO).conditions.find(({ type }) => type === 'Accepted')?.message;
      for (const place of ['demo.yaml:1', '(kubernetes here)', '(kubernetes there)'])
        expect(message).toContain(place);
      expect(each.events.filter((event) => event.includes('DuplicatePolicy'))).toHaveLength(1);
    }
    other.vanish(DEMO);
    files.remove('demo.yaml');
    await world.after(10_000);
    expect(home.condition(DEMO, 'Ready')).toBe('True/AllTrue');
  });

  it('goes out to the newcomer over an app, with both places', async () => {
    await running();
    home.put(aPolicy('late', [{ ...consumer, name: 'mine' }]));
    await world.after(5_000);
    expect(home.condition(DEMO, 'Accepted')).toBe('True/Valid');
    for (const id of ['MicroscalingPolicy default/late']) {
      expect(home.condition(id, 'Accepted')).toBe('False/DuplicateApp');
      const message = home.status(id).conditions.find(({ type }) => type === 'Accepted')?.message;
      expect(message).toContain('default/demo (kubernetes default/demo)');
      expect(message).toContain('default/late (kubernetes default/late)');
    }
  });

  it('is written by the acting instance alone, all of it once it acts', async () => {
    let standing: LeadershipState = { acting: false, reason: 'another one acts' };
    await running({ leadership: async () => standing });
    expect(home.writes.size).toBe(0);
    expect(home.events).toEqual([]);
    standing = { acting: true, reason: 'it is the only one' };
    await world.after(15_000);
    expect(home.condition(DEMO, 'Ready')).toBe('True/AllTrue');
    expect(home.condition(DEMO, 'Applied')).toBe('True/UpToDate');
  });
});

describe('a CapacityPool', () => {
  const POOL = 'CapacityPool default/shared';

  it('says whether it is taken, who shares it, and how full it is', async () => {
    home = new FakeHome();
    home.put(aPool('shared', 6));
    world = new World({}, { sources: [home] });
    await world.start(5_000);
    expect(home.status(POOL)).toMatchObject({ policyCount: 0, observedGeneration: 1 });
    expect(home.status(POOL).capacity).toBeUndefined();
    expect(home.condition(POOL, 'Accepted')).toBe('True/Valid');
    home.put(aPolicy('demo', [consumer], { pool: 'shared' }));
    world.metrics.set(1, 4);
    await world.after(10_000);
    expect(home.status(POOL)).toMatchObject({ policyCount: 1, capacity: { total: 6, used: 4 } });
    expect(world.view.capacityPools).toMatchObject([{ name: 'shared', policyCount: 1, source: home.name }]);
  });

  it('keeps its last good version in use while an edit is refused', async () => {
    home = new FakeHome();
    home.put(aPool('shared', 6));
    home.put(aPolicy('demo', [consumer], { pool: 'shared' }));
    world = new World({}, { sources: [home] });
    world.metrics.set(1, 4);
    await world.start(10_000);
    home.spoil(POOL, '`slots` must be a number');
    world.metrics.set(1, 6);
    await world.after(10_000);
    expect(home.condition(POOL, 'Accepted')).toBe('False/InvalidSpec');
    expect(world.app('/consumer').requested).toBe(6);
    expect(home.events).toContainEqual(expect.stringMatching(/^CapacityPool default\/shared InvalidSpec: /));
  });
});

describe('events', () => {
  it('are recorded once per transition, those about apps at their policy', async () => {
    await running();
    await world.after(60_000);
    expect(home.events.filter((event) => event.includes('PolicyAccepted'))).toHaveLength(1);
    expect(home.events.filter((event) => event.includes('Created: /consumer'))).toEqual([
      `${DEMO} Created: /consumer: created with 1 instance`,
    ]);
  });

  it('are not repeated when they are lost, and hold nothing up', async () => {
    home = new FakeHome();
    home.put(demo);
    home.failNext('event', new TransientError('away'), 2);
    world = new World({}, { sources: [home] });
    await world.start(10_000);
    expect(world.view.events.length - home.events.length).toBe(2);
  });

  it('wait for a home that does not answer, but not without end', async () => {
    await running();
    home.eventWriter = () => (_event, signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    for (let i = 0; i < 300; i++) {
      await world.state.actions.pause(KEY, { forMs: 3_600_000, reason: `${i}` });
      await world.state.actions.resume(KEY);
    }
    await world.after(1_000);
    expect(home.condition(DEMO, 'Paused')).toBe('False/Running');
  });
});
