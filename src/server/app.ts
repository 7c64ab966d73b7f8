// server: the operator's HTTP face, from `Request` to `Response`: page, read API, health.

import { Hono } from 'hono';
import { API_VERSION } from '../api/policy.ts';
import type { OperatorState, OperatorView } from '../controller/status/view.ts';
import { defined } from '../lang/defined.ts';
import type { SegmentFolder } from '../recorder/files/segment-folder.ts';
import { RecordReader } from '../recorder/read/record-reader.ts';
import type { Clock } from '../runtime/clock.ts';
import type { DocumentStore } from '../runtime/document-store.ts';
import { messageOf } from '../runtime/errors.ts';
import type { Logger } from '../runtime/log.ts';
import {
  crossSiteRefusal,
  type HttpBindings,
  type HttpHandler,
  type Refusal,
} from '../runtime/network/http.ts';
import { createAccess, type Grant, isRefused } from './access/access.ts';
import { actorOf } from './access/actor.ts';
import { createHostCheck, type HostCheckOptions } from './access/host-check.ts';
import { loginRoutes } from './access/login-routes.ts';
import { Sessions } from './access/sessions.ts';
import { createTokenBook } from './access/tokens.ts';
import { createWriteGuard } from './access/write-guard.ts';
import { apiRoutes } from './api/api-routes.ts';
import { interventionRoutes } from './api/intervention-routes.ts';
import { type LookBack, lookBackIn } from './api/look-back.ts';
import { orphanRoutes } from './api/orphan-routes.ts';
import { recordRoutes } from './api/record-routes.ts';
import { ApiFailure, type FailureCode, failureWithCode } from './kube/http/failure.ts';
import { unsupportedType } from './kube/http/media-type.ts';
import { type OperatorApiOptions, operatorApi } from './kube/operator-api.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { type Asset, assetResponse, loadAssets } from './page/assets.ts';
import { LiveView } from './page/live-view.ts';
import type { Replays } from './page/replay/replay-routes.ts';
import { uiRoutes } from './page/ui-routes.ts';

export interface ServerAppOptions {
  readonly state: OperatorState;
  readonly clock: Clock;
  readonly log: Logger;
  /** The host that the server listens on: decides who may write. */
  readonly boundTo: string;
  /** Random, new at every start: the page's own writes carry it. */
  readonly token: string;
  /** One token that may write when `boundTo` is not loopback, besides those in `documents`. */
  readonly writeToken?: string;
  /** `/metrics` needs no token. */
  readonly openMetrics?: boolean;
  /** Folder of the runbooks; default: there are none. */
  readonly runbooks?: string;
  /** Names by which the server may be called beyond loopback, besides its addresses. */
  readonly hosts?: Pick<HostCheckOptions, 'machine' | 'allowed'>;
  readonly version: string;
  /** Where tokens are, and the resource versions of the API. */
  readonly documents?: DocumentStore;
  /** What the API has of its own: the schema it explains, and where applied objects are kept. */
  readonly api?: Pick<OperatorApiOptions, 'policySchema' | 'applied' | 'interventions'>;
  /** What happened earlier; absent: nothing is recorded. */
  readonly record?: SegmentFolder;
  /** Answers questions to it; default: here, between the rounds. */
  readonly lookBack?: LookBack;
  /** Tries changes against it, for the page. */
  readonly replays?: Replays;
  /** Served at /metrics; default: one that counts nothing but what the state holds. */
  readonly metrics?: Metrics;
  /** Ends the streams and stops following the state; without it the app lives as long as the process. */
  readonly signal?: AbortSignal;
}

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export function createServerApp(options: ServerAppOptions): HttpHandler {
  const { state, clock, log, boundTo, token, writeToken, version } = options;
  const signal = options.signal ?? new AbortController().signal;
  const { record } = options;
  const lookBack = options.lookBack ?? (record && lookBackIn(new RecordReader(record)));
  const metrics = options.metrics ?? createMetrics(version);
  const live = new LiveView({ state, clock, log }, signal);
  const kept = options.documents === undefined ? {} : { documents: options.documents };
  const tokens = createTokenBook({ ...kept, ...defined({ writeToken }) });
  const sessions = new Sessions(clock);
  const access = createAccess(boundTo, tokens, sessions);
  const guard = createWriteGuard({ access, pageToken: token });
  const hostRefusal = createHostCheck({ boundTo, ...(options.hosts ?? { machine: [], allowed: [] }) });
  const assets = loadAssets(options.runbooks);
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.use(async (c, next) => {
    const refusal = crossSiteRefusal(c.req.raw, boundTo) ?? refusedHost(c.req.raw);
    if (refusal === undefined) await next();
    else if (refusal.status === 415 && isApi(c.req.path)) c.res = unsupportedType(c.req.raw).response();
    else c.res = failure(c.req.path, refusal.status, refusal.message);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);
  });
  for (const path of OPEN_ASSETS) serveAsset(path);
  app.route('/', loginRoutes({ access, tokens, sessions, clock, page: asset(LOGIN_PAGE) }));
  app.get('/healthz', (c) => {
    const standstill = state.standstill();
    return standstill === undefined ? c.text('ok\n') : c.text(`${standstill}\n`, 503);
  });
  app.get('/readyz', (c) => {
    const reason = state.standstill() ?? unreadyReason(state.view());
    return reason === undefined ? c.text(readyText(state.view())) : c.text(`${reason}\n`, 503);
  });
  const scrape = async (): Promise<Response> => {
    const headers = { 'content-type': metrics.contentType };
    return new Response(await metrics.scrape(state.view()), { headers });
  };
  if (options.openMetrics === true) app.get('/metrics', scrape);
  app.use(async (c, next) => {
    const refusal = guard.apiRefusal(c.req.raw);
    if (refusal === undefined) await next();
    else if (c.req.path === '/' && refusal.status === 401)
      c.res = c.redirect(`/login${new URL(c.req.url).search}`, 303);
    else if (isRunbook(c.req.path) && refusal.status === 401)
      c.res = c.redirect(`/login?${new URLSearchParams({ to: c.req.path })}`, 303);
    else c.res = failure(c.req.path, refusal.status, refusal.message);
    if (refusal?.status === 401) c.header('www-authenticate', 'Bearer');
  });
  for (const path of assets.keys()) if (path !== LOGIN_PAGE) serveAsset(path);
  app.get('/metrics', scrape);
  app.route(
    '/ui',
    uiRoutes({
      live,
      view: () => state.view(),
      access,
      actions: state.actions,
      guard,
      pageToken: token,
      version,
      clock,
      log,
      signal,
      ...defined({ lookBack, replays: options.replays }),
    }),
  );
  app.route(`/apis/${API_VERSION}`, interventionRoutes({ state, log, actorOf: actorOf(access) }));
  app.route(`/apis/${API_VERSION}`, orphanRoutes({ state, log, signal }));
  app.route(`/apis/${API_VERSION}`, apiRoutes(state));
  app.route(`/apis/${API_VERSION}`, recordRoutes({ state, clock, signal, ...defined({ record, lookBack }) }));
  const grantOf = (request: Request): Grant => {
    const entered = access.enter(request);
    if (isRefused(entered)) throw new ApiFailure('Unauthorized', entered.message);
    return entered;
  };
  app.route(
    '/',
    operatorApi({
      ...{ state, clock, log, version, signal, grantOf },
      actorOf: actorOf(access),
      ...kept,
      ...options.api,
    }),
  );
  app.notFound((c) => failure(c.req.path, 404, `nothing here: ${c.req.method} ${c.req.path}`));
  app.onError((error, c) => {
    log.error('a request was not answered', { path: c.req.path, error: messageOf(error) });
    return failure(c.req.path, 500, 'the operator failed to answer; its log says why');
  });
  return (request, bindings) => app.fetch(request, bindings);

  function asset(path: string): Asset {
    const found = assets.get(path);
    if (found === undefined) throw new Error(`the page has no file for ${path}`);
    return found;
  }

  function serveAsset(path: string): void {
    const served = asset(path);
    app.get(path, (c) => assetResponse(served, c.req.raw));
  }

  /** Probes ask by whatever address they have; whoever sends a token is no page of another site. */
  function refusedHost(request: Request): Refusal | undefined {
    const { pathname } = new URL(request.url);
    if (PROBES.has(pathname)) return undefined;
    const message = hostRefusal(request.headers.get('host') ?? '');
    if (message === undefined) return undefined;
    const entered = access.enter(request);
    return !isRefused(entered) && entered.by === 'token' ? undefined : { status: 403, message };
  }
}

const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz']);
const LOGIN_PAGE = '/assets/login/login.html';
/** What the form to log in consists of. */
const OPEN_ASSETS = [
  '/assets/styles/base.css',
  '/assets/styles/login.css',
  '/assets/login/login.js',
  '/assets/favicon.svg',
];

/** What a client of Kubernetes asks for. */
function isApi(path: string): boolean {
  return /^\/(api|apis|openapi|version)(\/|$)/.test(path);
}

/** What alerts lead people to. */
function isRunbook(path: string): boolean {
  return path.startsWith('/docs/runbooks/');
}

/** Errors as `Status` objects where clients of Kubernetes ask, else as {message}. */
function failure(path: string, status: Exclude<FailureCode, 409>, message: string): Response {
  const body = isApi(path) ? failureWithCode(status, message).status() : { message };
  return Response.json(body, { status });
}

/** Whoever cannot keep anything new still serves and scales: ready, and it says so. */
function readyText({ problems }: OperatorView): string {
  const store = problems.find(({ source }) => source === 'store');
  return store === undefined ? 'ok\n' : `ok, but ${store.message}\n`;
}

function unreadyReason({ ready, cluster }: OperatorView): string | undefined {
  if (ready) return undefined;
  return cluster.reachable
    ? 'not ready: the policies are not loaded yet'
    : `not ready: ${cluster.scheduler} at ${cluster.url} was not read: ${cluster.message}`;
}
