// A disk that fails once: the kernel may drop what it could not write, and says nothing of it the next time.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DocumentChange, DocumentStore } from '../../../src/runtime/document-store.ts';
import { openDocumentStore } from '../../../src/runtime/sqlite/documents.ts';

const PAGE = 4_096;
const FILE = 'microscaling.db';
const WAL = `${FILE}-wal`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'microscaling-sync-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** What the disk has of the -wal file, page by page, where what could not be written was dropped. */
class Disk {
  readonly dir = join(root, 'data');
  /** Syncs that are to fail from now on. */
  failing = 0;
  /** What a sync waits for before it fails or succeeds. */
  until: Promise<void> = Promise.resolve();
  /** As it is on disk, and as it was when the rest of it was dropped. */
  #onDisk: Buffer = Buffer.alloc(0);
  #dropped: Buffer | undefined;

  open(): DocumentStore {
    return openDocumentStore(this.dir, { syncLog: () => this.#sync() });
  }

  /** The store as the next start of the machine finds it. */
  afterPowerCut(): DocumentStore {
    const dir = join(root, 'after');
    mkdirSync(dir, { recursive: true });
    copyFileSync(join(this.dir, FILE), join(dir, FILE));
    writeFileSync(join(dir, WAL), this.#image());
    return openDocumentStore(dir);
  }

  async #sync(): Promise<void> {
    const { until } = this;
    await until;
    if (this.failing > 0) {
      this.failing -= 1;
      this.#dropped ??= this.#now();
      throw new Error('EIO: i/o error, fdatasync');
    }
    this.#onDisk = this.#image();
  }

  #now(): Buffer {
    const path = join(this.dir, WAL);
    return existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  }

  #image(): Buffer {
    const now = this.#now();
    const dropped = this.#dropped;
    if (dropped === undefined || isBegunAnew(dropped, now)) return now;
    const image = Buffer.from(now);
    for (let at = 0; at < dropped.length; at += PAGE) {
      const end = Math.min(at + PAGE, now.length);
      if (at >= now.length || !dropped.subarray(at, at + PAGE).equals(now.subarray(at, end))) continue;
      image.fill(0, at, end);
      this.#onDisk.copy(image, at, at, end);
    }
    return image;
  }
}

/** By its salt, which is another one each time. */
function isBegunAnew(before: Buffer, now: Buffer): boolean {
  return !before.subarray(16, 24).equals(now.subarray(16, 24));
}

/** Another program that reads: it keeps the -wal file from being emptied. */
function openReader(dir: string): DatabaseSync {
  const reader = new DatabaseSync(join(dir, FILE));
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM document').get();
  return reader;
}

function put(key: string, value: string): readonly DocumentChange[] {
  return [{ do: 'put', collection: 'applied', key, value }];
}

function keysAfter(disk: Disk): readonly string[] {
  const store = disk.afterPowerCut();
  try {
    return [...store.all('applied').keys()];
  } finally {
    store.close();
  }
}

describe('a store whose disk failed once', () => {
  it('does not believe the next sync: what it says is durable is written once more', async () => {
    const disk = new Disk();
    const store = disk.open();
    store.write(put('a', 'before'));
    await store.durable();
    store.writeSoon(put('b', 'in doubt'));
    disk.failing = 1;
    await expect(store.durable()).rejects.toThrow('EIO');
    await store.durable();
    store.writeSoon(put('c', 'after'));
    await store.durable();
    expect(keysAfter(disk)).toEqual(['a', 'b', 'c']);
    store.close();
  });

  it('has what was written before on disk when a write that waits for the disk returns', async () => {
    const disk = new Disk();
    const store = disk.open();
    store.writeSoon([...put('a', '1'), ...put('b', '1')]);
    await store.durable();
    store.writeSoon([...put('b', '2'), { do: 'remove', collection: 'applied', key: 'a' }]);
    disk.failing = 1;
    await expect(store.durable()).rejects.toThrow('EIO');
    store.write(put('c', 'after'));
    expect(keysAfter(disk)).toEqual(['b', 'c']);
    store.close();
  });

  it('does not believe the sync that others waited for meanwhile', async () => {
    const disk = new Disk();
    const store = disk.open();
    store.writeSoon(put('a', 'x'));
    const { promise, resolve } = Promise.withResolvers<void>();
    disk.until = promise;
    disk.failing = 1;
    const first = store.durable();
    await Promise.resolve();
    store.writeSoon(put('b', 'x'));
    const second = store.durable();
    resolve();
    await expect(first).rejects.toThrow('EIO');
    await second;
    expect(keysAfter(disk)).toEqual(['a', 'b']);
    store.close();
  });

  it('says that nothing is durable as long as it cannot be written once more', async () => {
    const disk = new Disk();
    const store = disk.open();
    store.writeSoon(put('a', 'x'));
    disk.failing = 1;
    await expect(store.durable()).rejects.toThrow('EIO');
    const reader = openReader(disk.dir);
    await expect(store.durable()).rejects.toThrow('another program holds it locked');
    expect(() => store.write(put('b', 'x'))).toThrow('another program holds it locked');
    expect(store.get('applied', 'b')).toBeUndefined();
    reader.close();
    await store.durable();
    expect(keysAfter(disk)).toEqual(['a']);
    store.close();
  });
});
