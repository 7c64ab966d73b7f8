// runtime: a store that can be read and not written: what was kept is in effect, and it is written again once it can be.

import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { DocumentChange, DocumentStore } from '../document-store.ts';
import { messageOf, TransientError } from '../errors.ts';
import { damaged, isDamage } from './failure.ts';
import { sqlite } from './module.ts';
import { checkVersion } from './schema.ts';

/** By collection, then by key: documents as text. */
type Documents = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface StandInDeps {
  readonly path: string;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Opens the store to be written; throws while it cannot be. */
  readonly open: () => DocumentStore;
  /** Closed without ever having been opened. */
  readonly onClose?: () => void;
}

/** Each try reads the whole file once. */
const RETRY_MS = 2_000;

/**
 * Answers from a copy in memory, and refuses writes with what is wrong and what helps, until `open` succeeds: from then
 * on it is that store.
 */
export class StandIn implements DocumentStore {
  readonly #deps: StandInDeps;
  readonly #copy: Documents;
  #real: DocumentStore | undefined;
  #why: string;
  #triedAtMs: number;
  #closed = false;

  /** @throws when nothing can be read */
  constructor(deps: StandInDeps, error: unknown) {
    this.#deps = deps;
    this.#copy = readDocuments(deps.path);
    this.#why = messageOf(error);
    this.#triedAtMs = deps.clock.monotonic();
  }

  all(collection: string): ReadonlyMap<string, unknown> {
    if (this.#real !== undefined) return this.#real.all(collection);
    const found = this.#copy.get(collection) ?? [];
    return new Map([...found].map(([key, text]) => [key, JSON.parse(text) as unknown]));
  }

  get(collection: string, key: string): unknown {
    if (this.#real !== undefined) return this.#real.get(collection, key);
    const text = this.#copy.get(collection)?.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  }

  write(changes: readonly DocumentChange[]): void {
    this.#written().write(changes);
  }

  writeSoon(changes: readonly DocumentChange[]): void {
    this.#written().writeSoon(changes);
  }

  /** Before it can be written nothing was. */
  async durable(): Promise<void> {
    await this.#real?.durable();
  }

  unwritable(): string | undefined {
    this.#tryAgain();
    if (this.#real !== undefined) return undefined;
    return `the store ${this.#deps.path} cannot be written (${this.#why}): what it holds is in effect, and nothing new is kept; free some space there or make it writable, and it is written again within seconds`;
  }

  close(): void {
    this.#closed = true;
    if (this.#real === undefined) this.#deps.onClose?.();
    else this.#real.close();
  }

  #written(): DocumentStore {
    const why = this.unwritable();
    if (this.#real === undefined) throw new TransientError(why ?? `the store ${this.#deps.path} is closed`);
    return this.#real;
  }

  #tryAgain(): void {
    const nowMs = this.#deps.clock.monotonic();
    if (this.#real !== undefined || this.#closed || nowMs - this.#triedAtMs < RETRY_MS) return;
    this.#triedAtMs = nowMs;
    try {
      this.#real = this.#deps.open();
    } catch (error) {
      this.#why = messageOf(error);
    }
  }
}

/** @throws the store's own refusals: damaged, another program's, newer */
function readDocuments(path: string): Documents {
  try {
    return readIn(path);
  } catch (error) {
    if (isDamage(error)) throw damaged(path, messageOf(error));
    return readAside(path, error);
  }
}

/** A directory in which nothing can be made has no room for SQLite's own files either: a copy is read elsewhere. */
function readAside(path: string, error: unknown): Documents {
  for (const place of [tmpdir(), '/dev/shm']) {
    let dir: string | undefined;
    try {
      dir = mkdtempSync(join(place, 'microscaling-store-'));
      for (const suffix of ['', '-wal'])
        if (existsSync(path + suffix)) copyFileSync(path + suffix, join(dir, basename(path) + suffix));
      return readIn(join(dir, basename(path)));
    } catch {
      // There may be room in the next place.
    } finally {
      if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
    }
  }
  throw error;
}

/** With its index of the -wal file in memory, for which there may be no room on the disk. */
function readIn(path: string): Documents {
  const db = new (sqlite().DatabaseSync)(path, { timeout: 1_000 });
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    checkVersion(db, path);
    const found = new Map<string, Map<string, string>>();
    for (const { collection, key, value } of db.prepare('SELECT * FROM document ORDER BY key').all()) {
      const documents = found.get(String(collection)) ?? new Map<string, string>();
      found.set(String(collection), documents.set(String(key), String(value)));
    }
    return found;
  } finally {
    db.close();
  }
}
