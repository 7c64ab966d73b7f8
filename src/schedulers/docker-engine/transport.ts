// schedulers: one exchange with a Docker engine over its socket: with a deadline, bounded, every failure in words.

import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { defined } from '../../lang/defined.ts';
import { TransientError } from '../../runtime/errors.ts';
import { boundedText } from '../../runtime/network/bounded-text.ts';
import { type EngineAddress, engineAddress } from './address.ts';
import { connectionFailure, EngineRefusal, engineWords } from './failure.ts';

/** PEM texts. */
export interface EngineTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface EngineTarget {
  /** The block that names it, for messages that say which of its fields to change. */
  readonly block: 'docker' | 'swarm';
  /** As `engineAddress` reads it. */
  readonly host: string;
  readonly tls?: EngineTls;
}

export type EngineMethod = 'GET' | 'POST' | 'DELETE';

export interface EngineCall {
  readonly method: EngineMethod;
  /** With its version: `/v1.41/info`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
  /** As the caller has it, in the place of `body`. */
  readonly upload?: { readonly type: string; readonly content: Readable | string };
  readonly deadlineMs: number;
  readonly maxBytes?: number;
  /** What is being done, for people: `listing containers`. */
  readonly doing: string;
  /** Not over one that is open already. */
  readonly newConnection?: boolean;
  /** Statuses of 4xx and 5xx that are answers. */
  readonly accept?: readonly number[];
}

export interface EngineAnswer {
  readonly status: number;
  readonly text: string;
}

const DEFAULT_MAX_BYTES = 4 * 1024 * 1024;
/** Starts and stops are awaited beside each other. */
const MOST_CONNECTIONS = 32;

export class EngineTransport {
  readonly address: EngineAddress;
  readonly #block: EngineTarget['block'];
  readonly #tls: EngineTls;
  #dispatcher: Dispatcher | undefined;
  #closed = false;

  /** @throws TerminalError for an address that is none */
  constructor({ block, host, tls }: EngineTarget) {
    this.address = engineAddress(host, { block, tls: tls !== undefined });
    this.#block = block;
    this.#tls = tls ?? {};
  }

  /**
   * @throws EngineRefusal for a status that is no answer, TransientError where there is none in time, `signal.reason`
   *   when aborted
   */
  async exchange(call: EngineCall, signal: AbortSignal): Promise<EngineAnswer> {
    const { doing, deadlineMs, maxBytes = DEFAULT_MAX_BYTES, accept = [], newConnection = false } = call;
    const deadline = AbortSignal.timeout(deadlineMs);
    const own = newConnection ? await this.#connect() : undefined;
    const answer = await this.#guarded(doing, { signal, deadline, deadlineMs }, async (within) => {
      const response = await this.#request(call, within, own);
      const text = await boundedText(response.body, maxBytes);
      return { status: response.statusCode, text };
    }).finally(() => own?.destroy());
    if (answer.text === undefined)
      throw new TransientError(
        `${doing} at ${this.address.text}: the answer is larger than ${maxBytes} bytes and is not read`,
      );
    const { status, text } = answer;
    if (status >= 400 && !accept.includes(status)) throw new EngineRefusal(doing, status, engineWords(text));
    return { status, text };
  }

  /**
   * Lines of an answer that does not end, each at most `maxBytes` long; ends with the answer.
   *
   * @param onOpen called once when the engine has begun to answer
   * @throws as `exchange`; the deadline is for the beginning of the answer only
   */
  async *lines(call: EngineCall, onOpen: () => void, signal: AbortSignal): AsyncGenerator<string> {
    const { doing, deadlineMs, maxBytes = DEFAULT_MAX_BYTES } = call;
    const opening = new AbortController();
    const timer = setTimeout(() => opening.abort(), deadlineMs);
    const within = { signal, deadline: opening.signal, deadlineMs };
    const response = await this.#guarded(doing, within, (s) => this.#request(call, s)).finally(() =>
      clearTimeout(timer),
    );
    if (response.statusCode >= 400) {
      const text = (await boundedText(response.body, maxBytes)) ?? '';
      throw new EngineRefusal(doing, response.statusCode, engineWords(text));
    }
    onOpen();
    const parts = response.body[Symbol.asyncIterator]();
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for (;;) {
        const { done, value } = await this.#guarded(doing, within, () => parts.next());
        if (done === true) return;
        rest += decoder.decode(value as Buffer, { stream: true });
        const lines = rest.split('\n');
        rest = lines.pop() ?? '';
        if (rest.length > maxBytes)
          throw new TransientError(
            `${doing} at ${this.address.text}: a line is longer than ${maxBytes} bytes`,
          );
        yield* lines.filter((line) => line.trim() !== '');
      }
    } finally {
      response.body.destroy();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const dispatcher = this.#dispatcher;
    this.#dispatcher = undefined;
    await dispatcher?.destroy().catch(() => undefined);
  }

  async #request(call: EngineCall, signal: AbortSignal, own?: Dispatcher): Promise<Dispatcher.ResponseData> {
    const { method, path, query, body, upload } = call;
    if (own === undefined && !this.#closed) this.#dispatcher ??= await this.#connect();
    const dispatcher = own ?? this.#dispatcher;
    // Also when it was closed meanwhile.
    if (this.#closed || dispatcher === undefined)
      throw new TransientError(`${call.doing}: the client of the engine is closed`);
    const type = upload?.type ?? (body === undefined ? undefined : 'application/json');
    return await dispatcher.request({
      origin: this.address.kind === 'unix' ? 'http://docker' : this.address.origin,
      method,
      path,
      ...defined({ query }),
      headers: { 'user-agent': 'microscaling', ...(type !== undefined && { 'content-type': type }) },
      body: upload?.content ?? (body === undefined ? null : JSON.stringify(body)),
      signal,
      // Deadlines are the caller's: stopping a container takes as long as its grace.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  async #connect(): Promise<Dispatcher> {
    const { Agent } = await import('undici');
    const connect = this.address.kind === 'unix' ? { socketPath: this.address.socketPath } : { ...this.#tls };
    return new Agent({ connections: MOST_CONNECTIONS, connect });
  }

  async #guarded<T>(
    doing: string,
    {
      signal,
      deadline,
      deadlineMs,
    }: { readonly signal: AbortSignal; readonly deadline: AbortSignal; readonly deadlineMs: number },
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    try {
      return await work(AbortSignal.any([signal, deadline]));
    } catch (error) {
      signal.throwIfAborted();
      if (deadline.aborted)
        throw new TransientError(
          `${doing} at ${this.address.text}: no answer within ${deadlineMs / 1000} s; the engine hangs or is overloaded`,
        );
      if (error instanceof TransientError) throw error;
      throw connectionFailure(error, doing, { block: this.#block, address: this.address }) ?? error;
    }
  }
}
