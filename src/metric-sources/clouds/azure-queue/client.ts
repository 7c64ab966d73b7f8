// metric-sources: the two calls of Azure Queue Storage that are needed, over the connection that all sources have in common:
// the SDK reads answers of any size. https://learn.microsoft.com/rest/api/storageservices/operations-on-queues

import { TransientError } from '../../../runtime/errors.ts';
import type { HttpReply } from '../../../runtime/network/exchange/http-exchange.ts';
import { HttpReader } from '../../connection/http.ts';
import type { MetricSourceDeps } from '../../source.ts';
import { explainFailure } from './failure.ts';
import { signed } from './signature.ts';
import type { QueueTarget } from './target.ts';

export interface Peek {
  /** How many messages were seen, at most as many as asked for. */
  readonly seen: number;
  /** Ages of those seen, ms, oldest first, by the service's own clock; absent when it tells no time or none was seen. */
  readonly agesMs?: readonly number[];
  /** Their names, those next in line first; absent when the service tells none. */
  readonly ids?: readonly string[];
  /** Of these the ones that somebody took before and gave back. */
  readonly again: readonly string[];
  readonly bytes: number;
}

/** 32 messages of 64 KiB, and what is around them. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Both calls throw TransientError with a sentence for people, and `signal.reason` when aborted. */
export class QueueClient {
  readonly #target: QueueTarget;
  readonly #clock: MetricSourceDeps['clock'];
  readonly #http: HttpReader;

  constructor(target: QueueTarget, { clock, onCall }: Pick<MetricSourceDeps, 'clock' | 'onCall'>) {
    this.#target = target;
    this.#clock = clock;
    this.#http = new HttpReader({ baseUrl: new URL(target.endpoint).origin }, { onCall });
  }

  /** All messages, invisible ones included; never lower than the truth. */
  async count(signal: AbortSignal): Promise<number> {
    const reply = await this.#ask('', { comp: 'metadata' }, signal);
    const count = reply.headers['x-ms-approximate-messages-count'];
    if (typeof count !== 'string' || !/^\d{1,15}$/.test(count)) throw this.#strange(reply);
    return Number(count);
  }

  /** Looks at visible messages without taking them, 32 at most. */
  async peek(messages: number, signal: AbortSignal): Promise<Peek> {
    const asked = { numofmessages: String(messages), peekonly: 'true' };
    const reply = await this.#ask('/messages', asked, signal);
    const text = this.#http.textOf(`queue ${this.#target.queueName}`, reply);
    if (!text.includes('<QueueMessagesList')) throw this.#strange(reply);
    const seen = text.match(/<QueueMessage>/g)?.length ?? 0;
    const inserted = [...text.matchAll(/<InsertionTime>([^<]{1,64})<\/InsertionTime>/g)];
    const nowMs = Date.parse(String(reply.headers['date']));
    const agesMs = inserted.map(([, at = '']) => Math.max(0, nowMs - Date.parse(at))).sort((a, b) => b - a);
    const known = seen > 0 && agesMs.length === seen && agesMs.every(Number.isFinite);
    const ids = [...text.matchAll(/<MessageId>([^<]{1,128})<\/MessageId>/g)].map(([, id = '']) => id);
    const taken = [...text.matchAll(/<DequeueCount>(\d{1,10})<\/DequeueCount>/g)];
    const again = taken.length === ids.length ? ids.filter((_, i) => Number(taken[i]?.[1]) > 0) : [];
    return {
      seen,
      ...(known && { agesMs }),
      ...(ids.length === seen && { ids }),
      again,
      bytes: Buffer.byteLength(text),
    };
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #ask(
    below: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<HttpReply> {
    const { endpoint, queueName, credential } = this.#target;
    const path = `${new URL(endpoint).pathname.replace(/\/$/, '')}/${queueName}${below}`;
    const call = { ...signed({ path, query, credential, wallMs: this.#clock.now() }), maxBytes: MOST_BYTES };
    const reply = await this.#http.exchange(`queue ${queueName}`, call, signal);
    if (reply.status !== 200) throw this.#strange(reply);
    return reply;
  }

  #strange({ status, headers }: HttpReply): TransientError {
    const code = headers['x-ms-error-code'];
    const failure = { status, ...(typeof code === 'string' && { code }) };
    return new TransientError(explainFailure(failure, this.#target));
  }
}
