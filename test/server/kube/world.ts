// The API engine over kinds in memory, asked without a port, under a clock that stands still.

import { VirtualClock } from '../../../src/runtime/clock.ts';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import type { KubeObject } from '../../../src/server/kube/kinds/object.ts';
import { createResourceApi } from '../../../src/server/kube/resource-api.ts';
import { createVersions } from '../../../src/server/kube/watch/versions.ts';
import { KUBERNETES, memoryKind, OURS } from '../../support/kubernetes/kube-server.ts';

export const POLICIES = '/apis/microscaling.io/v1alpha1/namespaces/default/microscalingpolicies';
export const ALL_POLICIES = '/apis/microscaling.io/v1alpha1/microscalingpolicies';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared with what they should be, field by field
  readonly body: any;
}

export interface AskOptions {
  readonly type?: string;
  readonly headers?: Record<string, string>;
}

export interface WatchLine {
  readonly type: string;
  readonly object: KubeObject & { readonly code?: number; readonly reason?: string };
}

export function aPolicy(name: string, more: object = {}): object {
  return {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name },
    spec: { mode: 'Observe' },
    ...more,
  };
}

export function aWorld(options: { readonly history?: number; readonly maxWatches?: number } = {}) {
  const clock = new VirtualClock(Date.UTC(2026, 10, 21, 12));
  const stop = new AbortController();
  const versions = createVersions(createMemoryDocumentStore());
  const kinds = [...OURS, ...KUBERNETES].map((kind) => memoryKind(kind, options.history));
  let uids = 0;
  const api = createResourceApi({
    kinds,
    versions,
    clock,
    log: silentLogger,
    newUid: () => `00000000-0000-4000-8000-${String(++uids).padStart(12, '0')}`,
    signal: stop.signal,
    ...(options.maxWatches !== undefined && { maxWatches: options.maxWatches }),
  });
  const request = (method: string, path: string, body?: unknown, { type, headers }: AskOptions = {}) =>
    api(
      new Request(`http://127.0.0.1${path}`, {
        method,
        headers: { 'content-type': type ?? 'application/json', ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
  const ask = async (...asked: Parameters<typeof request>): Promise<Answer> => {
    const response = await request(...asked);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  const create = (name: string, more?: object) => ask('POST', POLICIES, aPolicy(name, more));
  const patch = (name: string, body: unknown) =>
    ask('PATCH', `${POLICIES}/${name}`, body, { type: 'application/merge-patch+json' });
  const watch = async (query: string, path = ALL_POLICIES): Promise<WatchReader> =>
    new WatchReader(await request('GET', `${path}?watch=true&${query}`));
  return { clock, stop, versions, kinds, api, ask, request, create, patch, watch };
}

/** Reads what a watch has said so far. */
export class WatchReader {
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = '';
  readonly #decoder = new TextDecoder();

  constructor(response: Response) {
    this.response = response;
    if (response.body === null) throw new Error('a watch without a body');
    this.#reader = response.body.getReader();
  }

  /** The next lines; waits until there are so many. */
  async lines(count: number): Promise<readonly WatchLine[]> {
    const lines: WatchLine[] = [];
    while (lines.length < count) {
      const more = await this.#next();
      if (more === undefined) throw new Error(`the watch ended after ${lines.length} of ${count} lines`);
      lines.push(...more);
    }
    return lines;
  }

  /** Everything until the server ends it. */
  async rest(): Promise<readonly WatchLine[]> {
    const all: WatchLine[] = [];
    for (let more = await this.#next(); more !== undefined; more = await this.#next()) all.push(...more);
    return all;
  }

  async #next(): Promise<readonly WatchLine[] | undefined> {
    const { done, value } = await this.#reader.read();
    if (done) return undefined;
    const lines = (this.#text + this.#decoder.decode(value, { stream: true })).split('\n');
    this.#text = lines.pop() ?? '';
    return lines.map((line) => JSON.parse(line) as WatchLine);
  }

  close(): Promise<void> {
    return this.#reader.cancel();
  }
}

/** `ADDED a`, in order. */
export function told(lines: readonly WatchLine[]): readonly string[] {
  return lines.map(({ type, object }) => `${type} ${object.metadata?.name ?? object.reason}`);
}
