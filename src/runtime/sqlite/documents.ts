// runtime: the store on disk: one SQLite file in a directory of its own.

import { existsSync, mkdirSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../clock.ts';
import type { DocumentChange, DocumentStore } from '../document-store.ts';
import { messageOf, TerminalError } from '../errors.ts';
import { openDatabase } from './database.ts';
import { isUnwritable, storeFailure, UNUSABLE } from './failure.ts';
import { lockDirectory } from './lock.ts';
import { SharedSync } from './shared-sync.ts';
import { StandIn } from './stand-in.ts';

const FILE_NAME = 'microscaling.db';

export interface OpenOptions {
  /**
   * What opens the directory for good, for people: `microscaling run`. Nobody else may then do the same until it is
   * closed or the process has ended. Absent: a short visit (`microscaling token`) beside an operator that may hold it.
   */
  readonly holder?: string;
  /** The file grows no larger: a client that may write to the operator must not fill its disk. Default 1 GiB. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 2 ** 30;

/**
 * The same for a caller that can go on with a store that is read-only: a store that can only be read is opened all the same. It refuses
 * writes and says why, and is written as soon as it can be.
 *
 * @throws TerminalError also when there is nothing to read
 */
export function openWhatIsThere(
  dir: string,
  options: OpenOptions & { readonly holder: string },
  clock: Pick<Clock, 'monotonic'>,
): DocumentStore {
  try {
    return openDocumentStore(dir, options);
  } catch (error) {
    const path = join(dir, FILE_NAME);
    const cause = error instanceof TerminalError ? error.cause : error;
    if (!isUnwritable(cause) || !existsSync(path)) throw error;
    return new StandIn({ path, clock, open: () => openDocumentStore(dir, options) }, cause);
  }
}

/**
 * Opens the store in `dir`; makes both when they are not there, for their owner's eyes only.
 *
 * @throws TerminalError with what to do: the directory cannot be used or is in use, the file is damaged or newer
 */
export function openDocumentStore(dir: string, options: OpenOptions = {}): DocumentStore {
  const { holder, maxBytes = MAX_BYTES } = options;
  const path = join(dir, FILE_NAME);
  makeDirectory(dir);
  const lock = holder === undefined ? undefined : lockDirectory(dir, holder);
  try {
    return new SqliteDocuments(openDatabase(dir, path, maxBytes), path, () => lock?.release());
  } catch (error) {
    lock?.release();
    if (error instanceof TerminalError) throw error;
    throw new TerminalError(`opening the store ${path}: ${messageOf(error)}; ${UNUSABLE}`, { cause: error });
  }
}

function makeDirectory(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new TerminalError(`the data directory ${dir} cannot be made: ${messageOf(error)}; ${UNUSABLE}`, {
      cause: error,
    });
  }
}

class SqliteDocuments implements DocumentStore {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #onClose: () => void;
  readonly #all;
  readonly #get;
  readonly #put;
  readonly #remove;
  readonly #sync: SharedSync;
  /** How many writes there were, and how many of them are known to be on disk. */
  #writes = 0;
  #synced = 0;

  constructor(db: DatabaseSync, path: string, onClose: () => void) {
    this.#db = db;
    this.#path = path;
    this.#onClose = onClose;
    this.#all = db.prepare('SELECT key, value FROM document WHERE collection = ? ORDER BY key');
    this.#get = db.prepare('SELECT value FROM document WHERE collection = ? AND key = ?');
    this.#put = db.prepare(
      'INSERT INTO document VALUES (?, ?, ?) ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value',
    );
    this.#remove = db.prepare('DELETE FROM document WHERE collection = ? AND key = ?');
    this.#sync = new SharedSync(() => syncFile(`${path}-wal`));
  }

  all(collection: string): ReadonlyMap<string, unknown> {
    return this.#doing('reading', () => {
      const rows = this.#all.all(collection);
      return new Map(rows.map(({ key, value }) => [String(key), JSON.parse(String(value)) as unknown]));
    });
  }

  get(collection: string, key: string): unknown {
    return this.#doing('reading', () => {
      const row = this.#get.get(collection, key);
      return row === undefined ? undefined : (JSON.parse(String(row['value'])) as unknown);
    });
  }

  write(changes: readonly DocumentChange[]): void {
    if (changes.length === 0) return;
    this.#doing('writing to', () => this.#commit(changes));
    this.#writes += 1;
    // One file has all writes, and it was waited for whole.
    this.#synced = this.#writes;
  }

  writeSoon(changes: readonly DocumentChange[]): void {
    if (changes.length === 0) return;
    this.#doing('writing to', () => {
      this.#db.exec('PRAGMA synchronous = NORMAL');
      try {
        this.#commit(changes);
      } finally {
        this.#db.exec('PRAGMA synchronous = FULL');
      }
    });
    this.#writes += 1;
  }

  async durable(): Promise<void> {
    const upTo = this.#writes;
    if (this.#synced >= upTo) return;
    try {
      await this.#sync.done();
      this.#synced = Math.max(this.#synced, upTo);
    } catch (error) {
      throw storeFailure('writing to', this.#path, error);
    }
  }

  close(): void {
    if (!this.#db.isOpen) return;
    try {
      // Closing does the same where it can; this keeps the file whole by itself even beside another connection.
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // What is in the -wal file is as durable as the rest: the next one to open the store finds it.
    } finally {
      this.#db.close();
      this.#onClose();
    }
  }

  #commit(changes: readonly DocumentChange[]): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const change of changes) this.#apply(change);
      this.#db.exec('COMMIT');
    } finally {
      // Some failures have rolled back already, a failed commit has not.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    }
  }

  #apply(change: DocumentChange): void {
    const { collection, key } = change;
    if (change.do === 'put') this.#put.run(collection, key, JSON.stringify(change.value) ?? 'null');
    else this.#remove.run(collection, key);
  }

  #doing<T>(what: string, work: () => T): T {
    if (!this.#db.isOpen) throw new TerminalError(`the store ${this.#path} is closed`);
    try {
      return work();
    } catch (error) {
      throw storeFailure(what, this.#path, error);
    }
  }
}

/**
 * A commit is in the -wal file before it is in the store; without one SQLite has waited for the disk itself. No lock is on that file,
 * so that closing it again drops none.
 */
async function syncFile(path: string): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}
