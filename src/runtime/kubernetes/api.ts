// runtime/kubernetes: calls to an API server over the library's transport and credentials: JSON in, JSON out.

import {
  createConfiguration,
  HttpMethod,
  RequestContext,
  type ResponseContext,
} from '@kubernetes/client-node';
import type { Clock } from '../clock.ts';
import { TransientError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import { type Asked, noAnswer, refusal } from './failure.ts';
import type { KubeObject } from './objects.ts';
import { type ResourcePath, urlPathOf, type Verb } from './resource-path.ts';

export interface KubeList {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly items?: readonly KubeObject[];
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR' | (string & {});
  readonly object: KubeObject & { readonly code?: number; readonly message?: string };
}

export interface WatchOptions {
  readonly resourceVersion: string;
  /** The server ends the watch after this. */
  readonly timeoutSeconds: number;
  /** A watch that says nothing for so long is taken for dead; longer than `timeoutSeconds`. */
  readonly silenceMs: number;
  /** The server has begun to answer. */
  readonly onOpen: () => void;
}

const METHODS = {
  get: HttpMethod.GET,
  list: HttpMethod.GET,
  watch: HttpMethod.GET,
  create: HttpMethod.POST,
  update: HttpMethod.PUT,
  patch: HttpMethod.PATCH,
} as const satisfies Record<Verb, HttpMethod>;

const DEADLINE_MS = 10_000;

/** Every call throws KubeFailure, and `signal.reason` when aborted. */
export class KubeApi {
  readonly cluster: Cluster;
  readonly #clock: Clock;
  readonly #http = createConfiguration().httpApi;

  constructor(cluster: Cluster, clock: Clock) {
    this.cluster = cluster;
    this.#clock = clock;
  }

  async get(path: ResourcePath, signal: AbortSignal): Promise<KubeObject> {
    return (await this.#call({ verb: 'get', path }, signal)) as KubeObject;
  }

  async list(path: ResourcePath, signal: AbortSignal): Promise<KubeList> {
    return (await this.#call({ verb: 'list', path }, signal)) as KubeList;
  }

  async create(path: ResourcePath, body: object, signal: AbortSignal): Promise<KubeObject> {
    return (await this.#call({ verb: 'create', path, body }, signal)) as KubeObject;
  }

  async update(path: ResourcePath, body: object, signal: AbortSignal): Promise<KubeObject> {
    return (await this.#call({ verb: 'update', path, body }, signal)) as KubeObject;
  }

  /** JSON merge patch, RFC 7386. */
  async patch(path: ResourcePath, body: object, signal: AbortSignal): Promise<KubeObject> {
    return (await this.#call({ verb: 'patch', path, body }, signal)) as KubeObject;
  }

  /** Yields until the server ends it. */
  async *watch(path: ResourcePath, options: WatchOptions, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    const asked: Asked = { verb: 'watch', path, server: this.cluster.server };
    const quiet = new Silence(this.#clock, options.silenceMs);
    const within = AbortSignal.any([signal, quiet.signal]);
    try {
      const { resourceVersion, timeoutSeconds } = options;
      const query = { watch: 'true', allowWatchBookmarks: 'true', resourceVersion, timeoutSeconds };
      const response = await this.#send({ verb: 'watch', path, query }, within);
      if (response.httpStatusCode !== 200)
        throw refusal(response.httpStatusCode, await response.body.text(), asked);
      options.onOpen();
      for await (const line of linesOf(response, () => quiet.broken())) yield JSON.parse(line) as WatchEvent;
    } catch (error) {
      signal.throwIfAborted();
      quiet.signal.throwIfAborted();
      throw error instanceof TransientError ? error : noAnswer(error, asked);
    } finally {
      quiet.end();
    }
  }

  async #call(call: Call, signal: AbortSignal): Promise<unknown> {
    const asked: Asked = { verb: call.verb, path: call.path, server: this.cluster.server };
    const late = AbortSignal.timeout(DEADLINE_MS);
    try {
      const response = await this.#send(call, AbortSignal.any([signal, late]));
      const text = await response.body.text();
      if (response.httpStatusCode >= 300) throw refusal(response.httpStatusCode, text, asked);
      return JSON.parse(text);
    } catch (error) {
      signal.throwIfAborted();
      if (late.aborted) throw noAnswer(new Error(`no answer within ${DEADLINE_MS / 1000} s`), asked);
      throw error instanceof TransientError ? error : noAnswer(error, asked);
    }
  }

  async #send({ verb, path, query = {}, body }: Call, signal: AbortSignal): Promise<ResponseContext> {
    signal.throwIfAborted();
    const request = new RequestContext(this.cluster.server + urlPathOf(path), METHODS[verb]);
    for (const [name, value] of Object.entries(query)) request.setQueryParam(name, String(value));
    request.setHeaderParam('Accept', 'application/json');
    request.setHeaderParam('User-Agent', 'microscaling');
    if (body !== undefined) {
      const type = verb === 'patch' ? 'application/merge-patch+json' : 'application/json';
      request.setHeaderParam('Content-Type', type);
      request.setBody(JSON.stringify(body));
    }
    request.setSignal(signal);
    await this.cluster.authorize(request);
    return await this.#http.send(request).toPromise();
  }
}

interface Call {
  readonly verb: Verb;
  readonly path: ResourcePath;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: object;
}

async function* linesOf(response: ResponseContext, onChunk: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body.stream() ?? []) {
    onChunk();
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line;
  }
}

/** Aborts `signal` once nothing was heard for `afterMs`. */
class Silence {
  readonly #silent = new AbortController();
  readonly #over = new AbortController();
  #heardAtMs: number;
  readonly #clock: Clock;

  constructor(clock: Clock, afterMs: number) {
    this.#clock = clock;
    this.#heardAtMs = clock.monotonic();
    this.#watch(afterMs).catch(() => undefined);
  }

  get signal(): AbortSignal {
    return this.#silent.signal;
  }

  broken(): void {
    this.#heardAtMs = this.#clock.monotonic();
  }

  end(): void {
    this.#over.abort();
  }

  async #watch(afterMs: number): Promise<void> {
    for (;;) {
      const leftMs = this.#heardAtMs + afterMs - this.#clock.monotonic();
      if (leftMs <= 0) break;
      await this.#clock.sleep(leftMs, this.#over.signal);
    }
    this.#silent.abort(new TransientError(`the watch said nothing for ${afterMs / 1_000} s`));
  }
}
