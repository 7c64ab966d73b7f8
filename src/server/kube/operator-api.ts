// server: the operator's own API, as kubectl and every client of Kubernetes expect it.

import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import type { JsonSchema } from '../../api/schema/json-schema.ts';
import { policySchemaWith, poolSchema } from '../../api/schema/schema.ts';
import type { OperatorState } from '../../controller/status/view.ts';
import { defined } from '../../lang/defined.ts';
import type { Clock } from '../../runtime/clock.ts';
import { createMemoryDocumentStore, type DocumentStore } from '../../runtime/document-store.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import type { Grant } from '../access/access.ts';
import { discoveryRoutes } from './discovery.ts';
import { EVENT_KIND, NAMESPACE_KIND } from './kinds/core-kinds.ts';
import {
  InterventionKind,
  type InterventionStore,
  type InterventionsElsewhere,
} from './kinds/intervention-kind.ts';
import type { ServedKind } from './kinds/object-home.ts';
import { type AppliedStore, OperatorKind } from './kinds/operator-kind.ts';
import { policyKind, poolKind } from './kinds/our-kinds.ts';
import { notRunningHint, refusedWarnings } from './not-running.ts';
import { openApiRoutes } from './openapi/routes.ts';
import { createResourceApi } from './resource-api.ts';
import { OperatorFollower } from './watch/follow-operator.ts';
import { createVersions } from './watch/versions.ts';
import { WatchCache } from './watch/watch-cache.ts';

export interface OperatorApiOptions {
  readonly state: OperatorState;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  /** Ends the watches and the following of the state. */
  readonly signal: AbortSignal;
  /** What a request was let in with. */
  readonly grantOf?: (request: Request) => Grant;
  /** With the metric sources that there are; default: with none. */
  readonly policySchema?: JsonSchema;
  /** Where resource versions are reserved; absent: they start with the time. */
  readonly documents?: DocumentStore;
  /** Where applied objects are kept; absent: the API is read only. */
  readonly applied?: AppliedStore;
  /** Where interventions are kept; absent: there are none. */
  readonly interventions?: InterventionPlaces;
  /** Who sends a request. */
  readonly actorOf?: (request: Request) => string | undefined;
}

export interface InterventionPlaces {
  /** Those that are written through the API. */
  readonly stored: InterventionStore;
  /** Those that are only shown. */
  readonly others: readonly InterventionsElsewhere[];
}

/** Everything below `/api`, `/apis`, `/openapi` and `/version`. */
export function operatorApi(options: OperatorApiOptions): Hono {
  const { state, clock, log, signal, documents, applied, version } = options;
  const schema = options.policySchema ?? policySchemaWith([]);
  const versions =
    documents === undefined
      ? createVersions(createMemoryDocumentStore(), clock.now())
      : createVersions(documents);
  const served = { versions, ...defined({ applied }) };
  const policies = new OperatorKind({ ...served, kind: policyKind(schema) });
  const pools = new OperatorKind({ ...served, kind: poolKind(poolSchema) });
  const events = { kind: EVENT_KIND, cache: new WatchCache({ startVersion: versions.current }) };
  const namespaces = { kind: NAMESPACE_KIND, cache: new WatchCache({ startVersion: versions.current }) };
  const interventions = new InterventionKind({
    versions,
    clock,
    ruling: state.actions.ruling,
    ...options.interventions,
  });
  const kinds: readonly ServedKind[] = [policies, pools, interventions, events, namespaces];

  const follower = new OperatorFollower({
    state,
    clock,
    log,
    versions,
    policies,
    pools,
    events: events.cache,
    namespaces: namespaces.cache,
  });
  follower.run(signal).catch((error: unknown) => {
    log.error('the API no longer follows the operator', { error: messageOf(error) });
  });
  const resources = createResourceApi({
    kinds,
    versions,
    clock,
    log,
    signal,
    newUid: randomUUID,
    ...defined({ grantOf: options.grantOf, actorOf: options.actorOf }),
    hint: (kind, key) => (kind === policies.kind ? notRunningHint(state.view(), key) : undefined),
    listWarnings: (kind) => (kind === policies.kind ? refusedWarnings(state.view()) : []),
  });
  const app = new Hono();
  const shown = kinds.map(({ kind }) => kind);
  app.route('/', discoveryRoutes(shown, version));
  app.route('/', openApiRoutes(shown, version));
  for (const root of ['/api/*', '/apis/*']) app.all(root, (c) => resources(c.req.raw));
  return app;
}
