// server: how it was earlier, from the record: a policy over time, any moment, events.

import { basename } from 'node:path';
import { type Context, Hono } from 'hono';
import { type ResourceKey, resourceKey } from '../../api/policy.ts';
import type { OperatorState, PolicyView } from '../../controller/status/view.ts';
import type { Packing } from '../../recorder/files/segment-files.ts';
import type { SegmentFolder } from '../../recorder/files/segment-folder.ts';
import type { Clock } from '../../runtime/clock.ts';
import { TerminalError } from '../../runtime/errors.ts';
import { ApiFailure, badRequest, notFound } from '../kube/http/failure.ts';
import { notRunningHint } from '../kube/not-running.ts';
import type { LookBack, LookBackQuestion } from './look-back.ts';
import { notRecordedText, placesOf } from './past.ts';
import { durationIn, recordsNothing, timeIn } from './record-query.ts';

export interface RecordRoutesDeps {
  readonly state: OperatorState;
  /** Absent: nothing is recorded. */
  readonly record?: SegmentFolder;
  /** Absent as well. */
  readonly lookBack?: LookBack;
  readonly clock: Pick<Clock, 'now'>;
  readonly signal: AbortSignal;
}

const POLICY = '/namespaces/:ns/microscalingpolicies/:name';
const ABOUT = { group: 'microscaling.io', plural: 'microscalingpolicies' };
/** What ends no longer ago than that ends now: policies need not be sought in the record. */
const NOW_MS = 10_000;
const USUAL_SPAN_MS = 15 * 60_000;
/** As it is on disk: for a reader that knows the format. */
const TYPES: Readonly<Record<Packing, string>> = {
  plain: 'application/x-ndjson',
  parts: 'application/vnd.microscaling.record+parts',
  whole: 'application/vnd.microscaling.record+br',
};
const FRESH = { 'cache-control': 'no-store' };

/**
 * Routes below `/apis/microscaling.io/v1alpha1`; every time is RFC 3339 or ms since the epoch.
 *
 * - `GET …/NAME/history?from&to&step`: {atMs, apps, capacity, conditions, decisions, events}, columns of one length.
 * - `GET …/NAME/past?at`: {object, explanation, atMs, detail, notes}.
 * - `GET /past?at`: {list, notes}.
 * - `GET /past/events?from&to`: {items, events, decisions, notes}, oldest first.
 * - `GET /past/segments`, `GET /past/segments/NAME`: the record itself, for `microscaling replay`.
 */
export function recordRoutes(deps: RecordRoutesDeps): Hono {
  const app = new Hono();
  const answer = async (c: Context, asked: () => LookBackQuestion): Promise<Response> => {
    try {
      const { lookBack } = deps;
      if (lookBack === undefined) throw recordsNothing();
      const signal = AbortSignal.any([deps.signal, c.req.raw.signal]);
      const found = await lookBack.ask(asked(), signal);
      if (found === undefined) throw await unknown(c, deps);
      return c.body(found, 200, { ...FRESH, 'content-type': 'application/json' });
    } catch (error) {
      if (error instanceof ApiFailure) return error.response();
      if (error instanceof TerminalError) return badRequest(error.message).response();
      throw error;
    }
  };
  app.get(`${POLICY}/history`, (c) =>
    answer(c, () => {
      const policy = keyOf(c);
      return {
        kind: 'history',
        ...spanOf(c, deps),
        ...stepOf(c),
        policy,
        mayBeEmpty: isRunning(deps, policy),
      };
    }),
  );
  app.get(`${POLICY}/past`, (c) =>
    answer(c, () => ({ kind: 'policy', policy: keyOf(c), atMs: momentIn(c) })),
  );
  app.get('/past', (c) => answer(c, () => ({ kind: 'policies', atMs: momentIn(c) })));
  app.get('/past/events', (c) =>
    answer(c, () => {
      const span = spanOf(c, deps);
      const isNow = deps.clock.now() - span.toMs < NOW_MS;
      return { kind: 'events', ...span, ...(isNow && { now: placesOf(runningIn(deps.state)) }) };
    }),
  );
  app.get('/past/segments', async (c) => {
    if (deps.record === undefined) return recordsNothing().response();
    const files = await deps.record.list();
    return c.json(
      { items: files.map(({ path, ...file }) => ({ name: basename(path), ...file })) },
      200,
      FRESH,
    );
  });
  app.get('/past/segments/:segment', async (c) => {
    const name = c.req.param('segment');
    const found = await deps.record?.bytes(name);
    if (found === undefined) return unknownSegment(name).response();
    return c.body(new Uint8Array(found.bytes), 200, { ...FRESH, 'content-type': TYPES[found.packing] });
  });
  return app;
}

function unknownSegment(name: string): ApiFailure {
  return new ApiFailure('NotFound', `there is no segment ${name} in the record (any more)`);
}

function spanOf(c: Context, { clock }: RecordRoutesDeps): { readonly fromMs: number; readonly toMs: number } {
  const query = (name: string): string | undefined => c.req.query(name);
  const toMs = timeIn(query, 'to') ?? clock.now();
  const fromMs = timeIn(query, 'from') ?? toMs - USUAL_SPAN_MS;
  if (fromMs < toMs) return { fromMs, toMs };
  throw badRequest('from must be before to');
}

function stepOf(c: Context): { readonly stepMs?: number } {
  const stepMs = durationIn((name) => c.req.query(name), 'step');
  return stepMs === undefined ? {} : { stepMs };
}

function momentIn(c: Context): number {
  const atMs = timeIn((name) => c.req.query(name), 'at');
  if (atMs !== undefined) return atMs;
  throw badRequest('say at which time: ?at=2026-11-29T02:10:00Z');
}

function keyOf(c: Context): ResourceKey {
  const [namespace, name] = [c.req.param('ns') ?? '', c.req.param('name') ?? ''];
  return resourceKey({ namespace, name });
}

function runningIn(state: OperatorState): readonly PolicyView[] {
  return state.view().pools.flatMap((pool) => pool.policies);
}

function isRunning({ state }: RecordRoutesDeps, key: string): boolean {
  return runningIn(state).some((policy) => resourceKey(policy) === key);
}

async function unknown(c: Context, deps: RecordRoutesDeps): Promise<ApiFailure> {
  const name = c.req.param('name');
  if (name !== undefined && !isRunning(deps, keyOf(c)))
    return notFound(ABOUT, name, notRunningHint(deps.state.view(), keyOf(c)));
  const what = name === undefined ? 'any policy' : keyOf(c);
  const atMs = timeIn((query) => c.req.query(query), 'at');
  if (atMs === undefined) return new ApiFailure('NotFound', `nothing is recorded of ${what} in that time`);
  const files = (await deps.record?.list()) ?? [];
  const beginsMs = files.length === 0 ? undefined : Math.min(...files.map(({ startMs }) => startMs));
  return new ApiFailure('NotFound', notRecordedText(what, atMs, beginsMs));
}
