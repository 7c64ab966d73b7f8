// Interventions as objects: whoever made them, they are in force, wait or are refused, end, and are swept.

import { afterEach, describe, expect, it } from 'vitest';
import { type InterventionSpec, resourceKey } from '../../../src/api/policy.ts';
import type { InterventionStatus } from '../../../src/api/status.ts';
import { StoredInterventions } from '../../../src/controller/interventions/stored-interventions.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { T0 } from '../../support/builders.ts';
import { aFiller, anApp, aPolicy, World, wants } from '../../support/fakes.ts';

const HOUR = 3_600_000;
const demo = aPolicy('demo', [anApp('consumer', wants(1)), aFiller('filler')]);
const policyRef = { name: 'demo' };

let world: World;
let home: StoredInterventions;
afterEach(() => world.stop());

async function running({ withPolicy = true } = {}): Promise<void> {
  const clock = new VirtualClock(T0);
  let uids = 0;
  home = new StoredInterventions({
    documents: createMemoryDocumentStore(),
    clock,
    log: silentLogger,
    newUid: () => `uid-${++uids}`,
  });
  world = new World({}, { clock, interventionHomes: [home] });
  if (withPolicy) world.policies.put('demo.yaml', demo);
  world.metrics.set(1, 4);
  await world.start(10_000);
}

function put(name: string, spec: Omit<InterventionSpec, 'policyRef'>): Promise<void> {
  return home.put({ namespace: 'default', name }, { policyRef, ...spec });
}

function statusOf(name: string): InterventionStatus | undefined {
  return home.object(`default/${name}`)?.status;
}

/** `True/InForce`. */
function standing(name: string): string {
  const condition = statusOf(name)?.conditions[0];
  return condition === undefined ? 'unseen' : `${condition.status}/${condition.reason}`;
}

function told(reason: string): number {
  return world.view.events.filter((event) => event.reason === reason).length;
}

describe('an intervention that somebody applied', () => {
  it('is in force, says since when and until when, ends by itself and is swept an hour later', async () => {
    await running();
    await put('launch', {
      type: 'Override',
      app: 'consumer',
      instances: 8,
      for: '10m',
      requestedBy: 'alice',
    });
    await world.after(10_000);
    expect(world.counts).toMatchObject({ '/consumer': 8 });
    expect(world.app('/consumer').override).toMatchObject({ instances: 8, by: 'alice' });
    expect(standing('launch')).toBe('True/InForce');
    expect(statusOf('launch')).toMatchObject({
      since: '2026-01-01T00:00:10.000Z',
      until: '2026-01-01T00:10:10.000Z',
    });
    await world.after(10 * 60_000);
    expect(world.counts).toMatchObject({ '/consumer': 4 });
    expect(standing('launch')).toBe('False/Expired');
    expect(statusOf('launch')?.ended).toBe('2026-01-01T00:10:10.000Z');
    await world.after(HOUR);
    expect(home.objects()).toEqual([]);
  });

  it('begins anew when what it says is changed', async () => {
    await running();
    await put('launch', { type: 'Override', app: 'consumer', instances: 8, for: '10m' });
    await world.after(9 * 60_000);
    await put('launch', { type: 'Override', app: 'consumer', instances: 6, for: '10m' });
    await world.after(5 * 60_000);
    expect(world.counts).toMatchObject({ '/consumer': 6 });
    await world.after(5 * 60_000 + 20_000);
    expect(world.counts).toMatchObject({ '/consumer': 4 });
  });

  it('is over, with an event, once it is deleted', async () => {
    await running();
    await put('pause', { type: 'Pause', for: '1h' });
    expect(world.policy('demo').paused).toBeDefined();
    home.drop('default/pause');
    expect(world.policy('demo').paused).toBeUndefined();
    expect([told('Paused'), told('Resumed')]).toEqual([1, 1]);
  });

  it('waits for its policy, and is in force before a round writes', async () => {
    await running({ withPolicy: false });
    await put('pause', { type: 'Pause', for: '1h' });
    await world.after(10_000);
    expect(standing('pause')).toBe('False/Pending');
    world.policies.put('demo.yaml', demo);
    await world.after(10_000);
    expect(standing('pause')).toBe('True/InForce');
    expect(world.counts).toEqual({});
  });

  it('is refused with why, and in force as soon as the policy allows it', async () => {
    await running();
    await put('launch', { type: 'Override', app: 'consumer', instances: 12, for: '1h' });
    await world.after(5_000);
    expect(standing('launch')).toBe('False/Refused');
    expect(statusOf('launch')?.conditions[0]?.message).toMatch(/may have 1 to 10 instances, not 12/);
    const larger = anApp('consumer', { ...wants(1), instances: { min: 1, max: 20 } });
    world.policies.put('demo.yaml', aPolicy('demo', [larger, aFiller('filler')]));
    await world.after(5_000);
    expect(standing('launch')).toBe('True/InForce');
  });

  it('ends with its policy', async () => {
    await running();
    await put('pause', { type: 'Pause', for: '1h' });
    world.policies.remove('demo.yaml');
    await world.after(5_000);
    expect(standing('pause')).toBe('False/TargetGone');
  });
});

describe('several interventions', () => {
  it('of two counts for one app the newest holds, and then the other one again', async () => {
    await running();
    await put('first', { type: 'Override', app: 'consumer', instances: 8, for: '1h' });
    await world.after(10_000);
    await put('second', { type: 'Override', app: 'consumer', instances: 6, for: '10m' });
    await world.after(10_000);
    expect(world.counts).toMatchObject({ '/consumer': 6 });
    expect([standing('first'), standing('second')]).toEqual(['False/Outranked', 'True/InForce']);
    await world.after(10 * 60_000 + 10_000);
    expect(world.counts).toMatchObject({ '/consumer': 8 });
    expect(standing('first')).toBe('True/InForce');
  });

  it('an override that came while the policy was paused is in force once it goes on', async () => {
    await running();
    await put('pause', { type: 'Pause', for: '10m' });
    await put('launch', { type: 'Override', app: 'consumer', instances: 8, for: '1h' });
    await world.after(10_000);
    expect(standing('launch')).toBe('False/Refused');
    await world.after(10 * 60_000);
    expect(standing('launch')).toBe('True/InForce');
  });
});

describe('two instances that share a home', () => {
  it('are both paused by what one of them was told, and the one that goes on ends it in time', async () => {
    await running();
    const { clock } = world;
    const first = world;
    const second = new World({}, { clock, interventionHomes: [home] });
    second.policies.put('demo.yaml', demo);
    second.metrics.set(1, 8);
    await second.start(0);
    await first.state.actions.pause(resourceKey({ namespace: 'default', name: 'demo' }), { forMs: 600_000 });
    expect(second.policy('demo').paused).toMatchObject({ sinceMs: T0 + 10_000, untilMs: T0 + 610_000 });
    await first.stop();
    world = second;
    await world.after(500_000);
    expect(world.policy('demo').paused).toBeDefined();
    await world.after(110_000);
    expect(world.policy('demo').paused).toBeUndefined();
    expect(standing('demo-pause')).toBe('False/Expired');
  });
});
