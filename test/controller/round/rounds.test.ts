// What rounds do to the world: the operator on a virtual clock against a cluster in memory; end states are asserted.

import { afterEach, describe, expect, it } from 'vitest';
import { TransientError } from '../../../src/runtime/errors.ts';
import { aFiller, anApp, aPolicy, World, wants } from '../../support/fakes.ts';

let world: World;

afterEach(() => world.stop());

const consumer = anApp('consumer', wants(1));
const filler = aFiller('filler');

describe('a policy of new apps', () => {
  it('creates them and scales them to what the metric and the capacity say', async () => {
    world = new World();
    world.policies.put(
      'demo.yaml',
      aPolicy('demo', [consumer, filler, anApp('producer', { instances: { fixed: 3 } })]),
    );
    world.metrics.set(1, 4);
    await world.start(10_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6, '/producer': 3 });
    expect(world.condition('demo', 'Ready')).toBe('True/AllTrue');
    expect(world.view.ready).toBe(true);
    expect(world.policy('demo')).toMatchObject({ generation: 1, observedGeneration: 1 });
    expect(world.app('/consumer')).toMatchObject({ wanted: 4, granted: 4, running: 4, role: 'scaled' });
    expect(world.app('/consumer').metrics).toMatchObject([{ label: 'channel 1', state: 'ok', value: 4 }]);
    expect(world.events.filter((reason) => reason === 'Created')).toHaveLength(3);
  });

  it('creates an app after those it depends on', async () => {
    world = new World();
    const front = anApp('front', {
      ...wants(1),
      app: { cmd: 'x', dependencies: ['/back'] },
      id: '/shop/front',
    });
    const back = anApp('back', { ...wants(2), id: '/back', app: { cmd: 'x' } });
    world.policies.put('shop.yaml', aPolicy('shop', [front, back]));
    await world.start();
    const created = world.view.events.filter(({ reason }) => reason === 'Created').reverse();
    expect(created.map(({ object }) => object)).toEqual(['app /back', 'app /shop/front']);
  });

  it('leaves the count of a fixed app to people', async () => {
    world = new World();
    const producer = anApp('producer', { instances: { fixed: 3 }, pageControl: { min: 0, max: 5 } });
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, producer]));
    await world.start();
    world.marathon.others.scale('/producer', 7);
    await world.after(60_000);
    expect(world.counts['/producer']).toBe(7);
    expect(world.events).not.toContain('ManualScale');
    await world.state.actions.scale('/producer', 5, new AbortController().signal);
    expect(world.counts['/producer']).toBe(5);
    await expect(world.state.actions.scale('/producer', 6, new AbortController().signal)).rejects.toThrow(
      '0 to 5',
    );
    await expect(world.state.actions.scale('/consumer', 2, new AbortController().signal)).rejects.toThrow(
      'pageControl',
    );
  });
});

describe('hand-over', () => {
  it('gives a slot only when its victim is gone, and is never over budget', async () => {
    world = new World({ startMs: 300, stopMs: 2_000 });
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, filler]));
    world.metrics.set(1, 2);
    await world.start(10_000);
    expect(world.counts).toEqual({ '/consumer': 2, '/filler': 8 });
    world.metrics.set(1, 6);
    let most = 0;
    for (let t = 0; t < 50; t++) {
      await world.after(100);
      const tasks = [...world.marathon.snapshot().values()].flatMap((app) => app.tasks);
      most = Math.max(most, tasks.length);
    }
    expect(world.counts).toEqual({ '/consumer': 6, '/filler': 4 });
    expect(most).toBe(10);
  });

  it('is woken by the victim, not by the clock', async () => {
    world = new World({ startMs: 100, stopMs: 1_000 });
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, filler], { interval: '30s' }));
    world.metrics.set(1, 2);
    await world.start(31_000);
    world.metrics.set(1, 5);
    await world.after(30_000);
    expect(world.counts['/filler']).toBe(5);
    await world.after(1_500);
    expect(world.counts['/consumer']).toBe(5);
  });

  it('reads the metric in its own rhythm, whatever wakes the round', async () => {
    world = new World({ startMs: 100, stopMs: 100 });
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, filler], { interval: '1s' }));
    world.metrics.set(1, 2);
    await world.start(5_000);
    const before = world.metrics.reads;
    for (let t = 0; t < 40; t++) {
      world.marathon.others.crash('/filler');
      await world.after(250);
    }
    expect(world.metrics.reads - before).toBeLessThanOrEqual(11);
  });
});

describe('a budget of the cluster', () => {
  const cluster = { capacity: { cluster: { role: 'research', headroom: 0.2 } } };

  /** Machines for so many instances. */
  function machines(slots: number | Error): void {
    world.marathon.room = async ({ role, headroom, apps }) => {
      expect([role, headroom]).toEqual(['research', 0.2]);
      if (slots instanceof Error) throw slots;
      const used = apps.reduce((sum, { observed: o }) => {
        return o === undefined ? sum : sum + o.running + o.staging + o.killing;
      }, 0);
      return new Map(apps.map(({ id }) => [id, Math.max(0, slots - used)]));
    };
  }

  it('goes to the targets first; a remainder takes what the machines have left, and yields', async () => {
    world = new World({ slots: 10 });
    machines(10);
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, filler], cluster));
    world.metrics.set(1, 3);
    await world.start(10_000);
    expect(world.counts).toEqual({ '/consumer': 3, '/filler': 7 });
    world.metrics.set(1, 6);
    await world.after(10_000);
    expect(world.counts).toEqual({ '/consumer': 6, '/filler': 4 });
    expect(world.condition('demo', 'ScalingLimited')).toBe('False/WithinLimits');
  });

  it('limits the targets, too', async () => {
    world = new World({ slots: 4 });
    machines(4);
    world.policies.put('demo.yaml', aPolicy('demo', [consumer], cluster));
    world.metrics.set(1, 6);
    await world.start(10_000);
    expect(world.counts).toEqual({ '/consumer': 4 });
    expect(world.condition('demo', 'ScalingLimited')).toBe('True/AtCapacity');
  });

  it("is Marathon's queue while it cannot be counted: targets get what they ask for, remainders stay", async () => {
    world = new World({ slots: 10 });
    machines(10);
    const bounded = aFiller('bounded', { instances: { min: 1, max: 5 } });
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, filler, bounded], cluster));
    world.metrics.set(1, 2);
    await world.start(10_000);
    expect(world.counts).toEqual({ '/consumer': 2, '/filler': 4, '/bounded': 4 });
    machines(new TransientError('no answer from Mesos'));
    world.metrics.set(1, 4);
    await world.after(10_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 4, '/bounded': 4 });
    expect(world.condition('demo', 'ScalingLimited')).toBe('Unknown/CapacityUnknown');
    expect(world.message('demo', 'ScalingLimited')).toContain('no answer from Mesos');
    expect(world.condition('demo', 'Ready')).toBe('True/AllTrue');
    machines(10);
    // Those that waited in vain had room set aside for a minute.
    await world.after(90_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 3, '/bounded': 3 });
    expect(world.events.filter((reason) => reason.startsWith('Capacity'))).toEqual([
      'CapacityKnown',
      'CapacityUnknown',
    ]);
  });

  it('cannot be counted by a scheduler that knows of no machines', async () => {
    world = new World();
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, filler], cluster));
    world.metrics.set(1, 4);
    await world.start(10_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 1 });
  });
});

describe('an unknown metric or count', () => {
  it('changes no count while a metric cannot be read, and says so', async () => {
    world = new World();
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, filler]));
    world.metrics.set(1, 4);
    await world.start(10_000);
    const writes = world.marathon.stats().writes;
    world.metrics.set(1, 'the queue does not answer');
    await world.after(50_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6 });
    expect(world.marathon.stats().writes).toBe(writes);
    expect(world.condition('demo', 'MetricsAvailable')).toBe('False/NotRead');
    expect(world.message('demo', 'MetricsAvailable')).toContain('the queue does not answer');
    expect(world.condition('demo', 'Ready')).toBe('False/NotRead');
    world.metrics.set(1, 5);
    await world.after(5_000);
    expect(world.counts['/consumer']).toBe(5);
    expect(world.events).toContain('MetricsRecovered');
  });

  it('makes nothing of reads that fail while the last good one serves, and tells it once when it does not', async () => {
    world = new World();
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, filler]));
    world.metrics.set(1, 4);
    await world.start(10_000);
    for (const _ of [1, 2]) {
      world.metrics.set(1, 'hangs');
      await world.after(9_000);
      expect(world.condition('demo', 'MetricsAvailable')).toBe('True/StaleRead');
      expect(world.condition('demo', 'Ready')).toBe('True/AllTrue');
      world.metrics.set(1, 4);
      await world.after(2_000);
      expect(world.condition('demo', 'MetricsAvailable')).toBe('True/AllRead');
    }
    const told = () => world.events.filter((reason) => reason.startsWith('Metrics'));
    expect(told()).toEqual([]);
    world.metrics.set(1, 'hangs');
    await world.after(300_000);
    expect(world.condition('demo', 'MetricsAvailable')).toBe('False/NotRead');
    expect(told()).toEqual(['MetricsUnavailable']);
  });

  it('treats a metric that hangs as one that cannot be read', async () => {
    world = new World();
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, filler]));
    world.metrics.set(1, 4);
    await world.start(10_000);
    world.metrics.set(1, 'hangs');
    await world.after(15_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6 });
    expect(world.condition('demo', 'MetricsAvailable')).toBe('False/NotRead');
    expect(world.message('demo', 'MetricsAvailable')).toContain(
      'reading channel 1: no answer within 1000 ms',
    );
  });

  it('keeps the counts it finds until the metrics have been read', async () => {
    world = new World();
    world.marathon.others.create('/consumer', 7, { cmd: 'run consumer', cpus: 1, mem: 100 });
    world.policies.put('demo.yaml', aPolicy('demo', [{ ...consumer, adopt: true }]));
    world.metrics.set(1, 'not there yet');
    await world.start(10_000);
    expect(world.counts['/consumer']).toBe(7);
    expect(world.marathon.stats().writes).toBe(0);
    world.metrics.set(1, 3);
    await world.after(10_000);
    expect(world.counts['/consumer']).toBe(3);
  });

  it('leaves every count alone while Marathon cannot be read', async () => {
    world = new World();
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, filler]));
    world.metrics.set(1, 4);
    await world.start(10_000);
    world.metrics.set(1, 9);
    for (let i = 0; i < 200; i++) world.marathon.failNext('observe', new TransientError('marathon is away'));
    await world.after(20_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6 });
    expect(world.view.cluster).toMatchObject({ reachable: false, message: 'marathon is away' });
    expect(world.condition('demo', 'Applied')).toBe('Unknown/MarathonUnavailable');
    expect(world.app('/consumer')).toMatchObject({ requested: 4, running: 4 });
    // What is read meanwhile shows as read, not as it was when it last led to a decision.
    expect(world.app('/consumer').metrics).toMatchObject([{ state: 'ok', value: 9 }]);
  });

  it('goes on by itself when Marathon is back', async () => {
    world = new World();
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, filler]));
    world.metrics.set(1, 4);
    for (let i = 0; i < 5; i++) world.marathon.failNext('observe', new TransientError('marathon is away'));
    await world.start(30_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6 });
    expect(world.condition('demo', 'Ready')).toBe('True/AllTrue');
    expect(world.events).toEqual(expect.arrayContaining(['MarathonUnavailable', 'AppliedAgain']));
  });
});

describe('a write that fails', () => {
  it('does not stop the other apps, and is tried again', async () => {
    world = new World();
    const other = anApp('other', wants(2));
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, other]));
    world.metrics.set(1, 2);
    world.metrics.set(2, 2);
    await world.start(5_000);
    world.metrics.set(1, 3);
    world.metrics.set(2, 3);
    world.marathon.failNext('apply', new TransientError('scaling /consumer to 3: marathon answered 503'));
    await world.after(500);
    expect(world.counts).toEqual({ '/consumer': 2, '/other': 3 });
    expect(world.condition('demo', 'Applied')).toBe('False/MarathonUnavailable');
    await world.after(5_000);
    expect(world.counts).toEqual({ '/consumer': 3, '/other': 3 });
    expect(world.condition('demo', 'Applied')).toBe('True/UpToDate');
  });

  it('says whose lock it waits for, and goes on when the lock is gone', async () => {
    world = new World();
    world.policies.put('demo.yaml', aPolicy('demo', [consumer]));
    world.metrics.set(1, 2);
    await world.start(5_000);
    const unlock = world.marathon.others.lock('/consumer', 'Stop');
    world.metrics.set(1, 3);
    await world.after(2_000);
    expect(world.counts['/consumer']).toBe(2);
    expect(world.condition('demo', 'Applied')).toBe('False/WaitingForLock');
    expect(world.message('demo', 'Applied')).toContain('Stop /consumer');
    const { conflicts } = world.marathon.stats();
    unlock();
    await world.after(1_000);
    expect(world.counts['/consumer']).toBe(3);
    expect(world.marathon.stats().conflicts).toBe(conflicts);
  });
});

describe('the end of the process', () => {
  it('scales nothing on the way out', async () => {
    world = new World();
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, filler]));
    world.metrics.set(1, 4);
    await world.start(10_000);
    await world.stop();
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6 });
    expect(world.metrics.open).toBe(0);
    expect(world.clock.pending).toBe(0);
  });
});

describe('a round among hundreds', () => {
  it('waits for its turn once it has seen, and scales nothing before', async () => {
    const turn = Promise.withResolvers<void>();
    const turns = { begin: () => undefined, goOn: () => turn.promise };
    world = new World({}, { turns });
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, filler]));
    world.metrics.set(1, 4);
    await world.start(10_000);
    expect(world.metrics.reads).toBe(1);
    expect(world.counts).toEqual({});
    turn.resolve();
    await world.after(10_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/filler': 6 });
  });
});
