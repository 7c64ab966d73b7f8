// cli: follows objects of an operator with Kubernetes' list and watch, and goes on when the operator was restarted.

import type { Clock } from '../../runtime/clock.ts';
import { messageOf, TransientError } from '../../runtime/errors.ts';
import { type OperatorClient, OperatorRefusal } from './operator-client.ts';
import type { ApiObject, ListObject } from './policy-object.ts';

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 5_000;

export type Followed<T> =
  /** All there are: at the beginning, and whenever changes may have been missed. */
  | { readonly type: 'list'; readonly items: readonly T[] }
  | { readonly type: 'changed' | 'gone'; readonly object: T };

export interface FollowDeps {
  readonly client: Pick<OperatorClient, 'get' | 'watch'>;
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'sleep'>;
  /** Called once when the operator is lost and once when it is back. */
  readonly note: (text: string) => void;
}

/**
 * Ends when `signal` aborts. The first list must succeed; after that a lost operator is waited for.
 *
 * @param query of the list and the watch, such as `labelSelector=…`, without `?`
 * @throws as OperatorClient.get does, for the first list and for refusals
 */
export async function* follow<T extends ApiObject>(
  { path, query }: { readonly path: string; readonly query: string },
  { client, clock, note }: FollowDeps,
  signal: AbortSignal,
): AsyncGenerator<Followed<T>> {
  const at = (more: string): string => `${path}?${[query, more].filter(Boolean).join('&')}`;
  let failures = 0;
  let started = false;
  while (!signal.aborted) {
    try {
      const list = (await client.get(at(''), signal)) as ListObject<T>;
      if (failures > 0) note('the operator answers again');
      failures = 0;
      started = true;
      yield { type: 'list', items: list.items };
      yield* changes<T>(client, at, list.metadata.resourceVersion ?? '', signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!started || !isPassing(error)) throw error;
      if (failures++ === 0) note(`${messageOf(error)}; waiting for it…`);
    }
    const waitMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, failures - 1));
    await clock.sleep(waitMs, signal).catch(() => undefined);
  }
}

/** Ends when changes may have been missed. */
async function* changes<T extends ApiObject>(
  client: FollowDeps['client'],
  at: (more: string) => string,
  from: string,
  signal: AbortSignal,
): AsyncGenerator<Followed<T>> {
  let version = from;
  for (;;) {
    const path = at(`watch=true&allowWatchBookmarks=true&resourceVersion=${encodeURIComponent(version)}`);
    let events = 0;
    for await (const { type, object } of client.watch<T>(path, signal)) {
      if (type === 'ERROR') return;
      events++;
      version = object.metadata.resourceVersion ?? version;
      if (type !== 'BOOKMARK') yield { type: type === 'DELETED' ? 'gone' : 'changed', object };
    }
    // An operator that ends a watch at once is going down.
    if (events === 0) return;
  }
}

function isPassing(error: unknown): boolean {
  return (
    error instanceof TransientError ||
    (error instanceof OperatorRefusal && error.code >= 500) ||
    isGone(error)
  );
}

function isGone(error: unknown): boolean {
  return error instanceof OperatorRefusal && error.code === 410;
}
