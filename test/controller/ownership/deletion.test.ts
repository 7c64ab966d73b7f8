// Deletion in two steps: what a resource owns is collected first, then its finalizer is removed.

import { afterEach, describe, expect, it } from 'vitest';
import type { PolicySpec, ResourceKey } from '../../../src/api/policy.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { TerminalError, TransientError } from '../../../src/runtime/errors.ts';
import { createMemoryScheduler, type MemoryScheduler } from '../../../src/schedulers/memory/index.ts';
import { T0 } from '../../support/builders.ts';
import { aFiller, anApp, aPolicy, aPool, FakePolicies, World, wants } from '../../support/fakes.ts';
import { FakeHome } from '../../support/kubernetes/fake-home.ts';

const DEMO = 'MicroscalingPolicy default/demo';
const KEY = 'default/demo' as ResourceKey;
const consumer = anApp('consumer', wants(1));
const filler = aFiller('filler');

function demo(over: Partial<PolicySpec> = {}) {
  return aPolicy('demo', [consumer, filler], over);
}

let world: World;
let home: FakeHome;
afterEach(() => world.stop());

/** An operator over `home`, on a cluster that outlives it. */
async function start(
  over: {
    readonly clock?: VirtualClock;
    readonly marathon?: MemoryScheduler;
    readonly documents?: ReturnType<typeof createMemoryDocumentStore>;
    readonly sources?: readonly (FakeHome | FakePolicies)[];
  } = {},
): Promise<MemoryScheduler> {
  const clock = over.clock ?? new VirtualClock(T0);
  const marathon = over.marathon ?? createMemoryScheduler({ startMs: 1_000, stopMs: 1_000 }, { clock });
  const { documents, sources = [home] } = over;
  world = new World({}, { clock, sources, schedulerFor: () => marathon, ...(documents && { documents }) });
  world.metrics.set(1, 4);
  await world.start(10_000);
  return marathon;
}

const ids = (marathon: MemoryScheduler) => [...marathon.snapshot().keys()];

describe('a resource that is being deleted', () => {
  it('counts as gone at once, its apps stay (Retain), and then it may go', async () => {
    home = new FakeHome();
    home.put(demo());
    const marathon = await start();
    home.delete(DEMO);
    await world.after(2_000);
    expect(home.has(DEMO)).toBe(false);
    expect(home.released).toEqual([DEMO]);
    expect(world.view.pools).toEqual([]);
    expect(ids(marathon)).toEqual(['/consumer', '/filler']);
    expect(world.events).toEqual(expect.arrayContaining(['Released', 'PolicyRemoved']));
    expect(home.events).toContainEqual(expect.stringMatching(`^${DEMO} Released: /consumer: `));
  });

  it('takes with it what it made (Delete), and only that', async () => {
    home = new FakeHome();
    home.put(aPolicy('demo', [{ ...consumer, adopt: true }, filler], { onDelete: 'Delete' }));
    const clock = new VirtualClock(T0);
    const marathon = createMemoryScheduler({ startMs: 1_000, stopMs: 1_000 }, { clock });
    marathon.others.create('/consumer', 2, { cmd: 'run consumer', cpus: 1, mem: 100 });
    await start({ clock, marathon });
    home.delete(DEMO);
    await world.after(10_000);
    expect(ids(marathon)).toEqual(['/consumer']);
    expect(home.has(DEMO)).toBe(false);
  });

  it('waits until Marathon is back, says so, and is released only then', async () => {
    home = new FakeHome();
    home.put(demo({ onDelete: 'Delete' }));
    const marathon = await start();
    for (let i = 0; i < 6; i++) marathon.failNext('observe', new TransientError('marathon is away'));
    home.delete(DEMO);
    await world.after(1_500);
    expect(home.released).toEqual([]);
    expect(world.view.leaving).toContainEqual({
      policy: KEY,
      app: '/consumer',
      onDelete: 'Delete',
      message: 'marathon is away',
    });
    const pending = home.events.filter((event) => event.includes('NotLetGo: /consumer'));
    expect(pending).toEqual([expect.stringContaining('it waits: marathon is away')]);
    await world.after(60_000);
    expect(ids(marathon)).toEqual([]);
    expect(home.released).toEqual([DEMO]);
    expect(world.view.leaving).toEqual([]);
  });

  it('releases one app while another one cannot be released', async () => {
    home = new FakeHome();
    home.put(demo({ onDelete: 'Delete' }));
    const marathon = await start();
    const mend = marathon.failWhen(({ app }) =>
      app === '/consumer' ? new TerminalError('not allowed') : undefined,
    );
    home.delete(DEMO);
    await world.after(5_000);
    expect(ids(marathon)).toEqual(['/consumer']);
    expect(home.released).toEqual([]);
    expect(world.view.leaving).toMatchObject([{ app: '/consumer', message: 'not allowed' }]);
    mend();
    await world.after(60_000);
    expect(ids(marathon)).toEqual([]);
    expect(home.released).toEqual([DEMO]);
  });

  it('is finalized although this operator never ran it: it was away', async () => {
    home = new FakeHome();
    home.put(demo({ onDelete: 'Delete' }));
    const marathon = await start();
    const { clock } = world;
    await world.stop();
    home.delete(DEMO);
    await start({ clock, marathon });
    expect(ids(marathon)).toEqual([]);
    expect(home.has(DEMO)).toBe(false);
  });

  it('is released again and again until its home takes it', async () => {
    home = new FakeHome();
    home.put(demo());
    await start();
    home.failNext('release', new TransientError('the API server is away'), 3);
    home.delete(DEMO);
    await world.after(1_000);
    expect(home.has(DEMO)).toBe(true);
    await world.after(30_000);
    expect(home.has(DEMO)).toBe(false);
    expect(world.view.events.filter(({ reason }) => reason === 'Released')).toHaveLength(2);
  });

  it('owns nothing when it was never valid', async () => {
    home = new FakeHome();
    home.put(demo());
    home.spoil(DEMO, '`max` must be a number');
    await start();
    home.delete(DEMO);
    await world.after(1_000);
    expect(home.released).toEqual([DEMO]);
  });

  it('releases what its last good version owns when its newest edit was refused', async () => {
    home = new FakeHome();
    home.put(demo({ onDelete: 'Delete' }));
    const marathon = await start();
    home.spoil(DEMO, '`max` must be a number');
    await world.after(1_000);
    expect(ids(marathon)).toEqual(['/consumer', '/filler']);
    home.delete(DEMO);
    await world.after(5_000);
    expect(ids(marathon)).toEqual([]);
    expect(home.has(DEMO)).toBe(false);
  });

  it('gives way to the policy that names its apps by now', async () => {
    home = new FakeHome();
    home.put(demo({ onDelete: 'Delete' }));
    const marathon = await start();
    const heir = aPolicy('heir', [
      { ...consumer, adopt: true },
      { ...filler, adopt: true },
    ]);
    home.put(heir);
    await world.after(1_000);
    expect(world.condition('heir', 'Accepted')).toBe('False/DuplicateApp');
    home.delete(DEMO);
    await world.after(10_000);
    expect(ids(marathon)).toEqual(['/consumer', '/filler']);
    expect(world.condition('heir', 'Ready')).toBe('True/AllTrue');
    expect(home.released).toEqual([DEMO]);
    expect(world.events).not.toContain('Released');
  });

  it('goes at once when the policy has moved to another home, where it goes on', async () => {
    home = new FakeHome();
    home.put(demo({ onDelete: 'Delete' }));
    const files = new FakePolicies();
    const marathon = await start({ sources: [home, files] });
    files.put('demo.yaml', demo());
    await world.after(1_000);
    expect(world.condition('demo', 'Accepted')).toBe('True/Valid');
    expect(world.policy('demo').source).toBe(home.name);
    home.delete(DEMO);
    await world.after(5_000);
    expect(home.released).toEqual([DEMO]);
    expect(ids(marathon)).toEqual(['/consumer', '/filler']);
    expect(world.condition('demo', 'Ready')).toBe('True/AllTrue');
    expect(world.policy('demo').source).toBe('directory policies');
  });

  it('is another one when it is made anew under the same name', async () => {
    home = new FakeHome();
    home.put(demo());
    await start();
    await world.state.actions.pause(KEY, { forMs: 3_600_000 });
    await world.after(1_000);
    const before = world.policy('demo');
    home.vanish(DEMO);
    home.put(demo());
    await world.after(5_000);
    const after = world.policy('demo');
    expect(after.uid).not.toBe(before.uid);
    expect(after.paused).toBeUndefined();
    expect(world.condition('demo', 'Ready')).toBe('True/AllTrue');
  });
});

describe('a policy that nothing may be written of', () => {
  it.each([
    ['Observe', { mode: 'Observe' }, false],
    ['Paused', { mode: 'Paused' }, false],
    ['paused by hand', {}, true],
  ] as const)('is finalized, and its apps stay, whatever it says: %s', async (_, over, byHand) => {
    home = new FakeHome();
    home.put(demo({ onDelete: 'Delete' }));
    const marathon = await start();
    home.put(demo({ onDelete: 'Delete', ...over }));
    if (byHand) await world.state.actions.pause(KEY, { forMs: 60_000 });
    await world.after(1_000);
    for (let i = 0; i < 3; i++) marathon.failNext('observe', new TransientError('marathon is away'));
    home.delete(DEMO);
    await world.after(120_000);
    expect(ids(marathon)).toEqual(['/consumer', '/filler']);
    expect(home.released).toEqual([DEMO]);
    expect(home.events).toContainEqual(
      expect.stringMatching(/Released: \/consumer: .*although the policy said onDelete: Delete/),
    );
  });

  it('releases the app that an edit drops once it is resumed', async () => {
    home = new FakeHome();
    home.put(demo({ onDelete: 'Delete' }));
    const marathon = await start();
    await world.state.actions.pause(KEY, { forMs: 3_600_000 });
    home.put(aPolicy('demo', [consumer], { onDelete: 'Delete' }));
    await world.after(10_000);
    expect(ids(marathon)).toEqual(['/consumer', '/filler']);
    await world.state.actions.resume(KEY);
    await world.after(10_000);
    expect(ids(marathon)).toEqual(['/consumer']);
  });
});

describe('a garbage collection that Marathon keeps waiting', () => {
  /** Letting go looks at one app alone, and the answer takes two seconds. */
  async function slowly(): Promise<{ readonly marathon: MemoryScheduler; readonly files: FakePolicies }> {
    const files = new FakePolicies();
    files.put('demo.yaml', demo({ onDelete: 'Delete' }));
    const marathon = await start({ sources: [files] });
    marathon.interfere({
      observe: async (asked, next, signal) => {
        const view = await next();
        if (asked.length === 1) await world.clock.sleep(2_000, signal);
        return view;
      },
    });
    return { marathon, files };
  }

  it('does not touch an app that a policy names again meanwhile', async () => {
    const { marathon, files } = await slowly();
    files.remove('demo.yaml');
    await world.after(1_000);
    files.put('again.yaml', demo({ onDelete: 'Delete' }));
    await world.after(20_000);
    expect(ids(marathon)).toEqual(['/consumer', '/filler']);
    expect(world.events).not.toContain('Deleted');
    expect(world.view.leaving).toEqual([]);
  });

  it('does not touch an app of a policy that is paused meanwhile', async () => {
    const { marathon, files } = await slowly();
    files.put('demo.yaml', aPolicy('demo', [consumer], { onDelete: 'Delete' }));
    await world.after(1_000);
    await world.state.actions.pause(KEY, { forMs: 3_600_000 });
    await world.after(20_000);
    expect(ids(marathon)).toEqual(['/consumer', '/filler']);
    await world.state.actions.resume(KEY);
    await world.after(20_000);
    expect(ids(marathon)).toEqual(['/consumer']);
  });
});

describe('a CapacityPool', () => {
  it('goes at once, and its members go on', async () => {
    home = new FakeHome();
    home.put(aPool('shared', 6));
    home.put(aPolicy('demo', [consumer], { pool: 'shared' }));
    const marathon = await start();
    home.delete('CapacityPool default/shared');
    await world.after(1_000);
    expect(home.released).toEqual(['CapacityPool default/shared']);
    world.metrics.set(1, 6);
    await world.after(10_000);
    expect(marathon.snapshot().get('/consumer')?.requested).toBe(6);
  });
});

describe('a restart', () => {
  const documents = () => createMemoryDocumentStore();

  it('collects the apps of a policy that went away meanwhile', async () => {
    const files = new FakePolicies();
    files.put('demo.yaml', demo({ onDelete: 'Delete' }));
    const kept = documents();
    const marathon = await start({ documents: kept, sources: [files] });
    const { clock } = world;
    await world.stop();
    files.remove('demo.yaml');
    await start({ clock, marathon, documents: kept, sources: [files] });
    await world.after(10_000);
    expect(ids(marathon)).toEqual([]);
    expect([...kept.all('holding')]).toEqual([]);
  });

  it('does not make a policy younger', async () => {
    const files = new FakePolicies();
    files.put('demo.yaml', demo());
    const kept = documents();
    const marathon = await start({ documents: kept, sources: [files] });
    const { clock } = world;
    const { createdAt } = world.policy('demo');
    await world.stop();
    await clock.advance(60_000);
    await start({ clock, marathon, documents: kept, sources: [files] });
    expect(world.policy('demo').createdAt).toBe(createdAt);
  });

  it('collects an app that an edit dropped meanwhile', async () => {
    const files = new FakePolicies();
    files.put('demo.yaml', demo({ onDelete: 'Delete' }));
    const kept = documents();
    const marathon = await start({ documents: kept, sources: [files] });
    const { clock } = world;
    await world.stop();
    files.put('demo.yaml', aPolicy('demo', [consumer], { onDelete: 'Delete' }));
    await start({ clock, marathon, documents: kept, sources: [files] });
    expect(ids(marathon)).toEqual(['/consumer']);
  });

  it('collects nothing until its source can be read to the end', async () => {
    const files = new FakePolicies();
    files.put('demo.yaml', demo({ onDelete: 'Delete' }));
    const kept = documents();
    const marathon = await start({ documents: kept, sources: [files] });
    const { clock } = world;
    await world.stop();
    files.remove('demo.yaml');
    files.complete = false;
    await start({ clock, marathon, documents: kept, sources: [files] });
    await world.after(10_000);
    expect(ids(marathon)).toEqual(['/consumer', '/filler']);
    expect(world.events).not.toContain('Orphaned');
    files.complete = true;
    files.failNext(new TransientError('away'));
    await world.after(90_000);
    expect(ids(marathon)).toEqual([]);
  });

  it('keeps what the policy owns while its file does not parse, and goes on with the next good version', async () => {
    const files = new FakePolicies();
    files.put('demo.yaml', demo({ onDelete: 'Delete' }));
    const kept = documents();
    const marathon = await start({ documents: kept, sources: [files] });
    const { clock } = world;
    await world.stop();
    files.spoil('demo.yaml', 'is wrong');
    await start({ clock, marathon, documents: kept, sources: [files] });
    expect(ids(marathon)).toEqual(['/consumer', '/filler']);
    expect(world.view.refused).toMatchObject([{ key: KEY, source: 'directory policies' }]);
    files.put('demo.yaml', demo());
    world.metrics.set(1, 7);
    await world.after(10_000);
    expect(marathon.snapshot().get('/consumer')?.requested).toBe(7);
  });

  it('reports the apps of a policy whose source is not there, and never deletes them', async () => {
    const files = new FakePolicies('git old');
    files.put('demo.yaml', demo({ onDelete: 'Delete' }));
    const kept = documents();
    const marathon = await start({ documents: kept, sources: [files] });
    const { clock } = world;
    await world.stop();
    await start({ clock, marathon, documents: kept, sources: [new FakePolicies()] });
    await world.after(60_000);
    expect(ids(marathon)).toEqual(['/consumer', '/filler']);
    const told = world.view.events.filter(({ reason }) => reason === 'Orphaned');
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^2 apps of earlier policies that no policy names now: \/consumer, \/filler;/),
    ]);
    expect(world.state.orphans?.list()[0]?.why).toContain('its source (git old) is not configured any more');
    await world.stop();
    files.remove('demo.yaml');
    await start({ clock, marathon, documents: kept, sources: [files] });
    expect(ids(marathon)).toEqual([]);
  });

  it('forgets the apps that are gone of a policy whose source is not there', async () => {
    const files = new FakePolicies('git old');
    files.put('demo.yaml', demo({ onDelete: 'Delete' }));
    const kept = documents();
    const marathon = await start({ documents: kept, sources: [files] });
    const { clock } = world;
    await world.stop();
    marathon.others.delete('/filler');
    await clock.advance(30_000);
    await start({ clock, marathon, documents: kept, sources: [new FakePolicies()] });
    await world.after(10_000);
    expect(kept.get('holding', KEY)).toMatchObject({ apps: [{ id: '/consumer' }], dropped: [] });
  });

  it('goes on with a garbage collection as it was decided', async () => {
    home = new FakeHome();
    home.put(demo({ onDelete: 'Delete' }));
    const kept = documents();
    const marathon = await start({ documents: kept });
    const { clock } = world;
    for (let i = 0; i < 50; i++) marathon.failNext('observe', new TransientError('marathon is away'));
    await world.state.actions.pause(KEY, { forMs: 60_000 });
    home.delete(DEMO);
    await world.after(1_000);
    await world.stop();
    await clock.advance(120_000);
    expect(home.has(DEMO)).toBe(true);
    await start({ clock, marathon, documents: kept });
    await world.after(120_000);
    expect(ids(marathon)).toEqual(['/consumer', '/filler']);
    expect(home.released).toEqual([DEMO]);
  });

  /** The process is killed right after the n-th write to the store: nothing more reaches it, nor Marathon. */
  it.each([1, 2, 3])('ends a deletion that was killed at write %i', async (n) => {
    home = new FakeHome();
    home.put(demo({ onDelete: 'Delete' }));
    const kept = documents();
    let left = Number.POSITIVE_INFINITY;
    let killed = false;
    const dying: typeof kept = {
      ...kept,
      write: (changes) => {
        if (killed) return;
        kept.write(changes);
        if (--left <= 0) killed = true;
      },
    };
    const marathon = await start({ documents: dying });
    const { clock } = world;
    const revive = marathon.interfere({
      apply: async (_change, next, signal) =>
        killed
          ? await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
          : await next(),
    });
    left = n;
    const release = home.removeFinalizer.bind(home);
    home.removeFinalizer = async (ref) => (killed ? undefined : release(ref));
    home.delete(DEMO);
    await world.after(500);
    expect(killed).toBe(true);
    await Promise.all([world.stop(), clock.advance(60_000)]);
    revive();
    home.removeFinalizer = release;
    await start({ clock, marathon, documents: kept });
    await world.after(30_000);
    expect(ids(marathon)).toEqual([]);
    expect(home.has(DEMO)).toBe(false);
    expect([...kept.all('holding')]).toEqual([]);
  });
});

describe('deletions that a source holds back', () => {
  it('are not carried out; its policies run and say why', async () => {
    home = new FakeHome();
    home.put(demo({ onDelete: 'Delete' }));
    const marathon = await start();
    home.complete = false;
    home.deletionHeld = 'commit abc would delete every policy; start with --allow-empty to let it';
    home.vanish(DEMO);
    await world.after(5_000);
    expect(world.condition('demo', 'Accepted')).toBe('True/DeletionHeld');
    expect(world.message('demo', 'Accepted')).toContain('--allow-empty');
    expect(world.condition('demo', 'Ready')).toBe('True/AllTrue');
    expect(world.events).toContain('DeletionHeld');
    expect(world.view.problems).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('--allow-empty') }),
    );
    home.deletionHeld = undefined;
    home.complete = true;
    home.vanish(DEMO);
    await world.after(10_000);
    expect(ids(marathon)).toEqual([]);
  });
});
