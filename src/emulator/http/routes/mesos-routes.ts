// emulator: what the Mesos master would say about the pretend agents, on the same port as Marathon.

import type { Marathon } from '../../marathon/marathon.ts';
import { json } from '../protocol/call.ts';
import { type Route, route } from '../protocol/router.ts';
import {
  agentSummaries,
  agentViews,
  MASTER_FLAGS,
  metricsView,
  rolesView,
  stateView,
} from '../views/mesos-views.ts';
import type { ServerAddress } from './system-routes.ts';

export function mesosRoutes(marathon: Marathon, address: () => ServerAddress): Route[] {
  return [
    ...routes('/slaves', () => ({ slaves: agentViews(marathon, 'full'), recovered_slaves: [] })),
    ...routes('/state', () => stateView(marathon, address())),
    ...routes('/state-summary', () => agentSummaries(marathon, address())),
    ...routes('/flags', () => ({ flags: MASTER_FLAGS })),
    ...routes('/roles', () => ({ roles: rolesView(marathon) })),
    ...routes('/metrics/snapshot', () => metricsView(marathon, true)),
  ];
}

/** A master that does not lead sends everybody to the one that does, but for this: it speaks for itself. */
export const MESOS_METRICS = /^\/(master\/)?metrics\/snapshot\/?$/;

/** Paths that are Mesos' and not Marathon's. */
export const MESOS_PATHS = /^\/(master\/)?(slaves|state|state-summary|flags|roles|metrics\/snapshot)\/?$/;

function routes(path: string, body: () => unknown): Route[] {
  return [path, `/master${path}`].map((pattern) => route('GET', pattern, () => json(200, body())));
}
