// runtime: what SQLite's errors mean for the store's user.

import { messageOf, TerminalError, TransientError } from '../errors.ts';

/** Primary result codes, https://www.sqlite.org/rescode.html */
const BUSY = 5;
const IO_ERROR = 10;
const FULL = 13;
const CORRUPT = 11;
/** No room, no right, no disk: what is there may still be read. */
const UNWRITABLE_CODES: ReadonlySet<number> = new Set([3, 8, 10, 13, 14]);
const UNWRITABLE_ERRNOS: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM']);
const NOT_A_DATABASE = 26;

/** The primary result code of what `node:sqlite` threw; undefined for anything else. */
function codeOf(error: unknown): number | undefined {
  const code: unknown = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}

export function isBusy(error: unknown): boolean {
  return codeOf(error) === BUSY;
}

/** Reading or writing failed underneath, a wait for the disk among it. */
export function isDiskFailure(error: unknown): boolean {
  return codeOf(error) === IO_ERROR;
}

/** What is open for writing finds no room; of what could be opened for reading alone it says nothing. */
export function lacksRoom(error: unknown): boolean {
  const code = codeOf(error);
  return code === FULL || code === IO_ERROR;
}

/** The file system takes no write, which says nothing against what it holds. */
export function isUnwritable(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return UNWRITABLE_CODES.has(code);
  return error instanceof Error && 'code' in error && UNWRITABLE_ERRNOS.has(String(error.code));
}

export function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  return code === CORRUPT || code === NOT_A_DATABASE;
}

export function damaged(path: string, what: string): TerminalError {
  return new TerminalError(
    `the store ${path} is damaged (${what}); nothing in it was changed. Put a copy of it back, or move it away together with its -wal file to start with an empty one`,
  );
}

/** What to do about a directory in which nothing can be opened. */
export const UNUSABLE =
  'look at the disk and at who may write there, name another directory with --data, or do without a store';

/** @param doing "writing to", "reading" … */
export function storeFailure(doing: string, path: string, error: unknown): Error {
  if (isDamage(error)) return damaged(path, messageOf(error));
  const why = isBusy(error) ? 'another program holds it locked' : messageOf(error);
  return new TransientError(`${doing} the store ${path}: ${why}`, { cause: error });
}
