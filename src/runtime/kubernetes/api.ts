// runtime/kubernetes: calls to an API server over the library's transport and credentials: JSON in, JSON out.

import {
  createConfiguration,
  HttpMethod,
  RequestContext,
  type ResponseContext,
} from '@kubernetes/client-node';
import type { Clock } from '../clock.ts';
import { TransientError } from '../errors.ts';
import { Turns } from '../work/turns.ts';
import type { Cluster } from './cluster.ts';
import { type Asked, noAnswer, refusal } from './failure.ts';
import type { KubeObject } from './objects.ts';
import { type ResourcePath, urlPathOf, type Verb } from './resource-path.ts';

export interface KubeList {
  /** `continue`: there is more, and this asks for it. */
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly KubeObject[];
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR' | (string & {});
  readonly object: KubeObject & { readonly code?: number; readonly message?: string };
}

/** One operation of a JSON patch (RFC 6902). */
export interface PatchOperation {
  readonly op: 'test' | 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/** What went over the wire, of a call that is over; a watch counts when it is opened. */
export interface KubeExchange {
  readonly asked: Asked;
  /** HTTP status; absent when nothing came back. */
  readonly status?: number;
  readonly aborted: boolean;
  readonly durationMs: number;
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
  delete: HttpMethod.DELETE,
} as const satisfies Record<Verb, HttpMethod>;

const DEADLINE_MS = 10_000;
/** A thousand at once are a thousand connections, and answered so late that those who ask give up and ask again. */
const AT_ONCE = 16;
/** Objects of one answer: a list of many thousand comes in pieces, each within the deadline. */
const PAGE = 500;

/** Every call throws KubeFailure, and `signal.reason` when aborted. */
export class KubeApi {
  readonly cluster: Cluster;
  readonly #clock: Clock;
  readonly #http = createConfiguration().httpApi;
  readonly #onExchange: (exchange: KubeExchange) => void;
  readonly #turns = new Turns(AT_ONCE);

  /** @param onExchange called after every exchange; must not throw */
  constructor(
    cluster: Cluster,
    clock: Clock,
    onExchange: (exchange: KubeExchange) => void = () => undefined,
  ) {
    this.cluster = cluster;
    this.#clock = clock;
    this.#onExchange = onExchange;
  }

  async get(path: ResourcePath, signal: AbortSignal): Promise<KubeObject> {
    return (await this.#call({ verb: 'get', path }, signal)) as KubeObject;
  }

  /** All of it, as it was when the first piece was given. */
  async list(path: ResourcePath, signal: AbortSignal): Promise<KubeList> {
    const items: KubeObject[] = [];
    let metadata: KubeList['metadata'];
    for (let more: string | undefined = ''; more !== undefined; more = metadata?.continue || undefined) {
      const query = { limit: PAGE, ...(more !== '' && { continue: more }) };
      const piece = (await this.#call({ verb: 'list', path, query }, signal)) as KubeList;
      items.push(...(piece.items ?? []));
      metadata = piece.metadata;
    }
    return { metadata: metadata ?? {}, items };
  }

  /** What a group, or one of its versions, consists of. */
  async discover(group: string, version: string | undefined, signal: AbortSignal): Promise<unknown> {
    const path = { group, version: version ?? '', resource: 'the API group' };
    const url = [group === '' ? '/api' : `/apis/${encodeURIComponent(group)}`, version ?? []]
      .flat()
      .join('/');
    return await this.#call({ verb: 'get', path, url }, signal);
  }

  async create(path: ResourcePath, body: object, signal: AbortSignal): Promise<KubeObject> {
    return (await this.#call({ verb: 'create', path, body }, signal)) as KubeObject;
  }

  async update(path: ResourcePath, body: object, signal: AbortSignal): Promise<KubeObject> {
    return (await this.#call({ verb: 'update', path, body }, signal)) as KubeObject;
  }

  /** JSON patch, RFC 6902: 422 when a `test` of it fails. */
  async jsonPatch(
    path: ResourcePath,
    {
      fieldManager,
      operations,
    }: { readonly fieldManager: string; readonly operations: readonly PatchOperation[] },
    signal: AbortSignal,
  ): Promise<KubeObject> {
    const call = { verb: 'patch', path, query: { fieldManager }, body: operations } as const;
    return (await this.#call({ ...call, type: 'application/json-patch+json' }, signal)) as KubeObject;
  }

  /** JSON merge patch, RFC 7386. */
  async patch(path: ResourcePath, body: object, signal: AbortSignal): Promise<KubeObject> {
    return (await this.#call({ verb: 'patch', path, body }, signal)) as KubeObject;
  }

  /**
   * What depends on it goes in the cluster's own time.
   *
   * @param preconditions of the one that is meant: 409 when another one has its name, or it has changed
   */
  async delete(
    path: ResourcePath,
    signal: AbortSignal,
    preconditions?: { readonly uid?: string; readonly resourceVersion?: string },
  ): Promise<void> {
    const options = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions };
    await this.#call({ verb: 'delete', path, ...(preconditions && { body: options }) }, signal);
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
        throw refusal(response.httpStatusCode, await response.body.text(), asked, retryAfterMs(response));
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

  /** What waits for its turn as long as a call may take was never sent: it did nothing. */
  async #call(call: Call, signal: AbortSignal): Promise<unknown> {
    const asked: Asked = { verb: call.verb, path: call.path, server: this.cluster.server };
    const late = AbortSignal.timeout(DEADLINE_MS);
    let begun = false;
    const begin = (): Promise<unknown> => {
      begun = true;
      return this.#answer(call, signal);
    };
    try {
      return await this.#turns.run(begin, AbortSignal.any([signal, late]));
    } catch (error) {
      signal.throwIfAborted();
      if (begun || !late.aborted) throw error;
      throw noAnswer(new Error(`earlier calls took longer than ${DEADLINE_MS / 1000} s`), asked);
    }
  }

  async #answer(call: Call, signal: AbortSignal): Promise<unknown> {
    const asked: Asked = { verb: call.verb, path: call.path, server: this.cluster.server };
    const late = AbortSignal.timeout(DEADLINE_MS);
    try {
      const response = await this.#send(call, AbortSignal.any([signal, late]));
      const text = await response.body.text();
      if (response.httpStatusCode >= 300)
        throw refusal(response.httpStatusCode, text, asked, retryAfterMs(response));
      return JSON.parse(text);
    } catch (error) {
      signal.throwIfAborted();
      if (late.aborted) throw noAnswer(new Error(`no answer within ${DEADLINE_MS / 1000} s`), asked);
      throw error instanceof TransientError ? error : noAnswer(error, asked);
    }
  }

  async #send(call: Call, signal: AbortSignal): Promise<ResponseContext> {
    signal.throwIfAborted();
    const asked: Asked = { verb: call.verb, path: call.path, server: this.cluster.server };
    const startedMs = this.#clock.monotonic();
    const over = (status?: number): void => {
      const durationMs = this.#clock.monotonic() - startedMs;
      this.#onExchange({
        asked,
        aborted: signal.aborted,
        durationMs,
        ...(status !== undefined && { status }),
      });
    };
    try {
      const response = await this.#exchange(call, signal);
      over(response.httpStatusCode);
      return response;
    } catch (error) {
      over();
      throw error;
    }
  }

  async #exchange(call: Call, signal: AbortSignal): Promise<ResponseContext> {
    const { verb, path, url, query = {}, body, type = TYPES.get(verb) } = call;
    const request = new RequestContext(this.cluster.server + (url ?? urlPathOf(path)), METHODS[verb]);
    for (const [name, value] of Object.entries(query)) request.setQueryParam(name, String(value));
    request.setHeaderParam('Accept', 'application/json');
    request.setHeaderParam('User-Agent', 'microscaling');
    if (body !== undefined) {
      request.setHeaderParam('Content-Type', type ?? 'application/json');
      request.setBody(JSON.stringify(body));
    }
    request.setSignal(signal);
    await this.cluster.authorize(request);
    return await this.#http.send(request).toPromise();
  }
}

const TYPES: ReadonlyMap<Verb, string> = new Map([['patch', 'application/merge-patch+json']]);

/** What a server that has too much to do says. */
function retryAfterMs({ headers }: ResponseContext): number | undefined {
  const seconds = Number(headers['retry-after']);
  return headers['retry-after'] !== undefined && seconds >= 0 ? seconds * 1_000 : undefined;
}

interface Call {
  readonly verb: Verb;
  readonly path: ResourcePath;
  /** Path of a URL that is no resource's. */
  readonly url?: string;
  /** Media type of the body. */
  readonly type?: string;
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
