// server: a policy as Kubernetes would show it: metadata, spec, status; and Kubernetes' own shapes for lists, events and errors.

import { API_GROUP, API_VERSION } from '../api/policy.ts';
import { policyStatusOf } from '../controller/policy-status.ts';
import type { EventRecord, OperatorView, PolicyView, PoolView } from '../controller/view.ts';

export interface PolicyPlace {
  readonly pool: PoolView;
  readonly policy: PolicyView;
}

/** Every policy with its pool, in order of namespace and name. */
export function policiesOf(view: OperatorView): readonly PolicyPlace[] {
  const key = ({ policy }: PolicyPlace): string => `${policy.namespace}/${policy.name}`;
  return view.pools
    .flatMap((pool) => pool.policies.map((policy) => ({ pool, policy })))
    .sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

export function policyObject({ pool, policy }: PolicyPlace): object {
  return {
    apiVersion: API_VERSION,
    kind: 'MicroscalingPolicy',
    metadata: {
      name: policy.name,
      namespace: policy.namespace,
      generation: policy.generation,
      creationTimestamp: policy.createdAt,
      annotations: {
        [`${API_GROUP}/source`]: policy.place,
        [`${API_GROUP}/revision`]: policy.revision,
      },
    },
    spec: policy.spec,
    status: policyStatusOf(policy, pool),
  };
}

/** Why each app has the count it has. */
export function explanation({ policy }: PolicyPlace): object {
  return {
    policy: `${policy.namespace}/${policy.name}`,
    apps: policy.apps.map((app) => {
      const { name, id, role, wanted, granted, requested, running, summary, steps, figures, metrics } = app;
      const from = steps[0]?.before;
      const counts = { wanted, granted, requested, running };
      return {
        name,
        id,
        role,
        ...(from !== undefined && { from }),
        ...counts,
        summary,
        steps,
        figures,
        metrics,
      };
    }),
  };
}

export function listObject(kind: string, items: readonly object[]): object {
  return { apiVersion: API_VERSION, kind, metadata: {}, items };
}

/** An event of ours in the shape of core/v1 Event. */
export function eventObject({ atMs, type, reason, object, message }: EventRecord): object {
  const at = new Date(atMs).toISOString();
  const [word = '', name = ''] = object.split(/ (.*)/s);
  const [namespace, policy] = name.split(/\/(.*)/s);
  const involvedObject =
    word === 'policy' ? { kind: 'MicroscalingPolicy', namespace, name: policy } : { kind: 'App', name };
  return { kind: 'Event', type, reason, message, involvedObject, firstTimestamp: at, lastTimestamp: at };
}

export type StatusCode = 400 | 401 | 403 | 404 | 405 | 413 | 415 | 422 | 500 | 503;

const REASONS: Readonly<Record<StatusCode, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/** Kubernetes' answer to what went wrong. */
export function statusObject(code: StatusCode, message: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    message,
    reason: REASONS[code],
    code,
  };
}
