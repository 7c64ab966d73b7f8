// emulator: one node of the server as the network sees it: guard, credentials, faults, then the leader's answer,
// its own or passed on (Marathon's LeaderProxyFilter).

import { crossSiteRefusal, type HttpBindings, type Refusal } from '../../runtime/network/http.ts';
import type { Api } from '../http/api.ts';
import { htmlError, json } from '../http/protocol/call.ts';
import { MESOS_METRICS, MESOS_PATHS } from '../http/routes/mesos-routes.ts';
import { authenticate, type Credentials } from './basic-auth.ts';
import type { Faults } from './faults.ts';
import type { Leadership } from './leadership.ts';

export interface NodeDeps {
  readonly index: number;
  /** What the node listens on. */
  readonly host: string;
  readonly credentials?: Credentials;
  readonly leadership: Leadership;
  readonly faults: Faults;
  /** `host:port` of a node. */
  readonly authority: (node: number) => string;
  /** What the leader answers. */
  readonly api: Api;
  /** Gauges of a Mesos master that does not lead. */
  readonly standbyMetrics: () => unknown;
}

export type NodeHandler = (request: Request, bindings: HttpBindings) => Promise<Response>;

export function createNode(deps: NodeDeps): NodeHandler {
  return async (request, bindings) => {
    const refusal = crossSiteRefusal(request, deps.host);
    if (refusal !== undefined) return refused(refusal, request);
    const unknown = deps.credentials === undefined ? undefined : authenticate(request, deps.credentials);
    if (unknown !== undefined) return unknown;
    if (new URL(request.url).pathname.startsWith('/admin/')) return deps.faults.serve(request);
    return deps.faults.around(request, bindings, () => answer(deps, request, bindings));
  };
}

/** Another type than JSON is what Marathon refuses, too, in its words; no type at all only the guard against web pages does. */
function refused({ status, message }: Refusal, request: Request): Response {
  const asMarathon = status === 415 && request.headers.has('content-type');
  return json(status, { message: asMarathon ? 'Unsupported Media Type' : message });
}

async function answer(deps: NodeDeps, request: Request, bindings: HttpBindings): Promise<Response> {
  const { leadership, index } = deps;
  if (leadership.leader === index) return deps.api(request, bindings);
  const { pathname, search } = new URL(request.url);
  if (MESOS_METRICS.test(pathname)) return json(200, deps.standbyMetrics());
  const leader = await leadership.whenKnown();
  if (leader === undefined) return htmlError(502, 'Could not determine the current leader');
  if (leader === index) return deps.api(request, bindings);
  if (MESOS_PATHS.test(pathname)) return redirect(307, `//${deps.authority(leader)}${pathname}${search}`);
  if (pathname.startsWith('/v2/events'))
    return redirect(302, `http://${deps.authority(leader)}${pathname}${search}`);
  return passOn(deps, request, bindings);
}

function redirect(status: 302 | 307, location: string): Response {
  return new Response(null, { status, headers: { Location: location } });
}

/** The client sees the leader's answer, and through whom it came. */
async function passOn(
  { api, authority, index }: NodeDeps,
  request: Request,
  bindings: HttpBindings,
): Promise<Response> {
  const response = await api(request, bindings);
  response.headers.set('X-Marathon-Via', `1.1 ${authority(index)}`);
  return response;
}
