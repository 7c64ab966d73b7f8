// runtime: the store on disk: one SQLite file in a directory of its own.

import { existsSync, mkdirSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../clock.ts';
import type { DocumentChange, DocumentStore } from '../document-store.ts';
import { messageOf, TerminalError, TransientError } from '../errors.ts';
import { openDatabase, PATIENCE_MS } from './database.ts';
import { isDiskFailure, isUnwritable, storeFailure, UNUSABLE } from './failure.ts';
import { type DirectoryLock, lockDirectory } from './lock.ts';
import { SharedSync } from './shared-sync.ts';
import { StandIn } from './stand-in.ts';
import { Unsynced, type WrittenDocument } from './unsynced.ts';

const FILE_NAME = 'microscaling.db';

export interface OpenOptions {
  /**
   * What opens the directory for good, for people: `microscaling run`. Nobody else may then do the same until it is
   * closed or the process has ended. Absent: a short visit (`microscaling token`) beside an operator that may hold it.
   */
  readonly holder?: string;
  /** The file grows no larger: a client that may write to the operator must not fill its disk. Default 1 GiB. */
  readonly maxBytes?: number;
  /** Puts on disk what is in the -wal file; default: `fdatasync`. */
  readonly syncLog?: (path: string) => Promise<void>;
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
  const path = join(dir, FILE_NAME);
  makeDirectory(dir);
  const lock = lockWherePossible(dir, options.holder);
  const release = (): void => lock?.release();
  const open = (): DocumentStore =>
    lock === undefined ? openDocumentStore(dir, options) : openFile(dir, options, lock);
  try {
    return open();
  } catch (error) {
    const cause = error instanceof TerminalError ? error.cause : error;
    try {
      if (!isUnwritable(cause) || !existsSync(path)) throw error;
      // Locked all the same, also on a full disk: two operators would act on what it holds.
      return new StandIn({ path, clock, open, onClose: release }, cause);
    } catch (unreadable) {
      release();
      throw unreadable;
    }
  }
}

/** Undefined where nothing can be locked, for nothing can be written; throws where somebody else holds it. */
function lockWherePossible(dir: string, holder: string): DirectoryLock | undefined {
  try {
    return lockDirectory(dir, holder);
  } catch (error) {
    if (error instanceof TerminalError && isUnwritable(error.cause)) return undefined;
    throw error;
  }
}

/**
 * Opens the store in `dir`; makes both when they are not there, for their owner's eyes only.
 *
 * @throws TerminalError with what to do: the directory cannot be used or is in use, the file is damaged or newer
 */
export function openDocumentStore(dir: string, options: OpenOptions = {}): DocumentStore {
  const { holder } = options;
  makeDirectory(dir);
  const lock = holder === undefined ? undefined : lockDirectory(dir, holder);
  try {
    return openFile(dir, options, lock);
  } catch (error) {
    lock?.release();
    throw error;
  }
}

/** @param lock released with the store, and by whoever has it where the store cannot be opened */
function openFile(
  dir: string,
  { maxBytes = MAX_BYTES, syncLog = syncFile }: OpenOptions,
  lock: DirectoryLock | undefined,
): DocumentStore {
  const path = join(dir, FILE_NAME);
  try {
    const full = lock?.sign();
    if (full !== undefined) throw full;
    const db = openDatabase(dir, path, maxBytes);
    return new SqliteDocuments(db, path, { syncLog, onClose: () => lock?.release() });
  } catch (error) {
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
  readonly #unsynced = new Unsynced();
  /** How many writes there were, and how many of them are known to be on disk. */
  #writes = 0;
  #synced = 0;
  /** The disk failed: what was not known to be on it then may never be, whatever a later sync says. */
  #isInDoubt = false;

  constructor(
    db: DatabaseSync,
    path: string,
    { syncLog, onClose }: { readonly syncLog: (path: string) => Promise<void>; readonly onClose: () => void },
  ) {
    this.#db = db;
    this.#path = path;
    this.#onClose = onClose;
    this.#all = db.prepare('SELECT key, value FROM document WHERE collection = ? ORDER BY key');
    this.#get = db.prepare('SELECT value FROM document WHERE collection = ? AND key = ?');
    this.#put = db.prepare(
      'INSERT INTO document VALUES (?, ?, ?) ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value',
    );
    this.#remove = db.prepare('DELETE FROM document WHERE collection = ? AND key = ?');
    this.#sync = new SharedSync(() => this.#syncLog(() => syncLog(`${path}-wal`)));
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
    this.#doing('writing to', () => {
      this.#writeAnew();
      this.#commit(changes.map(asWritten));
    });
    this.#writes += 1;
    // One file has all writes, and it was waited for whole.
    this.#noteSynced(this.#writes);
  }

  writeSoon(changes: readonly DocumentChange[]): void {
    if (changes.length === 0) return;
    const documents = changes.map(asWritten);
    this.#doing('writing to', () => {
      this.#db.exec('PRAGMA synchronous = NORMAL');
      try {
        this.#commit(documents);
      } finally {
        this.#db.exec('PRAGMA synchronous = FULL');
      }
    });
    this.#writes += 1;
    this.#unsynced.note(documents, this.#writes);
  }

  async durable(): Promise<void> {
    const upTo = this.#writes;
    if (this.#synced >= upTo) return;
    try {
      await this.#sync.done();
      this.#noteSynced(upTo);
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

  #noteSynced(upTo: number): void {
    if (upTo <= this.#synced) return;
    this.#synced = upTo;
    this.#unsynced.synced(upTo);
  }

  async #syncLog(sync: () => Promise<void>): Promise<void> {
    if (!this.#isInDoubt) {
      await sync().catch((error: unknown) => {
        this.#isInDoubt = true;
        throw error;
      });
    }
    // Also where another write failed meanwhile.
    if (this.#db.isOpen) this.#writeAnew();
  }

  /**
   * Where the disk failed. The kernel may drop what it could not write, and its next sync succeeds all the same; and whatever is behind
   * a hole in the -wal file is lost with it. So that file is emptied, which writes what is in it into the store itself, and what
   * was in doubt is written once more.
   *
   * @throws when that fails, too: then everything is in doubt still
   */
  #writeAnew(): void {
    if (!this.#isInDoubt) return;
    // Whoever reads there is not waited for: the process would stand still, and it is tried again.
    this.#db.exec('PRAGMA busy_timeout = 0');
    const { busy } = this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {};
    this.#db.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`);
    if (busy !== 0) throw new TransientError('another program holds it locked, and it must be written anew');
    const documents = this.#unsynced.all();
    if (documents.length > 0) this.#commit(documents);
    this.#isInDoubt = false;
    this.#noteSynced(this.#writes);
  }

  #commit(documents: readonly WrittenDocument[]): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const document of documents) this.#apply(document);
      this.#db.exec('COMMIT');
    } catch (error) {
      if (isDiskFailure(error)) this.#isInDoubt = true;
      throw error;
    } finally {
      // Some failures have rolled back already, a failed commit has not.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    }
  }

  #apply({ collection, key, text }: WrittenDocument): void {
    if (text === undefined) this.#remove.run(collection, key);
    else this.#put.run(collection, key, text);
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

function asWritten(change: DocumentChange): WrittenDocument {
  const { collection, key } = change;
  return {
    collection,
    key,
    text: change.do === 'put' ? (JSON.stringify(change.value) ?? 'null') : undefined,
  };
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
