// runtime: the tables of the store, version by version.

import type { DatabaseSync } from 'node:sqlite';
import { TerminalError } from '../errors.ts';

/** `PRAGMA application_id` of our files: "MScl". */
const APPLICATION_ID = 0x4d53636c;

/** What leads from version n to n + 1, never changed once it was released: `PRAGMA user_version` counts them. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE document (
     collection TEXT NOT NULL,
     key TEXT NOT NULL,
     value TEXT NOT NULL,
     PRIMARY KEY (collection, key)
   ) STRICT, WITHOUT ROWID`,
];

const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Looks at a file without changing it.
 *
 * @throws TerminalError when it is none of ours, or of a newer version
 */
export function checkVersion(db: DatabaseSync, path: string): void {
  if (pragma(db, 'application_id') !== APPLICATION_ID) {
    throw new TerminalError(
      `${path} is a database of another program; nothing in it was changed. Name another directory, or move it away`,
    );
  }
  const version = pragma(db, 'user_version');
  if (version > SCHEMA_VERSION) {
    throw new TerminalError(
      `the store ${path} was written by a newer microscaling (version ${version} of the store; this one knows ${SCHEMA_VERSION}); nothing in it was changed. Run that version, put back a copy from before, or name another directory`,
    );
  }
}

/** Brings an open database to the present version, all or nothing. */
export function migrate(db: DatabaseSync): void {
  if (pragma(db, 'user_version') === SCHEMA_VERSION) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const step of MIGRATIONS.slice(pragma(db, 'user_version'))) db.exec(step);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  } finally {
    if (db.isTransaction) db.exec('ROLLBACK');
  }
}

function pragma(db: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}
