// server: the hands that people lay on a policy through the page: the same wishes as the API's, with the page's own token.

import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { JsonObject } from '../api/json-schema.ts';
import type { ResourceKey } from '../api/policy.ts';
import type { OperatorActions } from '../controller/view.ts';
import { messageOf, TerminalError, TransientError } from '../runtime/errors.ts';
import type { Logger } from '../runtime/log.ts';
import { objectOf, overrideWish, pauseWish } from './hand-wish.ts';
import type { WriteGuard } from './write-guard.ts';

export interface UiHandDeps {
  readonly actions: OperatorActions;
  readonly guard: WriteGuard;
  readonly log: Logger;
}

type Hand = (actions: OperatorActions, policy: ResourceKey, body: JsonObject) => void;

const HANDS: Readonly<Record<string, Hand>> = {
  '/pause': (actions, policy, body) => actions.pause(policy, pauseWish(body)),
  '/resume': (actions, policy) => actions.resume(policy),
  '/override': (actions, policy, { app, ...body }) =>
    actions.override(policy, textOf(app, 'app'), overrideWish(body)),
  '/end-override': (actions, policy, { app }) => actions.endOverride(policy, textOf(app, 'app')),
};

/**
 * - `POST /pause` {policy, for?, reason?}, `POST /resume` {policy}
 * - `POST /override` {policy, app, instances, for, reason?}, `POST /end-override` {policy, app}
 *
 * `policy` is `namespace/name`. 204, or {message}.
 */
export function uiHandRoutes(deps: UiHandDeps): Hono {
  const app = new Hono();
  const limit = bodyLimit({
    maxSize: 4096,
    onError: (c) => c.json({ message: 'the body is too large' }, 413),
  });
  for (const [path, hand] of Object.entries(HANDS)) app.post(path, limit, (c) => act(c, deps, hand));
  return app;
}

async function act(c: Context, { actions, guard, log }: UiHandDeps, hand: Hand): Promise<Response> {
  const refusal = guard.refusal(c.req.raw);
  if (refusal !== undefined) return c.json({ message: refusal.message }, refusal.status);
  try {
    const { policy, ...body } = await objectOf(c.req.text());
    hand(actions, textOf(policy, 'policy') as ResourceKey, body);
    return c.body(null, 204);
  } catch (error) {
    const message = messageOf(error);
    if (error instanceof TerminalError) return c.json({ message }, 422);
    if (error instanceof TransientError) return c.json({ message }, 503);
    log.error('a hand was not laid on a policy', { path: c.req.path, error: message });
    return c.json({ message: 'the operator failed to do it; its log says why' }, 500);
  }
}

function textOf(value: unknown, field: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new TerminalError(`\`${field}\` must be a name`);
}
