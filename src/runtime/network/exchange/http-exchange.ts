// runtime: one exchange over a connection that is kept and shared: bounded, without redirects, every failure in words.

import { defined } from '../../../lang/defined.ts';
import { boundedText } from '../bounded-text.ts';
import { networkFailureOf } from '../network-failure.ts';
import { SharedConnections, type SharedDispatcher } from './shared.ts';
import { ReaderSlots } from './slots.ts';

export interface HttpServerTarget {
  /** `https://host:port/base`, without credentials. */
  readonly baseUrl: string;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string;
}

/** One exchange of any kind. */
export interface HttpCall {
  /** From the base URL on, encoded. */
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

/** There was no answer. Its message says why, without what was asked: `connection refused; is it running …`. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

const DEFAULT_MAX_BYTES = 1024 * 1024;
const CLOSED = 'the connection was closed on this side before the answer was complete';

const connections = new SharedConnections();
/** Loaded by the first call. */
let undici: typeof import('undici') | undefined;

export class HttpExchange {
  readonly #target: HttpServerTarget;
  readonly #onCall: (() => void) | undefined;
  /** `host:port` for people. */
  readonly host: string;
  readonly #origin: string;
  #shared: { readonly connections: SharedDispatcher; readonly slots: ReaderSlots } | undefined;
  /** Calls without an answer yet. */
  readonly #open = new Set<AbortController>();
  #isClosed = false;

  /** @param onCall is told of each call before it is sent */
  constructor(target: HttpServerTarget, onCall?: () => void) {
    const { host, origin } = new URL(target.baseUrl);
    this.#target = target;
    this.#onCall = onCall;
    this.host = host;
    this.#origin = origin;
  }

  /** @throws NoAnswer; `signal.reason` when aborted */
  async ask(call: HttpCall, signal: AbortSignal): Promise<HttpReply> {
    signal.throwIfAborted();
    const { path, headers, method = 'GET', body, maxBytes = DEFAULT_MAX_BYTES } = call;
    undici ??= await import('undici');
    if (this.#isClosed) throw new NoAnswer(CLOSED);
    const { baseUrl, ca } = this.#target;
    this.#shared ??= this.#hold(undici, ca);
    const { connections: held, slots } = this.#shared;
    const mine = new AbortController();
    const abort = (): void => mine.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#open.add(mine);
    const { request } = undici;
    const send = async (): Promise<HttpReply> => {
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
      return await slots.run(send, mine.signal);
    } catch (error) {
      signal.throwIfAborted();
      if (mine.signal.aborted) throw new NoAnswer(CLOSED);
      const why = networkFailureOf(error) ?? undiciFailure(error);
      if (why === undefined) throw error;
      // No `cause`: it may carry the request, and with it its credentials.
      throw new NoAnswer(why);
    } finally {
      signal.removeEventListener('abort', abort);
      this.#open.delete(mine);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const call of this.#open) call.abort();
    await this.#shared?.connections.release();
  }

  #hold(
    client: typeof import('undici'),
    ca: string | undefined,
  ): { readonly connections: SharedDispatcher; readonly slots: ReaderSlots } {
    const shared = connections.hold(client, { origin: this.#origin, ca });
    return { connections: shared, slots: new ReaderSlots(shared.slots) };
  }
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
