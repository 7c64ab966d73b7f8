import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DurableWrites } from '../../../src/controller/persistence/durable-writes.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import {
  createMemoryDocumentStore,
  type DocumentChange,
  type DocumentStore,
} from '../../../src/runtime/document-store.ts';
import { TransientError } from '../../../src/runtime/errors.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { T0 } from '../../support/builders.ts';

let clock: VirtualClock;
let memory: DocumentStore;
let batches: (readonly DocumentChange[])[];
let failing: boolean;
let troubles: (string | undefined)[];
let stop: AbortController;

beforeEach(() => {
  clock = new VirtualClock(T0);
  memory = createMemoryDocumentStore();
  batches = [];
  failing = false;
  troubles = [];
  stop = new AbortController();
});
afterEach(() => stop.abort());

function durableWrites(documents: DocumentStore | undefined = counting()): DurableWrites {
  return new DurableWrites({
    documents,
    clock,
    log: silentLogger,
    onTrouble: (message) => troubles.push(message),
  });
}

function counting(): DocumentStore {
  return {
    ...memory,
    write: (changes) => {
      batches.push(changes);
      if (failing) throw new TransientError('the disk is full');
      memory.write(changes);
    },
  };
}

describe('keeping', () => {
  it('writes at once, or with the next flush, all in one batch', () => {
    const writes = durableWrites();
    writes.keepSoon('a', 'later', 1);
    expect(batches).toHaveLength(0);
    void writes.keep('a', 'now', 2);
    expect(batches).toHaveLength(1);
    expect([...memory.all('a')]).toEqual([
      ['later', 1],
      ['now', 2],
    ]);
  });

  it('writes nothing that is known already', () => {
    memory.write([{ do: 'put', collection: 'a', key: 'x', value: { n: 1 } }]);
    const writes = durableWrites();
    expect(writes.load('a', (raw) => raw)).toEqual(new Map([['x', { n: 1 }]]));
    void writes.keep('a', 'x', { n: 1 });
    void writes.keep('a', 'never there', undefined);
    writes.keepSoon('a', 'x', { n: 2 });
    writes.keepSoon('a', 'x', { n: 1 });
    writes.flush();
    expect(batches).toHaveLength(0);
    void writes.keep('a', 'x', undefined);
    void writes.keep('a', 'x', undefined);
    expect(batches).toHaveLength(1);
    expect(memory.get('a', 'x')).toBeUndefined();
  });

  it('removes what it cannot read', () => {
    memory.write([{ do: 'put', collection: 'a', key: 'x', value: 'junk' }]);
    const writes = durableWrites();
    expect(writes.load('a', () => undefined).size).toBe(0);
    writes.flush();
    expect(memory.all('a').size).toBe(0);
  });

  it('does nothing at all without a store', async () => {
    const writes = new DurableWrites({
      documents: undefined,
      clock,
      log: silentLogger,
      onTrouble: () => undefined,
    });
    const running = writes.run(() => troubles.push('gathered'), stop.signal);
    void writes.keep('a', 'x', 1);
    await clock.advance(60_000);
    stop.abort();
    await running;
    expect(writes.isLasting).toBe(false);
    expect(troubles).toEqual([]);
  });
});

describe('time', () => {
  it('flushes every second, and gathers a part each time, each part every ten', async () => {
    const writes = durableWrites();
    const gathered: number[] = [];
    const gather = (part: number, parts: number): void => {
      expect(parts).toBe(10);
      gathered.push(part);
      if (part === 0) writes.keepSoon('a', 'x', gathered.length);
    };
    const running = writes.run(gather, stop.signal);
    writes.keepSoon('a', 'y', 1);
    await clock.advance(1_000);
    expect(batches).toHaveLength(1);
    await clock.advance(29_000);
    const parts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0];
    expect(gathered).toEqual([...parts, ...parts, ...parts]);
    expect(batches).toHaveLength(4);
    stop.abort();
    await running;
  });

  it('leaves a store that failed alone for five seconds, keeps the newest, and says so once', async () => {
    const writes = durableWrites();
    const running = writes.run(() => undefined, stop.signal);
    failing = true;
    void writes.keep('a', 'x', 1);
    void writes.keep('a', 'x', 2);
    await clock.advance(4_000);
    expect(batches).toHaveLength(1);
    await clock.advance(2_000);
    expect(batches).toHaveLength(2);
    expect(troubles).toEqual(['the disk is full']);
    failing = false;
    await clock.advance(6_000);
    expect(memory.get('a', 'x')).toBe(2);
    expect(troubles).toEqual(['the disk is full', undefined]);
    stop.abort();
    await running;
  });

  it('tries once more at the end, however short ago it failed', () => {
    const writes = durableWrites();
    failing = true;
    void writes.keep('a', 'x', 1);
    failing = false;
    writes.flush();
    expect(memory.get('a', 'x')).toBeUndefined();
    writes.close();
    expect(memory.get('a', 'x')).toBe(1);
  });
});

describe('a disk', () => {
  it('is waited for by what is kept now, and reported once while it fails', async () => {
    let disk = Promise.withResolvers<void>();
    const writes = durableWrites({ ...counting(), durable: () => disk.promise });
    const done: string[] = [];
    const keeping = writes.keep('a', 'x', 1).then(() => done.push('x'));
    await clock.advance(0);
    expect([memory.get('a', 'x'), done]).toEqual([1, []]);
    disk.resolve();
    await keeping;
    disk = Promise.withResolvers<void>();
    disk.reject(new TransientError('EIO'));
    await writes.keep('a', 'x', 2);
    writes.flush();
    await writes.keep('a', 'x', 3);
    expect(troubles).toEqual(['EIO']);
    disk = Promise.withResolvers<void>();
    disk.resolve();
    await writes.keep('a', 'x', 4);
    writes.flush();
    expect(troubles).toEqual(['EIO', undefined]);
  });

  it('is not waited for by what is as it was', async () => {
    const writes = durableWrites({ ...counting(), durable: () => new Promise(() => undefined) });
    void writes.keep('a', 'x', 1);
    await writes.keep('a', 'x', 1);
    expect(memory.get('a', 'x')).toBe(1);
  });
});
