// metric-sources: one GET over a connection that is kept: bounded, without redirects, every failure in words.

import { defined } from '../../lang/defined.ts';
import { boundedText } from '../../runtime/network/bounded-text.ts';
import type { MetricSourceDeps } from '../source.ts';
import { networkFailureOf, readFailure } from './failure.ts';
import { SharedConnections, type SharedDispatcher } from './shared.ts';
import { ReaderSlots } from './slots.ts';

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

/** One exchange of any kind. */
export interface HttpCall {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly method?: 'GET' | 'POST';
  readonly body?: string | Uint8Array;
  readonly maxBytes?: number;
}

/** Whatever the server said, also that it will not. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Undefined when it is larger than the bound. */
  readonly text: string | undefined;
  readonly maxBytes: number;
}

const DEFAULT_MAX_BYTES = 1024 * 1024;
const CLOSED = 'the source was closed before the answer was complete';

const connections = new SharedConnections();
/** Loaded by the first question. */
let undici: typeof import('undici') | undefined;

export class HttpReader {
  readonly #target: HttpTarget;
  readonly #onCall: (() => void) | undefined;
  /** `host:port` for people. */
  readonly host: string;
  readonly #origin: string;
  #shared: { readonly connections: SharedDispatcher; readonly slots: ReaderSlots } | undefined;
  /** Questions without an answer yet. */
  readonly #open = new Set<AbortController>();
  #isClosed = false;

  constructor(target: HttpTarget, { onCall }: Pick<MetricSourceDeps, 'onCall'> = {}) {
    const { host, origin } = new URL(target.baseUrl);
    this.#target = target;
    this.#onCall = onCall;
    this.host = host;
    this.#origin = origin;
  }

  /** @throws TransientError with a sentence for people; `signal.reason` when aborted */
  async get(question: HttpQuestion, signal: AbortSignal): Promise<HttpAnswer> {
    const { what, path, headers, maxBytes, statusWords = {}, readable = [] } = question;
    const { authorization } = this.#target;
    const reply = await this.exchange(
      what,
      {
        path,
        headers: {
          accept: 'application/json',
          'user-agent': 'microscaling',
          ...defined({ authorization }),
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
    signal.throwIfAborted();
    const { path, headers, method = 'GET', body, maxBytes = DEFAULT_MAX_BYTES } = call;
    undici ??= await import('undici');
    if (this.#isClosed) throw readFailure(what, this.host, CLOSED);
    const { baseUrl, ca } = this.#target;
    this.#shared ??= this.#hold(undici, ca);
    const { connections: held, slots } = this.#shared;
    const mine = new AbortController();
    const abort = (): void => mine.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#open.add(mine);
    const { request } = undici;
    const ask = async (): Promise<HttpReply> => {
      this.#onCall?.();
      const answer = await request(`${baseUrl}${path}`, {
        dispatcher: held.dispatcher,
        signal: mine.signal,
        method,
        headers,
        ...defined({ body }),
      });
      const text = await boundedText(answer.body, maxBytes);
      return { status: answer.statusCode, headers: answer.headers, text, maxBytes };
    };
    try {
      return await slots.run(ask, mine.signal);
    } catch (error) {
      signal.throwIfAborted();
      if (mine.signal.aborted) throw readFailure(what, this.host, CLOSED);
      const network = networkFailureOf(error) ?? undiciFailure(error);
      if (network === undefined) throw error;
      // No `cause`: it may carry the request, and with it its credentials.
      throw readFailure(what, this.host, network);
    } finally {
      signal.removeEventListener('abort', abort);
      this.#open.delete(mine);
    }
  }

  #hold(
    client: typeof import('undici'),
    ca: string | undefined,
  ): { readonly connections: SharedDispatcher; readonly slots: ReaderSlots } {
    const shared = connections.hold(client, { origin: this.#origin, ca });
    return { connections: shared, slots: new ReaderSlots(shared.slots) };
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
    this.#isClosed = true;
    for (const call of this.#open) call.abort();
    await this.#shared?.connections.release();
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

function undiciFailure(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'no answer from the host; check the network and firewalls';
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
    return 'the answer did not come in time';
  if (code === 'UND_ERR_SOCKET') return 'the connection was closed before the answer was complete';
  // The parser's own error has not always a code.
  const unparsed = error instanceof Error && error.name === 'HTTPParserError';
  if (unparsed || code.startsWith('HPE_') || code.startsWith('UND_ERR_'))
    return 'the answer is not HTTP; check host and port';
  if (code.startsWith('ERR_SSL_')) return 'the two sides do not agree on TLS; is it http rather than https?';
  return undefined;
}
