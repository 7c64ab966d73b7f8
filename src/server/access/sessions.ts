// server: who has logged in on the page. In memory: a restart of the operator ends every session.

import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../runtime/clock.ts';

/** A working day: who comes back tomorrow logs in again. */
const SESSION_MS = 12 * 3_600_000;
/** More than people look at one operator; the oldest make room. */
const MAX_SESSIONS = 1_000;
const ID_BYTES = 32;

interface Session {
  /** Of the token that opened it: a session ends with its token. */
  readonly tokenDigest: string;
  readonly endsAtMs: number;
}

export class Sessions {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** By the hash of the id, oldest first. */
  readonly #open = new Map<string, Session>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Returns the id, for a cookie that only the browser knows. */
  open(tokenDigest: string): string {
    const id = randomBytes(ID_BYTES).toString('base64url');
    const oldest = this.#open.keys().next();
    if (this.#open.size >= MAX_SESSIONS && !oldest.done) this.#open.delete(oldest.value);
    this.#open.set(hash(id), { tokenDigest, endsAtMs: this.#clock.monotonic() + SESSION_MS });
    return id;
  }

  /** The digest of the token that opened the session, while it lasts. */
  tokenDigestOf(id: string): string | undefined {
    const session = this.#open.get(hash(id));
    if (session !== undefined && session.endsAtMs > this.#clock.monotonic()) return session.tokenDigest;
    this.#open.delete(hash(id));
    return undefined;
  }

  close(id: string): void {
    this.#open.delete(hash(id));
  }
}

function hash(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

/** One for each port: cookies do not tell the ports of a host apart, and two operators may share one. */
function sessionCookieName(request: Request): string {
  const port = /:(\d{1,5})$/.exec(request.headers.get('host') ?? '')?.[1] ?? '80';
  return `microscaling_session_${port}`;
}

export function sessionIdOf(request: Request): string | undefined {
  const name = sessionCookieName(request);
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const at = part.indexOf('=');
    if (part.slice(0, at).trim() === name) return part.slice(at + 1).trim() || undefined;
  }
  return undefined;
}

/** `Set-Cookie` for a session; without `id` it is taken away. No script reads it, no other site's request carries it. */
export function sessionCookie(request: Request, id?: string): string {
  const isSecure = request.headers.get('x-forwarded-proto')?.toLowerCase() === 'https';
  return [
    `${sessionCookieName(request)}=${id ?? ''}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Strict',
    `Max-Age=${id === undefined ? 0 : SESSION_MS / 1_000}`,
    ...(isSecure ? ['Secure'] : []),
  ].join('; ');
}
