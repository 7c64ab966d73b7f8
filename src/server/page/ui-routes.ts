// server: what the page talks to: its stream, its history and what it may write.

import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { OperatorActions, OperatorView } from '../../controller/status/view.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { type Access, type Grant, isRefused } from '../access/access.ts';
import type { WriteGuard } from '../access/write-guard.ts';
import type { LookBack } from '../api/look-back.ts';
import { recordsNothing } from '../api/record-query.ts';
import { ApiFailure, badRequest, failureOf, failureWithCode } from '../kube/http/failure.ts';
import { OpenStreams } from '../open-streams.ts';
import { eventStreamResponse, serverSentEvent } from './event-stream.ts';
import { badgedIcon } from './icon.ts';
import type { LiveView } from './live-view.ts';
import { type Selection, selectionKey, selectionOf } from './overview/selection.ts';
import { type Replays, replayRoutes } from './replay/replay-routes.ts';

/** The page calls the connection lost after 3 s without a word, so there is one every second. */
const HEARTBEAT_MS = 1_000;
/** After a lost connection browsers come back this soon. */
const RETRY = new TextEncoder().encode('retry: 1000\n');
/** People who look at one operator at once, and tabs that they forgot. */
const MAX_STREAMS = 200;
/** Of all of them together, should nobody read: with a thousand apps a picture is megabytes. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;
const SCALE_TIMEOUT_MS = 15_000;

export interface UiDeps {
  readonly live: LiveView;
  readonly view: () => OperatorView;
  readonly access: Access;
  readonly actions: OperatorActions;
  readonly guard: WriteGuard;
  readonly pageToken: string;
  readonly version: string;
  /** Absent: nothing is recorded. */
  readonly lookBack?: LookBack;
  /** Absent: nothing is recorded. */
  readonly replays?: Replays;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends the streams. */
  readonly signal: AbortSignal;
}

/**
 * - `GET /stream`: Server-Sent Events. `hello` {atMs, version, writes, token, user, replays} first, then `view` (PageView) at once
 *   and after changes, at most four a second, and `beat` {atMs} when there is nothing else to say. What is looked at stands
 *   in the query (`selectionOf`), as in the page's own address.
 * - `GET /history`: {atMs, series, wallAheadMs} columns of the last 15 minutes, of what is looked at.
 * - `GET /decision?app=ID&at=MS`: {steps}, of a decision that the view lists.
 * - `GET /past?at=MS&of=NAMESPACE/NAME`: {askedMs, atMs, pools, notes}, the pool of that policy as it was, of what is looked at.
 * - `GET /icon/N.svg`: the page's icon with a number on it.
 * - `POST /scale` {app, instances}: 202, or {message}.
 * - `GET /policy`, `POST /replay`: see replay/replay-routes.ts.
 *
 * Pause and override are the API's own routes, for the page too.
 */
export function uiRoutes(deps: UiDeps): Hono {
  const app = new Hono();
  const { clock, access, live } = deps;
  const streams = new OpenStreams({ clock, most: MAX_STREAMS, signal: deps.signal });
  app.get('/stream', (c) => {
    const entered = access.enter(c.req.raw);
    if (isRefused(entered)) return c.json({ message: entered.message }, entered.status);
    // Nobody would read the stream that HEAD begins.
    if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': 'text/event-stream' });
    const unreadBytes = streams.size * (viewEvents.get(live)?.largest ?? 0);
    const stream = unreadBytes > MAX_UNREAD_BYTES ? undefined : streams.begin(entered);
    if (stream === undefined) {
      const message = `${streams.size} pages are open already: close one of them, or try again later`;
      return c.json({ message }, 503, { 'retry-after': '5' });
    }
    const hello = greeting(deps, c.req.raw, entered);
    const { signal, end } = stream;
    const selection = selectionOf(c.req.query());
    return eventStreamResponse((until) => liveEvents(deps, { hello, selection }, until), {
      clock,
      signal,
      onEnd: end,
    });
  });
  app.get('/history', (c) => {
    const selection = selectionOf(c.req.query());
    return c.json(live.history(selection), 200, { 'cache-control': 'no-store' });
  });
  app.get('/decision', (c) => {
    const { app: id, at } = c.req.query();
    const found = deps.view().decisions.find((each) => each.app === id && each.atMs === Number(at));
    if (found === undefined) return c.json({ message: 'this decision is not kept any more' }, 404);
    return c.json({ steps: found.steps }, 200, { 'cache-control': 'no-store' });
  });
  app.get('/past', async (c) => {
    try {
      if (deps.lookBack === undefined) throw recordsNothing();
      const { at, of: policy = '' } = c.req.query();
      const atMs = Number(at);
      if (!Number.isSafeInteger(atMs) || atMs <= 0) throw badRequest('say at which time: ?at=MS');
      const selection = selectionOf(c.req.query());
      const signal = AbortSignal.any([deps.signal, c.req.raw.signal]);
      const page = await deps.lookBack.ask({ kind: 'page', atMs, selection, policy }, signal);
      const headers = { 'cache-control': 'no-store', 'content-type': 'application/json' };
      return c.body(page ?? '{}', 200, headers);
    } catch (error) {
      if (error instanceof ApiFailure) return c.json({ message: error.message }, error.code);
      if (error instanceof TerminalError) return c.json({ message: error.message }, 400);
      throw error;
    }
  });
  app.route('/', replayRoutes(deps));
  app.get('/icon/:name', (c) => {
    const icon = badgedIcon(c.req.param('name'));
    if (icon === undefined) return c.json({ message: 'an icon is called N.svg' }, 404);
    return c.body(icon, 200, { 'content-type': 'image/svg+xml', 'cache-control': 'max-age=86400' });
  });
  app.post('/scale', bodyLimit({ maxSize: 4096, onError: tooLarge }), async (c) => {
    const refusal = deps.guard.refusal(c.req.raw);
    if (refusal !== undefined) return c.json({ message: refusal.message }, refusal.status);
    const request = scaleRequest(await c.req.text());
    if (typeof request === 'string') return c.json({ message: request }, 400);
    const signal = AbortSignal.any([deps.signal, AbortSignal.timeout(SCALE_TIMEOUT_MS)]);
    try {
      await deps.actions.scale(request.app, request.instances, signal);
      return c.json(request, 202);
    } catch (error) {
      deps.log.warn('an app was not scaled for the page', { ...request, error: messageOf(error) });
      const { code, message } = signal.aborted ? NOT_IN_TIME : failureOf(error, 'scale it');
      return c.json({ message }, code);
    }
  });
  return app;
}

/** What the page has to know of itself. */
function greeting(
  { clock, version, guard, pageToken, replays }: UiDeps,
  request: Request,
  grant: Grant,
): Uint8Array {
  const writes = guard.modeFor(request);
  const { name, role, by } = grant;
  const hello = {
    atMs: clock.now(),
    version,
    writes,
    ...(by !== 'token' && { token: pageToken }),
    ...(by === 'session' && { user: { name, role } }),
    ...(replays !== undefined && { replays: true }),
  };
  const event = serverSentEvent('hello', JSON.stringify(hello));
  return Buffer.concat([RETRY, event]);
}

async function* liveEvents(
  { live, clock }: UiDeps,
  { hello, selection }: { readonly hello: Uint8Array; readonly selection: Selection },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  yield hello;
  let shown = -1;
  while (!signal.aborted) {
    if (live.revision > shown) {
      shown = live.revision;
      yield viewEvent(live, selection);
    } else {
      yield serverSentEvent('beat', JSON.stringify({ atMs: clock.now() }));
    }
    await live.newerThan(shown, HEARTBEAT_MS, signal);
  }
}

/** The events of one revision, by selection. */
interface ViewEvents {
  readonly revision: number;
  readonly events: Map<string, Uint8Array>;
  /** Bytes of the largest one. */
  largest: number;
}

/** Encoded once for all who look at the same. */
const viewEvents = new WeakMap<LiveView, ViewEvents>();

function viewEvent(live: LiveView, selection: Selection): Uint8Array {
  const before = viewEvents.get(live);
  const isNew = before?.revision !== live.revision;
  const now = isNew ? { revision: live.revision, events: new Map(), largest: 0 } : before;
  viewEvents.set(live, now);
  const key = selectionKey(selection);
  const event = now.events.get(key) ?? serverSentEvent('view', live.json(selection));
  now.events.set(key, event);
  now.largest = Math.max(now.largest, event.byteLength);
  return event;
}

/** What was asked for, or what is wrong with it. */
function scaleRequest(body: string): { readonly app: string; readonly instances: number } | string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return 'the body is not JSON; send {"app": "/id", "instances": 3}';
  }
  if (typeof value !== 'object' || value === null) return 'send an object {"app": "/id", "instances": 3}';
  const { app, instances } = value as { readonly app?: unknown; readonly instances?: unknown };
  if (typeof app !== 'string' || app === '') return '`app` must be the id of an app';
  if (typeof instances !== 'number' || !Number.isSafeInteger(instances) || instances < 0)
    return '`instances` must be a whole number, 0 or more';
  return { app, instances };
}

const NOT_IN_TIME = failureWithCode(503, 'no answer in time; the count shows whether it was scaled');

function tooLarge(c: Context): Response {
  return c.json({ message: 'the body is too large; send {"app": "/id", "instances": 3}' }, 413);
}
