// metric-sources: one connection to a Redis: commands go out together and are answered in order. It is never made again by itself.

import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { TransientError } from '../../../runtime/errors.ts';
import { networkFailureOf } from '../../connection/failure.ts';
import { type Command, ErrorReply, encode, type Reply, ReplyReader } from './resp.ts';

export interface RedisServer {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string;
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
}

/** The connection was lost: the same commands may succeed on another one. */
export class ConnectionLost extends TransientError {}

interface Asked {
  readonly replies: Reply[];
  readonly count: number;
  done(replies: readonly Reply[]): void;
  failed(why: Error): void;
}

const KEEP_ALIVE_MS = 30_000;

export class RedisConnection {
  readonly #socket: Socket;
  readonly #reader = new ReplyReader();
  /** Sent and not answered, the oldest first. */
  readonly #asked: Asked[] = [];
  readonly #greeting: Promise<readonly Reply[]>;
  #waiting = 0;
  #usable = true;
  #hasAnswered = false;

  constructor(server: RedisServer) {
    this.#socket = socketTo(server);
    this.#socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
    this.#socket.on('data', (piece: Buffer) => this.#take(piece));
    this.#socket.on('error', (error) => this.#end(new ConnectionLost(wordsFor(error))));
    this.#socket.on('close', () =>
      this.#end(new ConnectionLost('the connection was closed before the answer was complete')),
    );
    this.#greeting = this.#send(greetingOf(server));
    this.#greeting.catch(() => undefined);
  }

  /** Whether more can be asked over it. */
  get isUsable(): boolean {
    return this.#usable;
  }

  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /**
   * @returns a reply for each command, or the one with which the server refused the user or the database
   * @throws TransientError with the end of a sentence; `signal.reason` when aborted
   */
  async ask(commands: readonly Command[], signal: AbortSignal): Promise<readonly Reply[] | ErrorReply> {
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#waiting++;
    try {
      const answers = Promise.all([this.#greeting, this.#send(commands)]);
      const [greeted, replies] = await Promise.race([answers, aborted.promise]);
      const refused = greeted.find((reply) => reply instanceof ErrorReply);
      if (refused === undefined) return replies;
      this.#usable = false;
      return refused;
    } catch (error) {
      // What it would still bring is nobody's; and who does not answer may be gone.
      this.#usable = false;
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
      this.#waiting--;
      if (!this.#usable && this.#waiting === 0) this.close();
    }
  }

  close(): void {
    this.#end(new ConnectionLost('the connection was closed'));
  }

  #send(commands: readonly Command[]): Promise<readonly Reply[]> {
    if (commands.length === 0) return Promise.resolve([]);
    const { promise, resolve, reject } = Promise.withResolvers<readonly Reply[]>();
    this.#asked.push({ replies: [], count: commands.length, done: resolve, failed: reject });
    promise.catch(() => undefined);
    this.#socket.write(encode(commands));
    return promise;
  }

  #take(piece: Buffer): void {
    try {
      for (const reply of this.#reader.push(piece)) this.#answer(reply);
    } catch (error) {
      this.#end(error instanceof Error ? error : new TransientError(String(error)));
    }
  }

  #answer(reply: Reply): void {
    const [first] = this.#asked;
    if (first === undefined) {
      this.#end(new TransientError('the server says what nobody asked it'));
      return;
    }
    this.#hasAnswered = true;
    first.replies.push(reply);
    if (first.replies.length < first.count) return;
    this.#asked.shift();
    first.done(first.replies);
  }

  #end(why: Error): void {
    this.#usable = false;
    this.#socket.destroy();
    for (const asked of this.#asked.splice(0)) asked.failed(why);
  }
}

function socketTo({ host, port, tls, ca }: RedisServer): Socket {
  const name = host.replace(/^\[|\]$/g, '');
  if (!tls) return connect({ host: name, port });
  return connectTls({
    host: name,
    port,
    ...(isIP(name) === 0 && { servername: name }),
    ...(ca !== undefined && { ca }),
  });
}

function greetingOf({ username, password, database }: RedisServer): readonly Command[] {
  const who = username === undefined ? [] : [username];
  return [
    ...(password === undefined ? [] : [['AUTH', ...who, password] as const]),
    ...(database === 0 ? [] : [['SELECT', String(database)] as const]),
  ];
}

function wordsFor(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  if (code.startsWith('ERR_SSL_'))
    return 'the two sides do not agree on TLS; is it redis:// rather than rediss://?';
  return networkFailureOf(error) ?? 'the connection failed';
}
