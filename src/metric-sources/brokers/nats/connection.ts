// metric-sources: one connection to a NATS server: asks and gets answers, and nothing else. The public client is not used here:
// it keeps what a server that hangs holds open, prints what it cannot read, and reads answers of any size.

import { randomBytes } from 'node:crypto';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { isObject } from '../../../api/schema/json-schema.ts';
import type { Keepable } from '../../connection/kept.ts';
import { connectFields, type NatsCredentials } from './credentials.ts';
import { type Frame, FrameError, Frames } from './frames.ts';

export interface NatsTarget {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** Whether a connection without TLS is refused. */
  readonly tls: boolean;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string;
  readonly credentials?: NatsCredentials;
}

export interface NatsAnswer {
  readonly payload: string;
  readonly status?: number;
}

/** The server says no, in its own words. */
export class NatsRefusal extends Error {}

interface Waiting {
  /** What it was asked about, as a refusal names it. */
  readonly subject: string;
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: Error) => void;
}

const GREETING = '';

export class NatsConnection implements Keepable {
  readonly #target: NatsTarget;
  readonly #onCall: () => void;
  readonly #inbox = `_INBOX.${randomBytes(12).toString('hex')}`;
  readonly #waiting = new Map<string, Waiting>();
  #socket: Socket;
  #frames = new Frames();
  #asked = 0;
  #broken = false;
  #isInformed = false;

  private constructor(target: NatsTarget, onCall: () => void) {
    this.#target = target;
    this.#onCall = onCall;
    this.#socket = connect({ host: target.host, port: target.port, noDelay: true });
    this.#listen(this.#socket);
  }

  static async open(target: NatsTarget, onCall: () => void, signal: AbortSignal): Promise<NatsConnection> {
    signal.throwIfAborted();
    onCall();
    const connection = new NatsConnection(target, onCall);
    try {
      await connection.#until(signal, () => connection.#greet());
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  get isUsable(): boolean {
    return !this.#broken;
  }

  ask(subject: string, body: string, signal: AbortSignal): Promise<NatsAnswer> {
    this.#onCall();
    const reply = `${this.#inbox}.${++this.#asked}`;
    return this.#until(signal, async () => {
      const answer = this.#expect(reply, subject);
      this.#socket.write(`PUB ${subject} ${reply} ${Buffer.byteLength(body)}\r\n${body}\r\n`);
      const frame = await answer;
      if (frame.kind !== 'MSG') throw new FrameError('the answer is not that of NATS; check host and port');
      return frame;
    });
  }

  close(): void {
    this.#fail(new Error('the connection is closed'));
  }

  /** INFO from the server, TLS if one of both wants it, CONNECT, and PONG when it is accepted. */
  async #greet(): Promise<void> {
    const info = await this.#expect(GREETING, GREETING);
    const said: unknown = info.kind === 'INFO' ? parsed(info.text) : undefined;
    if (!isObject(said)) throw new FrameError('the answer is not that of NATS; check host and port');
    const { tls, ca, credentials } = this.#target;
    const encrypted = said['tls_required'] === true || said['tls_available'] === true;
    if (encrypted) await this.#encrypt();
    else if (tls || ca !== undefined)
      throw new FrameError(
        'the server does not speak TLS; nats:// without caFile sends everything unencrypted',
      );
    const nonce = said['nonce'];
    const hello = {
      ...{ verbose: false, pedantic: false, echo: false, headers: true, no_responders: true, protocol: 1 },
      ...{ name: 'microscaling', lang: 'microscaling', version: '1', tls_required: encrypted },
      ...connectFields(credentials, typeof nonce === 'string' ? nonce : undefined),
    };
    const accepted = this.#expect(GREETING, this.#inbox);
    this.#socket.write(`CONNECT ${JSON.stringify(hello)}\r\nSUB ${this.#inbox}.* 1\r\nPING\r\n`);
    if ((await accepted).kind !== 'PONG')
      throw new FrameError('the answer is not that of NATS; check host and port');
  }

  async #encrypt(): Promise<void> {
    if (this.#frames.pendingBytes > 0)
      throw new FrameError('the answer is not that of NATS; check host and port');
    const { host, ca } = this.#target;
    this.#socket.removeAllListeners('data');
    const socket = connectTls({
      socket: this.#socket,
      // Of an address there is no name to ask for; it is checked against the certificate all the same.
      ...(isIP(host) === 0 ? { servername: host } : { host }),
      ...(ca !== undefined && { ca }),
    });
    const secure = Promise.withResolvers<void>();
    this.#waiting.set(GREETING, { subject: GREETING, resolve: () => undefined, reject: secure.reject });
    socket.once('secureConnect', secure.resolve);
    this.#socket = socket;
    this.#listen(socket);
    await secure.promise;
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk) => {
      try {
        for (const frame of this.#frames.push(chunk)) this.#take(frame);
      } catch (error) {
        this.#fail(error instanceof Error ? error : new FrameError(String(error)));
      }
    });
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () =>
      this.#fail(new FrameError('the connection was closed before the answer was complete')),
    );
  }

  #take(frame: Frame): void {
    if (frame.kind === 'PING') this.#socket.write('PONG\r\n');
    else if (frame.kind === 'ERR') this.#refuse(frame.text);
    else if (frame.kind === 'MSG') this.#settle(frame.subject, frame);
    else if (frame.kind === 'PONG' || !this.#isInformed) this.#settle(GREETING, frame);
    // Later ones tell of other servers of the cluster, which are not gone to.
    if (frame.kind === 'INFO') this.#isInformed = true;
  }

  #settle(reply: string, frame: Frame): void {
    this.#waiting.get(reply)?.resolve(frame);
    this.#waiting.delete(reply);
  }

  /** `Permissions Violation for Publish to "…"` leaves the connection open; after all else the server closes it. */
  #refuse(text: string): void {
    const refusal = new NatsRefusal(text);
    const about = [...this.#waiting].filter(
      ([, { subject }]) => subject !== '' && text.includes(`"${subject}`),
    );
    if (about.length === 0 || !/^permissions violation/i.test(text)) {
      this.#fail(refusal);
      return;
    }
    for (const [reply, { reject }] of about) {
      this.#waiting.delete(reply);
      reject(refusal);
    }
  }

  #expect(reply: string, subject: string): Promise<Frame> {
    const { promise, resolve, reject } = Promise.withResolvers<Frame>();
    if (this.#broken) reject(new FrameError('the connection was closed before the answer was complete'));
    else this.#waiting.set(reply, { subject, resolve, reject });
    return promise;
  }

  /** Whoever gives up on an answer does not know what comes next: the connection goes, too. */
  async #until<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const stop = (): void => this.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await work();
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  #fail(error: Error): void {
    this.#broken = true;
    this.#socket.destroy();
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
