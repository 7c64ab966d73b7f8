// server: what the page talks to: its stream, its history and what it may write.

import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { OperatorActions } from '../../controller/status/view.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { type Access, type Grant, isRefused } from '../access/access.ts';
import type { WriteGuard } from '../access/write-guard.ts';
import { failureOf, failureWithCode } from '../kube/http/failure.ts';
import { OpenStreams } from '../open-streams.ts';
import { eventStreamResponse, serverSentEvent } from './event-stream.ts';
import type { LiveView } from './live-view.ts';

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
  readonly access: Access;
  readonly actions: OperatorActions;
  readonly guard: WriteGuard;
  readonly pageToken: string;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends the streams. */
  readonly signal: AbortSignal;
}

/**
 * - `GET /stream`: Server-Sent Events. `hello` {atMs, version, writes, token, user} first, then `view` (PageView) at once
 *   and after changes, at most four a second, and `beat` {atMs} when there is nothing else to say.
 * - `GET /history`: {atMs, series, wallAheadMs} columns of the last 15 minutes.
 * - `POST /scale` {app, instances}: 202, or {message}.
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
    const unreadBytes = streams.size * (viewEvents.get(live)?.event.byteLength ?? 0);
    const stream = unreadBytes > MAX_UNREAD_BYTES ? undefined : streams.begin(entered);
    if (stream === undefined) {
      const message = `${streams.size} pages are open already: close one of them, or try again later`;
      return c.json({ message }, 503, { 'retry-after': '5' });
    }
    const hello = greeting(deps, c.req.raw, entered);
    const { signal, end } = stream;
    return eventStreamResponse((until) => liveEvents(deps, hello, until), { clock, signal, onEnd: end });
  });
  app.get('/history', (c) => c.json(deps.live.history(), 200, { 'cache-control': 'no-store' }));
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
function greeting({ clock, version, guard, pageToken }: UiDeps, request: Request, grant: Grant): Uint8Array {
  const writes = guard.modeFor(request);
  const { name, role, by } = grant;
  const hello = {
    atMs: clock.now(),
    version,
    writes,
    ...(writes === 'open' && by !== 'token' && { token: pageToken }),
    ...(by === 'session' && { user: { name, role } }),
  };
  const event = serverSentEvent('hello', JSON.stringify(hello));
  return Buffer.concat([RETRY, event]);
}

async function* liveEvents(
  { live, clock }: UiDeps,
  hello: Uint8Array,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  yield hello;
  let shown = -1;
  while (!signal.aborted) {
    if (live.revision > shown) {
      shown = live.revision;
      yield viewEvent(live);
    } else {
      yield serverSentEvent('beat', JSON.stringify({ atMs: clock.now() }));
    }
    await live.newerThan(shown, HEARTBEAT_MS, signal);
  }
}

/** Encoded once for all who look. */
const viewEvents = new WeakMap<LiveView, { readonly revision: number; readonly event: Uint8Array }>();

function viewEvent(live: LiveView): Uint8Array {
  const known = viewEvents.get(live);
  if (known?.revision === live.revision) return known.event;
  const event = serverSentEvent('view', live.json());
  viewEvents.set(live, { revision: live.revision, event });
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
