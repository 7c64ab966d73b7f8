// Interventions: pauses and overrides, what they outrank, what outranks them, and how they end.

import { afterEach, describe, expect, it } from 'vitest';
import type { ResourceKey } from '../../../src/api/policy.ts';
import type { Leadership } from '../../../src/controller/watch/leadership.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { createMemoryDocumentStore, type DocumentStore } from '../../../src/runtime/document-store.ts';
import { TransientError } from '../../../src/runtime/errors.ts';
import { T0 } from '../../support/builders.ts';
import { aFiller, anApp, aPolicy, World, wants } from '../../support/fakes.ts';

const DEMO = 'default/demo' as ResourceKey;
const HOUR = 3_600_000;
const TEN_MINUTES = 600_000;
const consumer = anApp('consumer', wants(1));
const filler = aFiller('filler');
const producer = anApp('producer', { instances: { fixed: 2 }, pageControl: { min: 0, max: 5 } });
const demo = aPolicy('demo', [consumer, filler, producer]);

let world: World;
afterEach(() => world.stop());

async function running(documents?: DocumentStore): Promise<World> {
  world = new World({}, documents === undefined ? {} : { documents });
  world.policies.put('demo.yaml', demo);
  world.metrics.set(1, 4);
  await world.start(10_000);
  expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6, '/producer': 2 });
  return world;
}

function told(reason: string): readonly string[] {
  return world.view.events
    .filter((e) => e.reason === reason)
    .map(({ object, message }) => `${object}: ${message}`);
}

describe('an override', () => {
  it('outranks the law, is visible everywhere, and ends by itself: then the law goes on', async () => {
    await running();
    await world.state.actions.override(DEMO, 'consumer', {
      instances: 8,
      forMs: TEN_MINUTES,
      reason: 'launch day',
    });
    expect(world.app('/consumer').override).toMatchObject({ instances: 8, reason: 'launch day' });
    await world.after(10_000);
    expect(world.counts).toMatchObject({ '/consumer': 8, '/filler': 2 });
    world.metrics.set(1, 1);
    await world.after(30_000);
    expect(world.counts).toMatchObject({ '/consumer': 8, '/filler': 2 });
    expect(world.condition('demo', 'ScalingLimited')).toBe('True/Overridden');
    expect(world.message('demo', 'ScalingLimited')).toBe(
      '/consumer is held at 8 by hand until 2026-01-01T00:10:10Z (launch day)',
    );
    expect(world.condition('demo', 'Conflict')).toBe('False/NoConflict');
    expect(world.app('/consumer').summary).toContain(
      'held at 8 by hand until 2026-01-01T00:10:10Z (launch day)',
    );
    expect(told('Overridden')).toEqual([
      'app /consumer: held at 8 by hand until 2026-01-01T00:10:10Z (launch day)',
    ]);
    await world.after(TEN_MINUTES);
    expect(world.app('/consumer').override).toBeUndefined();
    expect(world.counts).toMatchObject({ '/consumer': 1, '/filler': 9 });
    expect(told('OverrideEnded')).toHaveLength(1);
    expect(world.condition('demo', 'ScalingLimited')).toBe('False/WithinLimits');
  });

  it('ends when somebody gives the app back', async () => {
    await running();
    await world.state.actions.override(DEMO, 'consumer', { instances: 2, forMs: HOUR });
    await world.after(10_000);
    expect(world.counts).toMatchObject({ '/consumer': 2, '/filler': 8 });
    await world.state.actions.endOverride(DEMO, 'consumer');
    await world.state.actions.endOverride(DEMO, 'consumer');
    await world.after(10_000);
    expect(world.counts).toMatchObject({ '/consumer': 4, '/filler': 6 });
    expect(told('OverrideEnded')).toEqual(['app /consumer: somebody gave it back to its law']);
  });

  it('on a remainder leaves the rest of the pool empty', async () => {
    await running();
    await world.state.actions.override(DEMO, 'filler', { instances: 2, forMs: HOUR });
    await world.after(10_000);
    expect(world.counts).toMatchObject({ '/consumer': 4, '/filler': 2 });
  });

  it('never goes over the budget, and waits until its slots are free', async () => {
    await running();
    const used = (): number =>
      ['/consumer', '/filler']
        .map((id) => world.app(id))
        .reduce((sum, app) => sum + Math.max(app.requested, app.tasks.length), 0);
    await world.state.actions.override(DEMO, 'consumer', { instances: 10, forMs: HOUR });
    for (let i = 0; i < 100; i++) {
      await world.after(100);
      expect(used()).toBeLessThanOrEqual(10);
    }
    expect(world.counts).toMatchObject({ '/consumer': 9, '/filler': 1 });
  });

  it('ends the hold after an earlier foreign scale, and corrects a later one', async () => {
    await running();
    world.marathon.others.scale('/consumer', 3);
    await world.after(2_000);
    expect(world.condition('demo', 'Conflict')).toBe('True/ManualScale');
    await world.state.actions.override(DEMO, 'consumer', { instances: 6, forMs: HOUR });
    await world.after(5_000);
    expect(world.counts).toMatchObject({ '/consumer': 6 });
    world.marathon.others.scale('/consumer', 2);
    await world.after(5_000);
    expect(world.counts).toMatchObject({ '/consumer': 6 });
    await world.state.actions.endOverride(DEMO, 'consumer');
    await world.after(10_000);
    expect(world.counts).toMatchObject({ '/consumer': 4 });
  });

  it('holds while the metric is away', async () => {
    await running();
    world.metrics.set(1, 'the queue is away');
    await world.state.actions.override(DEMO, 'consumer', { instances: 5, forMs: HOUR });
    await world.after(120_000);
    expect(world.counts).toMatchObject({ '/consumer': 5 });
  });

  it('stays within bounds that an edit narrows, and ends with the app it is about', async () => {
    await running();
    await world.state.actions.override(DEMO, 'consumer', { instances: 8, forMs: HOUR });
    await world.after(5_000);
    world.policies.put(
      'demo.yaml',
      aPolicy('demo', [{ ...consumer, instances: { min: 1, max: 3 } }, filler]),
    );
    await world.after(10_000);
    expect(world.counts).toMatchObject({ '/consumer': 3 });
    world.policies.put('demo.yaml', aPolicy('demo', [filler]));
    await world.after(2_000);
    expect(told('OverrideEnded')).toEqual(['app /consumer: the policy does not name the app any more']);
    world.policies.put('demo.yaml', demo);
    await world.after(10_000);
    expect(world.counts).toMatchObject({ '/consumer': 4 });
  });

  it.each([
    ['no such policy', 'default/none', 'consumer', { instances: 2 }, /does not run: no source names it/],
    ['no such app', 'default/demo', 'other', { instances: 2 }, /no app `other`; it has consumer, filler/],
    ['an app left to people', 'default/demo', 'producer', { instances: 2 }, /left to people/],
    ['too few', 'default/demo', 'consumer', { instances: 0 }, /may have 1 to 10 instances, not 0/],
    ['too many', 'default/demo', 'consumer', { instances: 11 }, /1 to 10/],
    ['no whole number', 'default/demo', 'consumer', { instances: 2.5 }, /1 to 10/],
    ['no number', 'default/demo', 'consumer', { instances: Number.NaN }, /1 to 10/],
    ['none of a remainder', 'default/demo', 'filler', { instances: 0 }, /1 instances or more/],
    ['too long', 'default/demo', 'consumer', { forMs: 25 * HOUR }, /at most 24h, not for 25h/],
    ['no time', 'default/demo', 'consumer', { forMs: 0 }, /more than 0/],
    ['a novel', 'default/demo', 'consumer', { reason: 'x'.repeat(201) }, /at most 200 characters/],
  ])('is refused with a sentence: %s', async (_, policy, app, asked, sentence) => {
    await running();
    const override = world.state.actions.override(policy as ResourceKey, app, {
      instances: 2,
      forMs: HOUR,
      ...asked,
    });
    await expect(override).rejects.toThrow(sentence);
    expect(world.view.events.map(({ reason }) => reason)).not.toContain('Overridden');
  });

  it.each(['Paused', 'Observe'] as const)('is refused where nothing is written: %s', async (mode) => {
    world = new World();
    world.policies.put('demo.yaml', aPolicy('demo', [consumer], { mode }));
    await world.start();
    await expect(
      world.state.actions.override(DEMO, 'consumer', { instances: 2, forMs: HOUR }),
    ).rejects.toThrow(`says \`mode: ${mode}\`: nothing of it is written`);
  });
});

describe('a pause', () => {
  it('stops every write at once, says so, and ends by itself', async () => {
    await running();
    world.metrics.set(1, 8);
    await world.state.actions.pause(DEMO, { forMs: TEN_MINUTES, reason: 'deploying' });
    expect(world.policy('demo')).toMatchObject({ mode: 'Reconcile', paused: { reason: 'deploying' } });
    await world.after(30_000);
    expect(world.counts).toMatchObject({ '/consumer': 4, '/filler': 6 });
    expect(world.condition('demo', 'Paused')).toBe('True/PausedByHand');
    expect(world.message('demo', 'Paused')).toBe('paused by hand until 2026-01-01T00:10:10Z (deploying)');
    expect(world.condition('demo', 'Applied')).toBe('Unknown/PausedByHand');
    expect(world.app('/consumer').summary).toContain('paused by hand until');
    await world.after(TEN_MINUTES);
    expect(world.counts).toMatchObject({ '/consumer': 8, '/filler': 2 });
    expect(world.policy('demo').paused).toBeUndefined();
    expect(world.condition('demo', 'Paused')).toBe('False/Running');
    expect(told('Paused')).toEqual([
      'policy default/demo: paused by hand until 2026-01-01T00:10:10Z (deploying)',
    ]);
    expect(told('Resumed')).toHaveLength(1);
  });

  it('stops also the write that waits for who acts to be known', async () => {
    const clock = new VirtualClock(T0);
    const leadership: Leadership = async (signal) => {
      await clock.sleep(1_000, signal);
      return { acting: true, reason: 'there is no other instance' };
    };
    world = new World({}, { clock, leadership });
    world.policies.put('demo.yaml', demo);
    world.metrics.set(1, 4);
    await world.start(60_000);
    const applied: string[] = [];
    world.marathon.failWhen(({ app }) => {
      applied.push(app);
      return undefined;
    });
    for (const [i, n] of [8, 4, 7, 5, 9].entries()) {
      world.metrics.set(1, n);
      // The round asks twice, before it decides and before it writes: the pause comes at any moment of it.
      await world.after(1_000 + 300 * i);
      await world.state.actions.pause(DEMO, { forMs: 3_600_000 });
      applied.length = 0;
      await world.after(10_000);
      expect(applied).toEqual([]);
      await world.state.actions.resume(DEMO);
      await world.after(20_000);
      expect(world.counts).toMatchObject({ '/consumer': n });
    }
  });

  it('lasts until somebody resumes it, when no time is given', async () => {
    await running();
    await world.state.actions.pause(DEMO, { forMs: 3_600_000 });
    world.metrics.set(1, 8);
    await world.after(3 * TEN_MINUTES);
    expect(world.counts).toMatchObject({ '/consumer': 4 });
    await world.state.actions.resume(DEMO);
    await world.state.actions.resume(DEMO);
    await world.after(10_000);
    expect(world.counts).toMatchObject({ '/consumer': 8 });
    expect(told('Resumed')).toEqual(['policy default/demo: somebody resumed it']);
  });

  it('a second one takes the place of the first', async () => {
    await running();
    await world.state.actions.pause(DEMO, { forMs: 10_000 });
    await world.state.actions.pause(DEMO, { forMs: HOUR });
    world.metrics.set(1, 8);
    await world.after(60_000);
    expect(world.counts).toMatchObject({ '/consumer': 4 });
  });

  it('does not resume a policy that is paused by its spec', async () => {
    await running();
    await world.state.actions.pause(DEMO, { forMs: 3_600_000 });
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, filler, producer], { mode: 'Paused' }));
    world.metrics.set(1, 8);
    await world.after(2_000);
    expect(world.message('demo', 'Paused')).toContain('the policy says `mode: Paused` too');
    await world.state.actions.resume(DEMO);
    await world.after(10_000);
    expect(world.condition('demo', 'Paused')).toBe('True/PausedBySpec');
    expect(world.counts).toMatchObject({ '/consumer': 4 });
  });

  it('takes the place of an override only for its time', async () => {
    await running();
    await world.state.actions.override(DEMO, 'consumer', { instances: 8, forMs: HOUR });
    await world.state.actions.pause(DEMO, { forMs: 60_000 });
    await world.after(30_000);
    expect(world.counts).toMatchObject({ '/consumer': 4 });
    await expect(
      world.state.actions.override(DEMO, 'consumer', { instances: 2, forMs: HOUR }),
    ).rejects.toThrow(/is paused by hand until .*: resume it first/);
    await world.after(60_000);
    expect(world.counts).toMatchObject({ '/consumer': 8 });
  });

  it('is forgotten with its policy', async () => {
    await running();
    await world.state.actions.pause(DEMO, { forMs: 3_600_000 });
    world.policies.remove('demo.yaml');
    await world.after(2_000);
    world.policies.put('demo.yaml', demo);
    world.metrics.set(1, 8);
    await world.after(10_000);
    expect(world.policy('demo').paused).toBeUndefined();
    expect(world.counts).toMatchObject({ '/consumer': 8 });
  });
});

describe('interventions over a restart', () => {
  async function again(documents: DocumentStore, awayMs: number): Promise<void> {
    const { clock, marathon } = world;
    await world.stop();
    await clock.advance(awayMs);
    world = new World({}, { documents, clock, schedulerFor: () => marathon });
    world.policies.put('demo.yaml', demo);
    world.metrics.set(1, 4);
    await world.start(10_000);
  }
  const count = (id: string) => world.app(id).requested;

  it('stay in force, and raise no second event', async () => {
    const documents = createMemoryDocumentStore();
    await running(documents);
    await world.state.actions.override(DEMO, 'consumer', { instances: 8, forMs: TEN_MINUTES });
    await world.after(10_000);
    await again(documents, 60_000);
    expect(count('/consumer')).toBe(8);
    expect(world.app('/consumer').override).toMatchObject({ instances: 8 });
    expect(told('Overridden')).toHaveLength(1);
    await world.after(TEN_MINUTES);
    expect(count('/consumer')).toBe(4);
    await world.after(HOUR + 60_000);
    expect([...documents.all('intervention')]).toEqual([]);
  });

  it('end on time while no operator runs, with an event', async () => {
    const documents = createMemoryDocumentStore();
    await running(documents);
    await world.state.actions.pause(DEMO, { forMs: TEN_MINUTES });
    await again(documents, 2 * HOUR);
    expect(world.policy('demo').paused).toBeUndefined();
    expect(told('Resumed')).toEqual([
      'policy default/demo: paused by hand until 2026-01-01T00:10:10Z: its time is over',
    ]);
  });

  it('one that cannot be read is left out', async () => {
    const documents = createMemoryDocumentStore();
    await running(documents);
    for (const [key, value] of [
      ['default/demo pause', { kind: 'pause', policy: 'default/demo' }],
      ['default/demo override consumer', { kind: 'override', policy: 'default/demo', instances: 'many' }],
      ['b', null],
      ['c', 'text'],
      ['d', { kind: 'pause', policy: 'default/demo', sinceMs: 1 }],
    ] as const)
      documents.write([{ do: 'put', collection: 'hand', key, value }]);
    await again(documents, 0);
    expect(world.policy('demo').paused).toBeUndefined();
    expect(world.app('/consumer').override).toBeUndefined();
  });

  it('are refused when they cannot be stored', async () => {
    const documents = createMemoryDocumentStore();
    let full = false;
    await running({
      ...documents,
      write: (changes) => {
        if (full) throw new TransientError('the disk is full');
        documents.write(changes);
      },
    });
    await world.state.actions.override(DEMO, 'consumer', { instances: 7, forMs: 60_000 });
    full = true;
    await expect(world.state.actions.pause(DEMO, { forMs: 3_600_000 })).rejects.toThrow('the disk is full');
    await expect(world.state.actions.endOverride(DEMO, 'consumer')).rejects.toThrow('the disk is full');
    await world.after(10_000);
    expect(world.counts).toMatchObject({ '/consumer': 7 });
    await world.after(60_000);
    expect(world.counts).toMatchObject({ '/consumer': 4 });
    full = false;
    await world.after(10_000);
    await world.after(HOUR + 60_000);
    expect([...documents.all('intervention')]).toEqual([]);
  });
});
