// server: the hands that people lay on a policy through the API: pause and override, below the policy's own path.

import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { type ResourceKey, resourceKey } from '../../api/policy.ts';
import type { OperatorState, PolicyView } from '../../controller/status/view.ts';
import { defined } from '../../lang/defined.ts';
import { messageOf, TerminalError, TransientError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { SenderOf } from '../access/sender.ts';
import { objectOf, overrideWish, pauseWish } from './intervention-request.ts';
import { type StatusCode, statusObject } from './status-answer.ts';

export interface HandDeps {
  readonly state: OperatorState;
  readonly log: Logger;
  /** Who sends a request; undefined where nobody has to say. */
  readonly senderOf: SenderOf;
}

const BODY_BYTES = 4096;
const POLICY = '/namespaces/:ns/microscalingpolicies/:name';

/**
 * Routes below `/apis/microscaling.io/v1alpha1`; all answer with the policy's hands (`HandsObject`) or a `Status`.
 *
 * Without `for` a hand ends after an hour.
 *
 * - `PUT …/NAME/pause` {for?, reason?} and `DELETE …/NAME/pause`
 * - `PUT …/NAME/overrides/APP` {instances, for?, reason?} and `DELETE …/NAME/overrides/APP`
 */
export function handRoutes(deps: HandDeps): Hono {
  const { actions } = deps.state;
  const app = new Hono();
  const limit = bodyLimit({
    maxSize: BODY_BYTES,
    onError: (c) => failed(c, 413, `the body is larger than ${BODY_BYTES} bytes`),
  });
  app.put(`${POLICY}/pause`, limit, (c) =>
    act(c, deps, async (key, by) =>
      actions.pause(key, { ...pauseWish(await objectOf(c.req.text())), ...by }),
    ),
  );
  app.delete(`${POLICY}/pause`, (c) => act(c, deps, (key, { by }) => actions.resume(key, by)));
  app.put(`${POLICY}/overrides/:app`, limit, (c) =>
    act(c, deps, async (key, by) => {
      const wish = overrideWish(await objectOf(c.req.text()));
      actions.override(key, c.req.param('app'), { ...wish, ...by });
    }),
  );
  app.delete(`${POLICY}/overrides/:app`, (c) =>
    act(c, deps, (key, { by }) => actions.endOverride(key, c.req.param('app'), by)),
  );
  return app;
}

/** What a hand answers with. Times are RFC 3339. */
export interface HandsObject {
  readonly policy: ResourceKey;
  readonly paused?: { readonly until?: string; readonly reason?: string; readonly by?: string };
  readonly overrides: Readonly<
    Record<
      string,
      { readonly instances: number; readonly until: string; readonly reason?: string; readonly by?: string }
    >
  >;
}

async function act(
  c: Context,
  { state, log, senderOf }: HandDeps,
  hand: (key: ResourceKey, by: { readonly by?: string }) => Promise<void> | void,
): Promise<Response> {
  const { ns = '', name = '' } = c.req.param();
  const find = (): PolicyView | undefined => policyOf(state, { ns, name });
  const found = find();
  if (found === undefined) return failed(c, 404, unknownPolicy(state, `${ns}/${name}`));
  try {
    const by = senderOf(c.req.raw);
    await hand(resourceKey(found), by === undefined ? {} : { by });
  } catch (error) {
    if (error instanceof TerminalError) return failed(c, 422, error.message);
    if (error instanceof TransientError) return failed(c, 503, error.message);
    log.error('a hand was not laid on a policy', { policy: `${ns}/${name}`, error: messageOf(error) });
    return failed(c, 500, 'the operator failed to do it; its log says why');
  }
  return c.json(handsObject(find() ?? found));
}

function policyOf(
  state: OperatorState,
  { ns, name }: { readonly ns: string; readonly name: string },
): PolicyView | undefined {
  return state
    .view()
    .pools.flatMap(({ policies }) => policies)
    .find((policy) => policy.namespace === ns && policy.name === name);
}

function unknownPolicy(state: OperatorState, key: string): string {
  const known = state.view().pools.flatMap(({ policies }) => policies.map(resourceKey));
  return `no MicroscalingPolicy ${key} is running here; there are: ${known.sort().slice(0, 20).join(', ') || 'none'}`;
}

function handsObject(policy: PolicyView): HandsObject {
  const { paused } = policy;
  return {
    policy: resourceKey(policy),
    ...(paused && { paused: { ...untilOf(paused.untilMs), ...said(paused) } }),
    overrides: Object.fromEntries(
      policy.apps.flatMap(({ name, override }) =>
        override === undefined
          ? []
          : [[name, { instances: override.instances, until: time(override.untilMs), ...said(override) }]],
      ),
    ),
  };
}

function untilOf(untilMs: number | undefined): { readonly until?: string } {
  return untilMs === undefined ? {} : { until: time(untilMs) };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}

interface Said {
  readonly reason?: string;
  readonly by?: string;
}

function said({ reason, by }: Said): Said {
  return { ...defined({ reason, by }) };
}

function failed(c: Context, status: StatusCode, message: string): Response {
  return c.json(statusObject(status, message), status);
}
