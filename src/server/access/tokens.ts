// server: bearer tokens with roles, hashed at rest.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { DocumentStore } from '../../runtime/document-store.ts';
import { TerminalError } from '../../runtime/errors.ts';

/** `write` may do everything, `read` only look. */
export type Role = 'read' | 'write';

/** Whose token it is, without the token. */
export interface TokenHolder {
  /** The token's name; of the one that the operator was started with, `operator`. */
  readonly name: string;
  readonly role: Role;
  /** SHA-256, hex: names the token to `holderBy`. */
  readonly digest: string;
}

export interface TokenBook {
  /** What the bearer may do; undefined when nobody knows the token. In constant time for each token. */
  roleOf(token: string): Role | undefined;
  /** The same with the name. */
  holderOf(token: string): TokenHolder | undefined;
  /** Whose digest it is, while the token is not revoked. */
  holderBy(digest: string): TokenHolder | undefined;
  /** Whether there is any token. */
  readonly isEmpty: boolean;
  /** Whether there is any token that may write. */
  readonly canWrite: boolean;
}

/** What people see of a token: never the token. */
export interface TokenRecord {
  readonly name: string;
  readonly role: Role;
  /** RFC 3339. */
  readonly createdAt: string;
}

const COLLECTION = 'token';
const PREFIX = 'microscaling_';
const BYTES = 32;
const NAME = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;

interface Kept {
  readonly role: Role;
  readonly createdAt: string;
  /** SHA-256, hex. Tokens are random and long: no salt, no stretching. */
  readonly sha256: string;
}

export interface TokenBookOptions {
  /** Asked at every use, so that a token made or revoked by another process counts at once. */
  readonly documents?: DocumentStore;
  /** One more that may write: the process was started with it. */
  readonly writeToken?: string;
}

/** The name of the token that the process was started with. */
const STARTED_WITH = 'operator';

export function createTokenBook({ documents, writeToken }: TokenBookOptions): TokenBook {
  const own = writeToken === undefined || writeToken === '' ? undefined : digest(writeToken);
  const holders = (): readonly TokenHolder[] => [
    ...(documents === undefined ? [] : tokensIn(documents)),
    ...(own === undefined
      ? []
      : [{ name: STARTED_WITH, role: 'write' as const, digest: own.toString('hex') }]),
  ];
  const find = (given: Buffer): TokenHolder | undefined => {
    let found: TokenHolder | undefined;
    for (const holder of holders())
      if (timingSafeEqual(given, Buffer.from(holder.digest, 'hex'))) found = holder;
    return found;
  };
  return {
    roleOf: (token) => find(digest(token))?.role,
    holderOf: (token) => find(digest(token)),
    holderBy: (hex) => find(Buffer.from(hex, 'hex')),
    get isEmpty() {
      return holders().length === 0;
    },
    get canWrite() {
      return holders().some(({ role }) => role === 'write');
    },
  };
}

export interface NewToken {
  readonly name: string;
  readonly role: Role;
  readonly nowMs: number;
  readonly randomBytes: (size: number) => Buffer;
}

/**
 * Keeps the hash of a new token and returns the token, which nobody can see again.
 *
 * @throws TerminalError for a name that is taken or none; TransientError when it cannot be kept
 */
export function createToken(documents: DocumentStore, { name, role, nowMs, randomBytes }: NewToken): string {
  if (!NAME.test(name))
    throw new TerminalError(
      `'${name}' cannot be the name of a token: use lower case letters, digits, - and .`,
    );
  if (documents.get(COLLECTION, name) !== undefined)
    throw new TerminalError(
      `there is a token named ${name} already; revoke it first, or choose another name`,
    );
  const token = `${PREFIX}${randomBytes(BYTES).toString('base64url')}`;
  const createdAt = new Date(nowMs).toISOString();
  const value: Kept = { role, createdAt, sha256: digest(token).toString('hex') };
  documents.write([{ do: 'put', collection: COLLECTION, key: name, value }]);
  return token;
}

/** By name. */
export function listTokens(documents: DocumentStore): readonly TokenRecord[] {
  return keptIn(documents).map(([name, { role, createdAt }]) => ({ name, role, createdAt }));
}

/** @throws TerminalError when there is no such token; TransientError when it cannot be written */
export function revokeToken(documents: DocumentStore, name: string): void {
  if (documents.get(COLLECTION, name) === undefined) {
    const names =
      keptIn(documents)
        .map(([known]) => known)
        .join(', ') || 'none';
    throw new TerminalError(`there is no token named ${name}; there are: ${names}`);
  }
  documents.write([{ do: 'remove', collection: COLLECTION, key: name }]);
}

function tokensIn(documents: DocumentStore): readonly TokenHolder[] {
  return keptIn(documents).map(([name, { role, sha256 }]) => ({ name, role, digest: sha256 }));
}

/** What is not a token any more, or not yet, lets nobody in. */
function keptIn(documents: DocumentStore): readonly (readonly [string, Kept])[] {
  return [...documents.all(COLLECTION)].filter((entry): entry is [string, Kept] => isKept(entry[1]));
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false;
  const { role, sha256 } = value as { readonly role?: unknown; readonly sha256?: unknown };
  return (role === 'read' || role === 'write') && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
