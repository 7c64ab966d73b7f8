// metric-sources: one connection to a PostgreSQL server, on which a query is asked that cannot write.

import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import type { Client, QueryArrayResult } from 'pg';
import type { Keepable } from '../../connection/kept.ts';
import type { Column } from './row.ts';

export interface SessionTarget {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  readonly tls: 'Disable' | 'Require' | 'VerifyCA' | 'VerifyFull';
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string;
}

export interface SessionAnswer {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly unknown[])[];
  /** The server's clock, ms since the epoch. */
  readonly serverMs: number;
}

/** Shorter than a round waits, so that the server ends the query, and says so, before nobody listens any more. */
const STATEMENT_TIMEOUT_MS = 1_500;
/** Of all that the server says in one read. */
const MOST_BYTES = 1024 * 1024;

/** The transaction keeps the query from writing, and from taking that back: only one statement is accepted inside it. */
const BEGIN = [
  'BEGIN TRANSACTION READ ONLY',
  `SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
  "SET LOCAL datestyle = 'ISO, YMD'",
  'SELECT extract(epoch FROM clock_timestamp()) * 1000',
].join('; ');

export class Session implements Keepable {
  readonly #client: Client;
  readonly #onCall: () => void;
  #bytesLeft = MOST_BYTES;
  #broken = false;
  #tooLarge = false;

  private constructor(client: Client, onCall: () => void) {
    this.#client = client;
    this.#onCall = onCall;
  }

  /** Rejects with what the client library or the server says. */
  static async open(target: SessionTarget, onCall: () => void, signal: AbortSignal): Promise<Session> {
    const pg = await import('pg');
    signal.throwIfAborted();
    const { host, port, database, username: user, password, tls } = target;
    const client = new pg.default.Client({
      ...{ host, port, database, user },
      // A text that is empty would be looked for in the environment and in ~/.pgpass.
      password: () => password,
      ssl: tls === 'Disable' ? false : tlsOptions(target),
      application_name: 'microscaling',
      keepAlive: true,
    });
    const session = new Session(client, onCall);
    await session.#connect(signal);
    return session;
  }

  get isUsable(): boolean {
    return !this.#broken;
  }

  /** More was said than is read. */
  get isTooLarge(): boolean {
    return this.#tooLarge;
  }

  async ask(query: string, signal: AbortSignal): Promise<SessionAnswer> {
    return await this.#until(signal, async () => {
      this.#bytesLeft = MOST_BYTES;
      const serverMs = Number((await this.#rows(BEGIN)).at(-1)?.rows[0]?.[0]);
      try {
        const [answer] = await this.#rows({ text: query, queryMode: 'extended' });
        return { columns: answer?.fields ?? [], rows: answer?.rows ?? [], serverMs };
      } finally {
        if (!this.#broken) await this.#rows('ROLLBACK');
      }
    });
  }

  /** Says goodbye where there is nothing under way, and waits for nobody. */
  close(): void {
    this.#broken = true;
    const { stream } = this.#client.connection;
    stream.once('finish', () => stream.destroy());
    this.#client.connection.end();
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { connection } = this.#client;
    this.#client.on('error', () => this.#destroy());
    this.#client.once('end', () => {
      this.#broken = true;
    });
    this.#guard(connection.stream);
    connection.once('sslconnect', () => this.#guard(connection.stream));
    try {
      await this.#until(signal, () => {
        this.#onCall();
        return this.#client.connect();
      });
    } catch (error) {
      this.#destroy();
      throw error;
    }
  }

  /** Nothing of it goes on after the signal. */
  async #until<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const stop = (): void => this.#destroy();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await work();
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async #rows(
    question: string | { readonly text: string; readonly queryMode: 'extended' },
  ): Promise<readonly QueryArrayResult<unknown[]>[]> {
    this.#onCall();
    const asked = typeof question === 'string' ? { text: question } : question;
    const answer: QueryArrayResult<unknown[]> | QueryArrayResult<unknown[]>[] = await this.#client.query<
      unknown[]
    >({ ...asked, rowMode: 'array' });
    return Array.isArray(answer) ? answer : [answer];
  }

  #destroy(): void {
    this.#broken = true;
    this.#client.connection.stream.destroy();
  }

  /** The library parses in the listener of the socket: what it cannot parse would end the process, and anything is kept. */
  #guard(stream: Duplex): void {
    const emit = stream.emit.bind(stream);
    const fail = (why: string): boolean => {
      this.#broken = true;
      stream.destroy(new Error(why));
      return true;
    };
    stream.emit = (event: string | symbol, ...args: unknown[]): boolean => {
      if (event !== 'data') return emit(event, ...args);
      this.#bytesLeft -= Buffer.isBuffer(args[0]) ? args[0].length : 0;
      this.#tooLarge ||= this.#bytesLeft < 0;
      if (this.#tooLarge) return fail('received invalid response: too large');
      try {
        return emit(event, ...args);
      } catch {
        return fail('received invalid response');
      }
    };
  }
}

function tlsOptions({ tls, ca }: SessionTarget): ConnectionOptions {
  if (tls === 'Require') return { rejectUnauthorized: false };
  return {
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca }),
    ...(tls === 'VerifyCA' && { checkServerIdentity: () => undefined }),
  };
}
