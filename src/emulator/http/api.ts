// emulator: the API as one function from Request to Response.

import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Logger } from '../../runtime/log.ts';
import type { HttpBindings } from '../../runtime/network/http.ts';
import { ApiError } from '../api-error.ts';
import type { Marathon } from '../marathon/marathon.ts';
import { json } from './protocol/call.ts';
import { type Look, lookOf } from './protocol/look.ts';
import { dispatch } from './protocol/router.ts';
import { appReadRoutes } from './routes/app-reads.ts';
import { appWriteRoutes, restartRoutes } from './routes/app-writes.ts';
import { deploymentRoutes } from './routes/deployment-routes.ts';
import { EventStreams, eventRoutes } from './routes/event-stream.ts';
import { groupRoutes } from './routes/group-routes.ts';
import { mesosRoutes } from './routes/mesos-routes.ts';
import { asksForPage, pageRoutes } from './routes/page-routes.ts';
import { podRoutes } from './routes/pod-routes.ts';
import { queueRoutes } from './routes/queue-routes.ts';
import { type ServerAddress, systemRoutes } from './routes/system-routes.ts';
import { taskRoutes } from './routes/task-routes.ts';

export interface ApiDeps {
  readonly log: Logger;
  /** Where the node that leads listens. */
  readonly address: () => ServerAddress;
  /** Who listens to events; absent: kept here. */
  readonly streams?: EventStreams;
  /** What DELETE /v2/leader does. */
  readonly abdicate?: () => void;
  /** Which Marathon to look like; the newest by default. */
  readonly look?: Look;
}

export type Api = (request: Request, bindings?: HttpBindings) => Promise<Response>;

export function createApi(marathon: Marathon, deps: ApiDeps): Api {
  const { log, address } = deps;
  const look = lookOf(deps.look);
  const streams = deps.streams ?? new EventStreams(marathon, { view: look.view });
  const abdicate = deps.abdicate ?? (() => undefined);
  const headers = (): Readonly<Record<string, string>> => ({
    'Cache-Control': 'no-cache, no-store, must-revalidate',
    Pragma: 'no-cache',
    Expires: '0',
    'X-Marathon-Leader': `http://${address().authority}`,
    'X-Frame-Options': 'DENY',
    'X-XSS-Protection': '1; mode=block',
  });
  // Tasks before apps: what follows a greedy id must be looked at first.
  const routes = [
    ...systemRoutes(marathon, { address, abdicate, version: look.version }),
    ...mesosRoutes(marathon, address),
    ...eventRoutes(streams, headers),
    ...taskRoutes(marathon),
    ...restartRoutes(marathon),
    ...appReadRoutes(marathon),
    ...appWriteRoutes(marathon),
    ...groupRoutes(marathon),
    ...queueRoutes(marathon),
    ...deploymentRoutes(marathon),
    ...podRoutes(),
  ];
  const pages = pageRoutes(marathon, { address, version: look.version });
  return async (request, bindings) => {
    const url = new URL(request.url);
    let response: Response;
    try {
      response = await look.answer(
        await dispatch(asksForPage(request) ? [...pages, ...routes] : routes, {
          request,
          url,
          path: bindings?.incoming.url?.replace(/\?.*$/s, '') ?? url.pathname,
          query: url.searchParams,
          bindings,
        }),
      );
    } catch (error) {
      response = errorResponse(error, log);
    }
    if (response === RESPONSE_ALREADY_SENT) return response;
    for (const [name, value] of Object.entries(headers())) response.headers.set(name, value);
    return response;
  };
}

export function errorResponse(error: unknown, log: Logger): Response {
  if (error instanceof ApiError) return json(error.status, { message: error.message, ...error.extra });
  log.error('a request failed inside the embedded Marathon', { error });
  return json(500, { message: error instanceof Error ? error.message : String(error) });
}
