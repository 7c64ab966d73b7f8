// metric-sources: one GET over a connection that is kept: bounded, without redirects, every failure in words.

import { defined } from '../../lang/defined.ts';
import {
  type HttpCall,
  HttpExchange,
  type HttpReply,
  NoAnswer,
} from '../../runtime/network/exchange/http-exchange.ts';
import type { MetricSourceDeps } from '../source.ts';
import { readFailure } from './failure.ts';

export interface HttpTarget {
  /** `https://host:port/base`, without credentials. */
  readonly baseUrl: string;
  /** Value of the `Authorization` header. */
  readonly authorization?: string;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string;
}

export interface HttpQuestion {
  /** What is read, for people: `queue orders`. */
  readonly what: string;
  /** From the base URL on, encoded: `/api/queues/%2F/orders`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An answer that is larger is not read. Default: 1 MiB. */
  readonly maxBytes?: number;
  /** Words for statuses that mean something of their own to this server: `404` → `there is no such queue; …`. */
  readonly statusWords?: Readonly<Record<number, string>>;
  /** Statuses whose answer says by itself what is wrong, in the form of any other. */
  readonly readable?: readonly number[];
}

export interface HttpAnswer {
  readonly text: string;
  /** 2xx, or one of those that are readable. */
  readonly status: number;
  /** The server's clock, when it tells it: whole seconds, ms since the epoch. */
  readonly dateMs?: number;
}

export class HttpReader {
  readonly #authorization: string | undefined;
  readonly #exchange: HttpExchange;

  constructor({ authorization, ...server }: HttpTarget, { onCall }: Pick<MetricSourceDeps, 'onCall'> = {}) {
    this.#authorization = authorization;
    this.#exchange = new HttpExchange(server, onCall);
  }

  /** `host:port` for people. */
  get host(): string {
    return this.#exchange.host;
  }

  /** @throws TransientError with a sentence for people; `signal.reason` when aborted */
  async get(question: HttpQuestion, signal: AbortSignal): Promise<HttpAnswer> {
    const { what, path, headers, maxBytes, statusWords = {}, readable = [] } = question;
    const reply = await this.exchange(
      what,
      {
        path,
        headers: {
          accept: 'application/json',
          'user-agent': 'microscaling',
          ...defined({ authorization: this.#authorization }),
          ...headers,
        },
        ...defined({ maxBytes }),
      },
      signal,
    );
    const why = readable.includes(reply.status) ? undefined : statusFailure(reply.status, statusWords);
    if (why !== undefined) throw readFailure(what, this.host, why);
    const text = this.textOf(what, reply);
    const dateMs = Date.parse(String(reply.headers['date']));
    return { text, status: reply.status, ...(Number.isFinite(dateMs) && { dateMs }) };
  }

  /**
   * The whole reply, whatever its status, for protocols that say what is wrong in it.
   *
   * @throws TransientError where there is none; `signal.reason` when aborted
   */
  async exchange(what: string, call: HttpCall, signal: AbortSignal): Promise<HttpReply> {
    try {
      return await this.#exchange.ask(call, signal);
    } catch (error) {
      throw error instanceof NoAnswer ? readFailure(what, this.host, error.message) : error;
    }
  }

  textOf(what: string, { text, maxBytes }: HttpReply): string {
    if (text !== undefined) return text;
    throw readFailure(what, this.host, `the answer is larger than ${maxBytes} bytes; name something smaller`);
  }

  /** The answer as JSON. */
  async json(question: HttpQuestion, signal: AbortSignal): Promise<{ readonly body: unknown } & HttpAnswer> {
    const answer = await this.get(question, signal);
    try {
      return { ...answer, body: JSON.parse(answer.text) as unknown };
    } catch {
      throw readFailure(
        question.what,
        this.host,
        'the answer is not JSON; check the address, and proxies on the way',
      );
    }
  }

  async close(): Promise<void> {
    await this.#exchange.close();
  }
}

function statusFailure(status: number, words: Readonly<Record<number, string>>): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  const own = words[status];
  const answered = `answered ${status}`;
  if (own !== undefined) return `${answered}: ${own}`;
  if (status === 401) return `${answered}: the credentials are missing or were refused; check auth`;
  if (status === 403)
    return `${answered}: these credentials have no right to read it; check auth and the rights`;
  if (status === 404) return `${answered}: there is no such thing; check the address and the names`;
  if (status === 429) return `${answered}: too many requests; read less often`;
  if (status >= 500) return `${answered}: the server is not well`;
  if (status >= 300 && status < 400)
    return `${answered}, a redirect, which is not followed; name the server itself`;
  return `${answered}; check the address and the names`;
}
