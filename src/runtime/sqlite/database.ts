// runtime: opens the store's file: made when there is none, looked through before anything in it is touched.

import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { messageOf, TerminalError } from '../errors.ts';
import { damaged, isDamage } from './failure.ts';
import { sqlite } from './module.ts';
import { checkVersion, migrate } from './schema.ts';
import { touch } from './touch.ts';

/** So long a writer waits for another one; the process stands still meanwhile. */
export const PATIENCE_MS = 1_000;

/** @throws TerminalError when the file is damaged, another program's, or of a newer version: then it is left as it is */
export function openDatabase(dir: string, path: string, maxBytes: number): DatabaseSync {
  if (!existsSync(path)) createDatabase(dir, path);
  examine(path);
  const db = new (sqlite().DatabaseSync)(path, { timeout: PATIENCE_MS });
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    migrate(db);
    const pageSize = Number(db.prepare('PRAGMA page_size').get()?.['page_size']);
    db.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / pageSize)}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Made whole under another name and then put in place, so that a file that is there is never half made: an empty
 * one is a damaged one. Of two that are made at once, the first stays.
 */
function createDatabase(dir: string, path: string): void {
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  touch(draft);
  try {
    const db = new (sqlite().DatabaseSync)(draft);
    try {
      db.exec('PRAGMA synchronous = FULL');
      migrate(db);
    } finally {
      db.close();
    }
    putInPlace(draft, path);
    syncDirectory(dir);
  } finally {
    rmSync(draft, { force: true });
  }
}

function putInPlace(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  }
}

function syncDirectory(dir: string): void {
  const handle = openSync(dir, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Read-only, so that not even closing writes anything. */
function examine(path: string): void {
  if (statSync(path).size === 0) throw damaged(path, 'it is empty');
  chmodSync(path, 0o600);
  const db = new (sqlite().DatabaseSync)(path, { readOnly: true, timeout: PATIENCE_MS });
  try {
    checkVersion(db, path);
    const found = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (found !== 'ok') throw damaged(path, oneLine(found));
  } catch (error) {
    throw isDamage(error) && !(error instanceof TerminalError) ? damaged(path, messageOf(error)) : error;
  } finally {
    db.close();
  }
}

/** `*** in database main ***` on a line of its own, then what is wrong. */
function oneLine(found: unknown): string {
  return String(found)
    .replace(/^\*\*\*.*\*\*\*\s*/, '')
    .replaceAll(/\s+/g, ' ');
}
