// What outlives the process, whatever ends it, and what must not be believed any more.

import { afterEach, describe, expect, it } from 'vitest';
import type { AppSpec } from '../../../src/api/policy.ts';
import { createMemoryDocumentStore, type DocumentStore } from '../../../src/runtime/document-store.ts';
import { TransientError } from '../../../src/runtime/errors.ts';
import type { Logger } from '../../../src/runtime/log.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { aFiller, anApp, aPolicy, World, wants } from '../../support/fakes.ts';
import { updatesThatNeverEnd } from '../../support/marathon/endless-updates.ts';

const MOST_EVENTS = 12;

let world: World;
let disk: Disk;

afterEach(() => world.stop());

/** A store that counts, fails when told, and loses its process on a kill: what comes later is never written. */
class Disk {
  readonly documents: DocumentStore = createMemoryDocumentStore();
  writes = 0;
  failure: string | undefined;

  /** For one process. */
  mount(): { readonly store: DocumentStore; readonly kill: () => void } {
    let killed = false;
    const { documents } = this;
    const store: DocumentStore = {
      all: (collection) => documents.all(collection),
      get: (collection, key) => documents.get(collection, key),
      write: (changes) => {
        if (killed) return;
        if (this.failure !== undefined) throw new TransientError(this.failure);
        this.writes += 1;
        documents.write(changes);
      },
      writeSoon: (changes) => store.write(changes),
      durable: async () => undefined,
      close: () => undefined,
    };
    return {
      store,
      kill: () => {
        killed = true;
      },
    };
  }
}

const consumer = (over: Partial<AppSpec> = {}): AppSpec =>
  anApp('consumer', { ...wants(1), manualScale: { action: 'Hold', holdFor: '10m' }, ...over });
const demo = aPolicy('demo', [consumer(), aFiller('filler')]);
let policy = demo;
let kill: () => void;
let marathon: World['marathon'];
let metrics: World['metrics'];

/** An operator with a disk that is new, and the cluster and the metrics that later ones find as well. */
function firstWorld(): void {
  const process = disk.mount();
  kill = process.kill;
  world = new World({}, { documents: process.store, maxRecords: MOST_EVENTS });
  ({ marathon, metrics } = world);
}

async function running(): Promise<void> {
  disk = new Disk();
  policy = demo;
  firstWorld();
  world.policies.put('demo.yaml', policy);
  metrics.set(1, 4);
  await world.start(10_000);
  expect(world.counts['/consumer']).toBe(4);
}

/** The process is killed; another one comes `awayMs` later. */
async function restart(
  awayMs: number,
  { log = silentLogger }: { readonly log?: Logger } = {},
): Promise<void> {
  const { clock } = world;
  kill();
  await world.stop();
  await clock.advance(awayMs);
  const process = disk.mount();
  kill = process.kill;
  world = new World(
    {},
    {
      documents: process.store,
      maxRecords: MOST_EVENTS,
      clock,
      log,
      schedulerFor: () => marathon,
      metricSourceFor: metrics.sourceFor,
    },
  );
  world.policies.put('demo.yaml', policy);
  await world.start(1_000);
}

const requested = (id: string): number => world.app(id).requested;
const told = (reason: string): readonly string[] =>
  world.view.events.filter((event) => event.reason === reason).map(({ message }) => message);

describe("a person's hold", () => {
  it('still holds after a kill, and ends on its time', async () => {
    await running();
    marathon.others.scale('/consumer', 2);
    await world.after(1_500);
    await restart(60_000);
    expect(world.message('demo', 'Conflict')).toContain('a person set 2; kept until 2026-01-01T00:10:1');
    await world.after(480_000);
    expect(requested('/consumer')).toBe(2);
    await world.after(120_000);
    expect(requested('/consumer')).toBe(4);
    expect(told('ManualScale')).toHaveLength(1);
  });

  it('is over when it ended while no operator ran', async () => {
    await running();
    marathon.others.scale('/consumer', 2);
    await world.after(500);
    await restart(601_000);
    await world.after(5_000);
    expect(requested('/consumer')).toBe(4);
  });

  it('begins anew with a count that somebody set while no operator ran', async () => {
    await running();
    marathon.others.scale('/consumer', 2);
    await world.after(500);
    marathon.others.scale('/consumer', 3);
    await restart(300_000);
    await world.after(400_000);
    expect(requested('/consumer')).toBe(3);
    expect(told('ManualScale')[0]).toContain('from 2 to 3');
  });
});

describe('an adopted app', () => {
  it('is not taken for somebody else’s, however soon after a write the process is killed', async () => {
    await running();
    for (const count of [7, 3, 6]) {
      metrics.set(1, count);
      while (requested('/consumer') !== count) await world.after(100);
      await restart(1_000);
    }
    expect(told('ManualScale')).toEqual([]);
    expect(world.condition('demo', 'Conflict')).toBe('False/NoConflict');
  });

  it('adopts an app once', async () => {
    disk = new Disk();
    policy = aPolicy('demo', [consumer({ adopt: true })]);
    firstWorld();
    marathon.others.create('/consumer', 4, { cmd: 'run consumer', cpus: 1, mem: 100 });
    world.policies.put('demo.yaml', policy);
    metrics.set(1, 4);
    await world.start(2_000);
    expect(told('Adopted')).toHaveLength(1);
    await restart(300_000);
    await world.after(5_000);
    expect(told('Adopted')).toHaveLength(1);
  });

  it('is adopted anew when it was released while no operator ran', async () => {
    disk = new Disk();
    const adopting = aPolicy('demo', [consumer({ adopt: true }), aFiller('filler')]);
    policy = adopting;
    firstWorld();
    marathon.others.create('/consumer', 4, { cmd: 'run consumer', cpus: 1, mem: 100 });
    world.policies.put('demo.yaml', policy);
    metrics.set(1, 4);
    await world.start(5_000);
    expect(disk.documents.get('pool', 'default/demo')).toMatchObject({ adopted: ['/consumer'] });
    policy = aPolicy('demo', [aFiller('filler')]);
    await restart(300_000);
    await world.after(5_000);
    expect(disk.documents.get('pool', 'default/demo')).toBeUndefined();
    policy = adopting;
    await restart(300_000);
    await world.after(5_000);
    expect(told('Adopted')).toHaveLength(2);
  });

  it('knows its own unfinished update, and replaces it by the next one', async () => {
    await running();
    const superseded = updatesThatNeverEnd(marathon, (ms) => world.after(ms));
    const edited = (cmd: string) =>
      aPolicy('demo', [consumer({ app: { cmd, cpus: 1, mem: 100 } }), aFiller('filler')]);
    policy = edited('broken');
    world.policies.put('demo.yaml', policy);
    await world.after(10_000);
    const [first] = marathon.snapshot().get('/consumer')?.operations ?? [];
    await restart(20_000);
    policy = edited('right');
    world.policies.put('demo.yaml', policy);
    await world.after(10_000);
    expect(superseded).toEqual([undefined, first?.id]);
  });
});

describe('events and conditions', () => {
  it('are there again, in their order, and no event comes twice', async () => {
    await running();
    metrics.set(1, 'the queue is gone');
    await world.after(60_000);
    const before = world.view.events;
    const conditions = world.policy('demo').conditions;
    expect(told('MetricsUnavailable')).toHaveLength(1);
    await restart(300_000);
    expect(world.view.events).toEqual(before);
    await world.after(60_000);
    expect(world.view.events).toEqual(before);
    expect(world.policy('demo').conditions.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual(
      conditions.map(({ lastTransitionTime }) => lastTransitionTime),
    );
  });

  it('tell what changed while no operator ran', async () => {
    await running();
    metrics.set(1, 'the queue is gone');
    await world.after(60_000);
    metrics.set(1, 4);
    await restart(300_000);
    await world.after(2_000);
    expect(told('MetricsRecovered')).toHaveLength(1);
  });

  it('are kept up to a bound', async () => {
    await running();
    for (let i = 0; i < 2 * MOST_EVENTS; i++) {
      marathon.others.scale('/consumer', 2 + (i % 2));
      await world.after(130_000);
    }
    await restart(1_000);
    expect(world.view.events.length).toBe(MOST_EVENTS);
    expect(disk.documents.all('event').size).toBe(world.view.events.length);
  });
});

describe('the store after a restart', () => {
  it('Marathon’s counts are the truth until the metrics are read', async () => {
    await running();
    metrics.set(1, 'the queue is gone');
    kill();
    marathon.others.scale('/filler', 3);
    marathon.others.scale('/consumer', 5);
    await restart(60_000);
    await world.after(5_000);
    expect([requested('/consumer'), requested('/filler')]).toEqual([5, 3]);
    metrics.set(1, 8);
    await world.after(10_000);
    expect(requested('/consumer')).toBe(8);
  });

  it.each([
    ['nothing', null],
    ['text', 'text'],
    ['an older shape', { version: 0, adopted: 'yes' }],
    ['another shape', { version: 1, adopted: 7, tracks: { '/consumer': { hold: 'long' } }, scenes: 3 }],
  ])('drops what cannot be read with a line in the log: %s', async (_, junk) => {
    await running();
    const lines: string[] = [];
    const log: Logger = { ...silentLogger, warn: (message) => lines.push(message), child: () => log };
    for (const collection of ['pool', 'decision', 'event', 'condition']) {
      for (const key of ['default/demo', ...disk.documents.all(collection).keys()]) {
        disk.documents.write([{ do: 'put', collection, key, value: junk }]);
      }
    }
    await restart(1_000, { log });
    expect(lines.filter((line) => line.startsWith('dropped')).length).toBeGreaterThan(2);
    metrics.set(1, 6);
    await world.after(10_000);
    expect(requested('/consumer')).toBe(6);
    expect([...disk.documents.all('event').values()]).not.toContainEqual(junk);
  });

  it('forgets what belongs to a pool that is gone', async () => {
    await running();
    marathon.others.scale('/consumer', 2);
    await world.after(20_000);
    const kept = (): readonly number[] =>
      ['pool', 'decision', 'condition'].map((collection) => disk.documents.all(collection).size);
    expect(kept()).toEqual([1, 1, 1]);
    world.policies.remove('demo.yaml');
    await world.after(5_000);
    expect(kept()).toEqual([0, 0, 0]);
  });

  it('forgets it also when the pool went while no operator ran', async () => {
    await running();
    marathon.others.scale('/consumer', 2);
    await world.after(20_000);
    policy = aPolicy('other', [anApp('else')]);
    await restart(60_000);
    await world.after(20_000);
    expect([...disk.documents.all('pool').keys()]).toEqual([]);
    expect([...disk.documents.all('decision').keys()]).toEqual(['default/other']);
    expect([...disk.documents.all('condition').keys()]).toEqual(['default/other']);
  });
});

describe('a disk that fails', () => {
  it('is left alone while nothing new happens', async () => {
    await running();
    await world.after(30_000);
    const { writes } = disk;
    await world.after(300_000);
    expect(disk.writes - writes).toBe(0);
  });

  it('stops nothing, raises one event, and catches up', async () => {
    await running();
    disk.failure = 'writing to the store: the disk is full';
    metrics.set(1, 7);
    await world.after(20_000);
    expect(requested('/consumer')).toBe(7);
    marathon.others.scale('/consumer', 2);
    await world.after(20_000);
    expect(requested('/consumer')).toBe(2);
    expect(told('StoreUnavailable')).toEqual([expect.stringContaining('the disk is full; scaling goes on')]);
    expect(world.view.problems).toContainEqual({
      source: 'store',
      message: 'writing to the store: the disk is full',
    });
    disk.failure = undefined;
    await world.after(20_000);
    expect(told('StoreRecovered')).toHaveLength(1);
    expect(world.view.problems).toEqual([]);
    await restart(1_000);
    expect(world.message('demo', 'Conflict')).toContain('a person set 2');
    expect(told('StoreUnavailable')).toHaveLength(1);
  });
});
