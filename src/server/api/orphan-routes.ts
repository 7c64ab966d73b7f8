// server: apps that an earlier policy left behind, through the API: listed, released, deleted.

import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { OperatorState, OrphanActions } from '../../controller/status/view.ts';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { failureOf, failureWithCode } from '../kube/http/failure.ts';
import { objectOf } from './intervention-request.ts';

export interface OrphanRouteDeps {
  readonly state: OperatorState;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const BODY_BYTES = 4096;
const DEADLINE_MS = 15_000;

/**
 * Routes below `/apis/microscaling.io/v1alpha1`.
 *
 * - `GET /orphans`: {items: [{app, policy, why}]}
 * - `POST /orphans/release` and `POST /orphans/delete` {app}: {app}, or a `Status`
 */
export function orphanRoutes(deps: OrphanRouteDeps): Hono {
  const app = new Hono();
  const limit = bodyLimit({
    maxSize: BODY_BYTES,
    onError: () => failureWithCode(413, `the body is larger than ${BODY_BYTES} bytes`).response(),
  });
  app.get('/orphans', (c) => c.json({ items: deps.state.orphans?.list() ?? [] }));
  app.post('/orphans/release', limit, (c) => act(c, deps, (orphans, id) => orphans.release(id)));
  app.post('/orphans/delete', limit, (c) =>
    act(c, deps, (orphans, id) =>
      orphans.delete(id, AbortSignal.any([deps.signal, AbortSignal.timeout(DEADLINE_MS)])),
    ),
  );
  return app;
}

async function act(
  c: Context,
  { state, log }: OrphanRouteDeps,
  what: (orphans: OrphanActions, app: string) => Promise<void> | void,
): Promise<Response> {
  try {
    const { app, ...others } = await objectOf(c.req.text());
    if (typeof app !== 'string' || !app.startsWith('/') || Object.keys(others).length > 0)
      throw new TerminalError('send {"app": "/id"} with the id of one app');
    if (state.orphans === undefined) throw new TerminalError('this operator looks for no orphans');
    await what(state.orphans, app);
    return c.json({ app });
  } catch (error) {
    const failure = failureOf(error);
    if (failure.reason === 'InternalError')
      log.error('an action on an orphan failed', { path: c.req.path, error: messageOf(error) });
    return failure.response();
  }
}
