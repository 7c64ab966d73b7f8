// runtime: loads `node:sqlite`, in silence.

import { TerminalError } from '../errors.ts';

type Sqlite = typeof import('node:sqlite');
type EmitWarning = typeof process.emitWarning;

let loaded: Sqlite | undefined;

/**
 * Some versions of Node warn that the module is experimental when it is loaded. That one warning is left out; the file
 * format is SQLite's own and as stable as anything. Every other warning goes its way.
 *
 * @throws TerminalError where this Node has no such module
 */
export function sqlite(): Sqlite {
  loaded ??= loadQuietly();
  return loaded;
}

function loadQuietly(): Sqlite {
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]): void => {
    const aboutSqlite = String(warning).includes('SQLite') && JSON.stringify(rest).includes('Experimental');
    if (!aboutSqlite) Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as EmitWarning;
  try {
    const found = process.getBuiltinModule('node:sqlite') as Sqlite | undefined;
    if (found !== undefined) return found;
  } finally {
    process.emitWarning = emitWarning;
  }
  throw new TerminalError(`the store needs Node 22.13 or newer, and this is ${process.version}`);
}
