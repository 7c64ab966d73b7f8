// server: the read API for `microscaling get` and `explain`, Kubernetes-shaped.

import { type Context, Hono } from 'hono';
import type { OperatorState, OperatorView } from '../controller/view.ts';
import {
  eventObject,
  explanation,
  listObject,
  type PolicyPlace,
  policiesOf,
  policyObject,
  statusObject,
} from './kubernetes.ts';

/** Routes below `/apis/microscaling.io/v1alpha1`. */
export function apiRoutes(state: OperatorState): Hono {
  const app = new Hono();
  const policies = (): readonly PolicyPlace[] => policiesOf(state.view());
  const policyList = (places: readonly PolicyPlace[]): object =>
    listObject('MicroscalingPolicyList', places.map(policyObject));

  app.get('/microscalingpolicies', (c) => c.json(policyList(policies())));
  app.get('/namespaces/:ns/microscalingpolicies', (c) =>
    c.json(policyList(policies().filter(({ policy }) => policy.namespace === c.req.param('ns')))),
  );
  app.get('/namespaces/:ns/microscalingpolicies/:name', (c) => one(c, state.view(), policyObject));
  app.get('/namespaces/:ns/microscalingpolicies/:name/explain', (c) => one(c, state.view(), explanation));
  app.get('/events', (c) => c.json(listObject('EventList', state.view().events.map(eventObject))));
  return app;
}

function one(c: Context, view: OperatorView, show: (place: PolicyPlace) => object): Response {
  const { ns, name } = c.req.param();
  const places = policiesOf(view);
  const place = places.find(({ policy }) => policy.namespace === ns && policy.name === name);
  if (place !== undefined) return c.json(show(place));
  const known = places.map(({ policy }) => `${policy.namespace}/${policy.name}`).join(', ') || 'none';
  const message = `no MicroscalingPolicy ${ns}/${name} is running here; there are: ${known}`;
  return c.json(statusObject(404, message + problemsText(view)), 404);
}

const MAX_PROBLEMS = 5;

/** Whoever looks for a policy that is not there may have it in a file that was refused. */
function problemsText({ problems }: OperatorView): string {
  if (problems.length === 0) return '';
  const shown = problems.slice(0, MAX_PROBLEMS).map(({ source, message }) => `${source}: ${message}`);
  const left = problems.length - shown.length;
  return `; files with problems: ${shown.join('; ')}${left > 0 ? `; and ${left} more` : ''}`;
}
