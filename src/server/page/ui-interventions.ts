// server: the hands that people lay on a policy through the page: the same wishes as the API's, with the page's own token.

import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { JsonObject } from '../../api/json-schema.ts';
import type { ResourceKey } from '../../api/policy.ts';
import type { OperatorActions } from '../../controller/status/view.ts';
import { messageOf, TerminalError, TransientError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { WriteGuard } from '../access/write-guard.ts';
import { objectOf, overrideWish, pauseWish } from '../api/intervention-request.ts';

export interface UiHandDeps {
  readonly actions: OperatorActions;
  readonly guard: WriteGuard;
  readonly log: Logger;
  readonly senderOf: (request: Request) => string;
}

type Hand = (actions: OperatorActions, about: About, body: JsonObject) => void;

interface About {
  readonly policy: ResourceKey;
  readonly by: string;
}

const HANDS: Readonly<Record<string, Hand>> = {
  '/pause': (actions, { policy, by }, body) => actions.pause(policy, { ...pauseWish(body), by }),
  '/resume': (actions, { policy, by }) => actions.resume(policy, by),
  '/override': (actions, { policy, by }, { app, ...body }) =>
    actions.override(policy, textOf(app, 'app'), { ...overrideWish(body), by }),
  '/end-override': (actions, { policy, by }, { app }) => actions.endOverride(policy, textOf(app, 'app'), by),
};

/**
 * - `POST /pause` {policy, for?, reason?}, `POST /resume` {policy}
 * - `POST /override` {policy, app, instances, for?, reason?}, `POST /end-override` {policy, app}
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

async function act(c: Context, { actions, guard, log, senderOf }: UiHandDeps, hand: Hand): Promise<Response> {
  const refusal = guard.refusal(c.req.raw);
  if (refusal !== undefined) return c.json({ message: refusal.message }, refusal.status);
  try {
    const { policy, ...body } = await objectOf(c.req.text());
    const about = { policy: textOf(policy, 'policy') as ResourceKey, by: senderOf(c.req.raw) };
    hand(actions, about, body);
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
