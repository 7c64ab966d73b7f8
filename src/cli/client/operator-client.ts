// cli: asks a running operator. Says where it asked and what to do when nobody answers, or somebody else does.

import type { OptionValues } from '../../app/options.ts';
import { messageOf, TerminalError, TransientError } from '../../runtime/errors.ts';
import type { CommandContext } from '../command.ts';
import { ProgressLine, whileSlow } from '../output/progress-line.ts';
import { apiTokenOf } from './api-token.ts';

const DEFAULT_SERVER = 'http://127.0.0.1:8090';
const DEADLINE_MS = 10_000;

const HOW_TO_TOKEN =
  "this operator wants a token: give it with --api-token-file FILE or MICROSCALING_API_TOKEN ('microscaling token create' makes one)";

export const MERGE_PATCH = 'application/merge-patch+json';

export interface Cause {
  readonly field: string;
  readonly message: string;
}

/** What a `Status` of Kubernetes says. */
interface Said {
  readonly message: string;
  readonly causes?: readonly Cause[];
}

/** The operator answered, and not with what was asked for. */
export class OperatorRefusal extends TerminalError {
  /** HTTP. */
  readonly code: number;
  /** What it said, without where. */
  readonly said: string;
  /** What is wrong with which field of an object that was sent, such as `spec.apps[0].id`. */
  readonly causes: readonly Cause[];

  constructor(base: string, code: number, { message, causes = [] }: Said) {
    super(`${base}: ${message}`);
    this.code = code;
    this.said = message;
    this.causes = causes;
  }
}

export interface Write {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly type?: string;
}

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

export class OperatorClient {
  /** Without a trailing slash. */
  readonly base: string;
  readonly #token: string | undefined;
  readonly #line: ProgressLine | undefined;
  readonly #warn: (text: string) => void;

  /**
   * @param line where it says that an answer takes its time
   * @param warn gets what the operator says beside an answer
   */
  constructor(
    server: string | undefined,
    token?: string,
    line?: ProgressLine,
    warn: (text: string) => void = () => undefined,
  ) {
    this.base = baseUrl(server ?? DEFAULT_SERVER);
    this.#token = token;
    this.#line = line;
    this.#warn = warn;
  }

  /** @throws TransientError when nobody answers, OperatorRefusal for an answer that is an error, TerminalError */
  async get(path: string, signal: AbortSignal, withinMs = DEADLINE_MS): Promise<unknown> {
    return await this.#json(path, { method: 'GET' }, deadline(signal, withinMs));
  }

  /** What is no JSON, as it comes. @throws as `get` does */
  async bytes(
    path: string,
    signal: AbortSignal,
  ): Promise<{ readonly bytes: Uint8Array; readonly type: string }> {
    const response = await this.#ask(path, { method: 'GET' }, deadline(signal));
    const bytes = await response.arrayBuffer().catch((error: unknown) => {
      throw this.#lost(error, signal);
    });
    return { bytes: new Uint8Array(bytes), type: response.headers.get('content-type') ?? '' };
  }

  /** @throws as `get` does */
  async write(
    { method, path, body, type = 'application/json' }: Write,
    signal: AbortSignal,
  ): Promise<unknown> {
    const sent = {
      method,
      headers: { 'content-type': type },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    return await this.#json(path, sent, deadline(signal));
  }

  /** Kubernetes' watch: one JSON document a line, until the operator ends it. @throws as `get` does */
  async *watch<T>(path: string, signal: AbortSignal): AsyncGenerator<WatchEvent<T>> {
    const response = await this.#ask(path, { method: 'GET' }, signal);
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const chunk of response.body ?? []) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as WatchEvent<T>;
      }
    } catch (error) {
      throw this.#lost(error, signal);
    }
  }

  async #ask(path: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    const token = this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
    const headers = { accept: 'application/json', ...init.headers, ...token };
    let response: Response;
    try {
      // A redirect could carry the token to somebody else.
      const asked = fetch(this.base + path, { ...init, headers, signal, redirect: 'manual' });
      response = await (this.#line === undefined
        ? asked
        : whileSlow(this.#line, `waiting for an answer of ${this.base}`, asked));
    } catch (error) {
      throwIfStopped(signal);
      throw this.#nobody(error);
    }
    for (const text of warningsIn(response.headers.get('warning') ?? '')) this.#warn(text);
    if (response.ok) return response;
    throw this.#refusal(response, await response.text().catch(() => ''));
  }

  async #json(path: string, init: RequestInit, signal: AbortSignal): Promise<unknown> {
    const response = await this.#ask(path, init, signal);
    const text = await response.text().catch((error: unknown) => {
      throw this.#lost(error, signal);
    });
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new TerminalError(`${this.base}: this is not a microscaling operator (its answer is not JSON)`, {
        cause: error,
      });
    }
  }

  /** In the middle of an answer. */
  #lost(error: unknown, signal: AbortSignal): TransientError {
    throwIfStopped(signal);
    return new TransientError(`${this.base}: the connection was lost (${whyNot(error)})`, { cause: error });
  }

  #nobody(error: unknown): TransientError {
    return new TransientError(
      `no operator answers at ${new URL(this.base).origin} (${whyNot(error)}); start one with 'microscaling run' or name it with --server or MICROSCALING_SERVER`,
      { cause: error },
    );
  }

  #refusal({ status, headers }: Response, body: string): OperatorRefusal {
    const said = statusOf(body);
    const refuse = (message: string): OperatorRefusal => new OperatorRefusal(this.base, status, { message });
    if (said !== undefined && isKubernetes(said.message))
      return refuse(
        'this is a Kubernetes API server, not a microscaling operator; use kubectl there, or name the operator with --server',
      );
    if (status === 401 && this.#token === undefined) return refuse(HOW_TO_TOKEN);
    if (status >= 300 && status < 400) {
      const where = headers.get('location') ?? 'nowhere';
      return refuse(`it sends elsewhere (to ${where}); name the operator itself with --server`);
    }
    if (said !== undefined) return new OperatorRefusal(this.base, status, said);
    return refuse(`this is not a microscaling operator (it answered ${status})`);
  }
}

/** The texts of `Warning` headers (RFC 7234 §5.5), as Kubernetes writes them. */
function warningsIn(header: string): readonly string[] {
  return [...header.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text.replace(/\\(.)/g, '$1'),
  );
}

/** The operator that options and environment name. */
export function operatorOf(
  options: Pick<OptionValues, 'server' | 'apiTokenFile'>,
  context: Pick<CommandContext, 'env' | 'note' | 'noteRaw' | 'stderrIsTty'>,
): OperatorClient {
  const line = new ProgressLine({ raw: context.noteRaw, isTty: context.stderrIsTty });
  const warn = (text: string): void => context.note(`warning: ${text}`);
  return new OperatorClient(options.server, apiTokenOf(options, context), line, warn);
}

/**
 * `HOST:PORT`, `:PORT` of this machine, or a URL; without a trailing slash.
 *
 * @throws TerminalError for what is neither, and for one with a password in it, which is not repeated
 */
export function baseUrl(server: string): string {
  const url = /^https?:\/\//.test(server) ? server : `http://${server.replace(/^:/, '127.0.0.1:')}`;
  if (!URL.canParse(url)) throw new TerminalError(`--server: '${server}' is not a URL or HOST:PORT`);
  const { username, password, host } = new URL(url);
  if (username !== '' || password !== '')
    throw new TerminalError(`--server: the URL for ${host} carries a user name or password; leave them out`);
  return url.replace(/\/+$/, '');
}

function deadline(signal: AbortSignal, withinMs = DEADLINE_MS): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
}

function whyNot(error: unknown): string {
  if (isDeadline(error)) return 'nothing in time';
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
}

function isDeadline(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}

/** A person who stops gets no message; a deadline is a failure of the other side. */
function throwIfStopped(signal: AbortSignal): void {
  if (!isDeadline(signal.reason)) signal.throwIfAborted();
}

/** What kube-apiserver says to a path that it does not serve, or to somebody it does not know. */
function isKubernetes(message: string): boolean {
  return /system:anonymous|^the server could not find the requested resource/.test(message);
}

/** Undefined for what is no `Status`: another server's error. */
function statusOf(body: string): Said | undefined {
  try {
    const value = JSON.parse(body) as {
      readonly kind?: unknown;
      readonly message?: unknown;
      readonly details?: { readonly causes?: readonly Cause[] };
    } | null;
    if (value?.kind !== 'Status' || typeof value.message !== 'string') return undefined;
    return { message: value.message, causes: value.details?.causes ?? [] };
  } catch {
    return undefined;
  }
}
