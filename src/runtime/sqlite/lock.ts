// runtime: one operator per data directory: a lock that ends with its process, however that ends.

import { hostname } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { messageOf, TerminalError } from '../errors.ts';
import { isBusy, lacksRoom, UNUSABLE } from './failure.ts';
import { sqlite } from './module.ts';
import { touch } from './touch.ts';

export interface DirectoryLock {
  release(): void;
  /** Writes down who holds it, where there was no room for that. Returns why that cannot be done; undefined: it is. */
  sign(): unknown;
}

/** Long enough for a reader of the holder's name, and for a predecessor that is about to end. */
const PATIENCE_MS = 1_000;

/**
 * Node has no `flock`, but SQLite takes POSIX locks, which the system drops when a process dies. So the lock is an
 * open write transaction on a file of its own: others may read in it who holds it, and everybody may go on writing
 * to the store beside it (`microscaling token` while the operator runs).
 *
 * @param holder for people: what holds it
 * @throws TerminalError naming the holder, when there is one already
 */
export function lockDirectory(dir: string, holder: string): DirectoryLock {
  const path = join(dir, 'operator.lock');
  const mine = `${holder} (process ${process.pid} on ${hostname()}, since ${new Date().toISOString()})`;
  const { DatabaseSync } = sqlite();
  let db: DatabaseSync | undefined;
  let unsigned: unknown;
  try {
    touch(path);
    db = new DatabaseSync(path, { timeout: PATIENCE_MS });
    unsigned = hold(db, mine).unsigned;
  } catch (error) {
    const refusal = refused(dir, path, { error, holder: isBusy(error) ? holderIn(db) : undefined });
    db?.close();
    throw refusal;
  }
  const held = db;
  return {
    release: () => held.isOpen && held.close(),
    sign: () => {
      if (unsigned !== undefined) unsigned = hold(held, mine).unsigned;
      return unsigned;
    },
  };
}

/** Where there is no room for a name, without one: a lock takes none. */
function hold(db: DatabaseSync, mine: string): { readonly unsigned?: unknown } {
  try {
    sign(db, mine);
    return {};
  } catch (error) {
    if (!lacksRoom(error)) throw error;
    if (!db.isTransaction) db.exec('BEGIN IMMEDIATE');
    return { unsigned: error };
  }
}

/** A process that comes in between writes its own name: then ours is written anew. */
function sign(db: DatabaseSync, mine: string): void {
  for (;;) {
    if (!db.isTransaction) db.exec('BEGIN IMMEDIATE');
    db.exec('CREATE TABLE IF NOT EXISTS holder (name TEXT NOT NULL)');
    if (holderIn(db) === mine) return;
    db.exec('DELETE FROM holder');
    db.prepare('INSERT INTO holder VALUES (?)').run(mine);
    db.exec('COMMIT');
  }
}

function holderIn(db: DatabaseSync | undefined): string | undefined {
  try {
    const name = db?.prepare('SELECT name FROM holder').get()?.['name'];
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}

function refused(
  dir: string,
  path: string,
  { error, holder }: { readonly error: unknown; readonly holder: string | undefined },
): TerminalError {
  if (!isBusy(error))
    return new TerminalError(`taking the lock ${path}: ${messageOf(error)}; ${UNUSABLE}`, { cause: error });
  return new TerminalError(
    `the data directory ${dir} is in use by ${holder ?? 'another operator'}; two operators must not share one: stop that one, or name another directory with --data`,
  );
}
