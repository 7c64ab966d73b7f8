// server: interventions through the API, by whatever client and by the page: pause and override, below the policy's path.

import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { type ResourceKey, resourceKey } from '../../api/policy.ts';
import type { OperatorState, PolicyView } from '../../controller/status/view.ts';
import { defined } from '../../lang/defined.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { ActorOf } from '../access/actor.ts';
import { failureOf, failureWithCode } from '../kube/http/failure.ts';
import { objectOf, overrideRequest, pauseRequest } from './intervention-request.ts';

export interface InterventionRouteDeps {
  readonly state: OperatorState;
  readonly log: Logger;
  /** Who sends a request; undefined where nobody has to say. */
  readonly actorOf: ActorOf;
}

const BODY_BYTES = 4096;
const POLICY = '/namespaces/:ns/microscalingpolicies/:name';

/**
 * Routes below `/apis/microscaling.io/v1alpha1`; all answer with the policy's interventions (`InterventionsObject`) or a `Status`.
 *
 * Without `for` an intervention ends after an hour.
 *
 * - `PUT …/NAME/pause` {for?, reason?} and `DELETE …/NAME/pause`
 * - `POST …/NAME/apps/APP/put-back`: its definition is written once, though the policy says `drift: Report`
 * - `PUT …/NAME/keeps/APP` {for?, reason?} and `DELETE …/NAME/keeps/APP`: its definition is left as it runs
 * - `PUT …/NAME/overrides/APP` {instances, for?, reason?} and `DELETE …/NAME/overrides/APP`
 */
export function interventionRoutes(deps: InterventionRouteDeps): Hono {
  const { actions } = deps.state;
  const app = new Hono();
  const limit = bodyLimit({
    maxSize: BODY_BYTES,
    onError: () => failureWithCode(413, `the body is larger than ${BODY_BYTES} bytes`).response(),
  });
  app.put(`${POLICY}/pause`, limit, (c) =>
    act(c, deps, async (key, by) =>
      actions.pause(key, { ...pauseRequest(await objectOf(c.req.text())), ...by }),
    ),
  );
  app.delete(`${POLICY}/pause`, (c) => act(c, deps, (key, { by }) => actions.resume(key, by)));
  app.put(`${POLICY}/overrides/:app`, limit, (c) =>
    act(c, deps, async (key, by) => {
      const request = overrideRequest(await objectOf(c.req.text()));
      await actions.override(key, c.req.param('app'), { ...request, ...by });
    }),
  );
  app.post(`${POLICY}/apps/:app/put-back`, limit, (c) =>
    act(c, deps, (key, { by }) => actions.putBack(key, c.req.param('app'), by)),
  );
  app.put(`${POLICY}/keeps/:app`, limit, (c) =>
    act(c, deps, async (key, by) => {
      const request = pauseRequest(await objectOf(c.req.text()));
      await actions.keep(key, c.req.param('app'), { ...request, ...by });
    }),
  );
  app.delete(`${POLICY}/keeps/:app`, (c) =>
    act(c, deps, (key, { by }) => actions.endKeep(key, c.req.param('app'), by)),
  );
  app.delete(`${POLICY}/overrides/:app`, (c) =>
    act(c, deps, (key, { by }) => actions.endOverride(key, c.req.param('app'), by)),
  );
  return app;
}

/** What an intervention answers with. Times are RFC 3339. */
export interface InterventionsObject {
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
  { state, log, actorOf }: InterventionRouteDeps,
  intervene: (key: ResourceKey, by: { readonly by?: string }) => Promise<void>,
): Promise<Response> {
  const { ns = '', name = '' } = c.req.param();
  const find = (): PolicyView | undefined => policyOf(state, { ns, name });
  const found = find();
  if (found === undefined) return failureWithCode(404, unknownPolicy(state, `${ns}/${name}`)).response();
  try {
    const by = actorOf(c.req.raw);
    await intervene(resourceKey(found), by === undefined ? {} : { by });
  } catch (error) {
    const failure = failureOf(error);
    if (failure.reason === 'InternalError')
      log.error('an intervention failed', { path: c.req.path, error: messageOf(error) });
    return failure.response();
  }
  return c.json(interventionsObject(find() ?? found));
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

function interventionsObject(policy: PolicyView): InterventionsObject {
  const { paused } = policy;
  return {
    policy: resourceKey(policy),
    ...(paused && { paused: { ...untilOf(paused.untilMs), ...reasonAndActor(paused) } }),
    overrides: Object.fromEntries(
      policy.apps.flatMap(({ name, override }) =>
        override === undefined
          ? []
          : [
              [
                name,
                { instances: override.instances, until: time(override.untilMs), ...reasonAndActor(override) },
              ],
            ],
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

interface ReasonAndActor {
  readonly reason?: string;
  readonly by?: string;
}

function reasonAndActor({ reason, by }: ReasonAndActor): ReasonAndActor {
  return { ...defined({ reason, by }) };
}
