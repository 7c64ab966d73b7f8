// metric-sources: one connection to a broker of Kafka: asks and gets answers, and nothing else. The public clients are not used
// here: they go to whatever broker the cluster names, read answers of any size, and end the process over some that are garbled.

import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { BrokerPlace, KafkaRequest } from './requests.ts';
import { authenticate, type KafkaCredentials } from './sasl.ts';
import { Frames, Reader, WireError, Writer } from './wire.ts';

export interface BrokerTarget extends BrokerPlace {
  readonly tls: boolean;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string;
  readonly credentials?: KafkaCredentials;
}

export interface ConnectionDeps {
  /** Called for every request. */
  readonly onCall: () => void;
  readonly nowMs: () => number;
}

/** 10,000 partitions with their replicas are half of it. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Of their time credentials serve so much: they never run out in the middle of a read. */
const SERVING_SHARE = 0.8;
const CLIENT = 'microscaling';
const CLOSED =
  'the broker ended the connection; it may want TLS (kafkas://) or credentials (auth), or was restarted';

interface Waiting {
  readonly id: number;
  readonly resolve: (answer: Buffer) => void;
  readonly reject: (error: Error) => void;
}

export class BrokerConnection {
  readonly #socket: Socket;
  readonly #deps: ConnectionDeps;
  readonly #frames = new Frames(MOST_BYTES);
  /** Rejects with why it cannot be spoken to. */
  readonly ready: Promise<void>;
  /** Brokers answer in the order of the questions. */
  #waiting: Waiting[] = [];
  #asked = 0;
  #failed: Error | undefined;
  #servesUntilMs = Number.POSITIVE_INFINITY;

  constructor(target: BrokerTarget, deps: ConnectionDeps) {
    this.#deps = deps;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#socket = socketTo(target, resolve);
    this.#socket.on('data', (piece: Buffer) => this.#take(piece));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => {
      this.#fail(new WireError(CLOSED));
      reject(this.#failed);
    });
    this.ready = promise.then(() => this.#authenticate(target.credentials));
    // Whoever waits for it is told.
    this.ready.catch(() => this.close());
  }

  get isUsable(): boolean {
    return this.#failed === undefined && this.#deps.nowMs() < this.#servesUntilMs;
  }

  async ask<T>(request: KafkaRequest<T>): Promise<T> {
    if (this.#failed !== undefined) throw this.#failed;
    this.#deps.onCall();
    const id = ++this.#asked;
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    this.#waiting.push({ id, resolve, reject });
    const writer = new Writer().int16(request.key).int16(request.version).int32(id).text(CLIENT);
    request.write(writer);
    this.#socket.write(writer.frame());
    const reader = new Reader(await promise);
    reader.int32();
    return request.read(reader);
  }

  /** Waits for nobody; whoever waits for an answer is told. */
  close(): void {
    this.#fail(new WireError(CLOSED));
  }

  async #authenticate(credentials: KafkaCredentials | undefined): Promise<void> {
    if (credentials === undefined) return;
    const lifetimeMs = await authenticate(credentials, (request) => this.ask(request));
    if (lifetimeMs > 0) this.#servesUntilMs = this.#deps.nowMs() + SERVING_SHARE * lifetimeMs;
  }

  #take(piece: Buffer): void {
    try {
      for (const frame of this.#frames.push(piece)) {
        const next = this.#waiting.shift();
        if (next === undefined || next.id !== frame.readInt32BE())
          throw new WireError('the answer is not that of Kafka; check host and port');
        next.resolve(frame);
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new WireError(String(error)));
    }
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    this.#socket.destroy();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(this.#failed);
  }
}

function socketTo({ host, port, tls, ca }: BrokerTarget, onReady: () => void): Socket {
  const place = { host: host.replace(/^\[|\]$/g, ''), port };
  if (!tls) return connect({ ...place, noDelay: true }, onReady);
  const name = isIP(place.host) === 0 ? { servername: place.host } : {};
  return connectTls({ ...place, ...name, ...(ca !== undefined && { ca }) }, onReady).setNoDelay(true);
}
