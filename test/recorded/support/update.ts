// test support: one definition change of an app of the embedded server, as the operator writes it.

import type { Change } from '../../../src/core/change.ts';
import { updateBody } from '../../../src/schedulers/marathon/definition/app-definition.ts';
import { diffDefinition } from '../../../src/schedulers/marathon/definition/drift.ts';
import { fakeValues } from '../../support/values.ts';
import { type Json, OWNER, observationOf } from './apps.ts';
import type { Difference } from './compare.ts';
import { aReplayServer, type ReplayServer } from './server.ts';

const ID = '/shop/web';
const values = fakeValues({});

export interface DefinitionChange {
  /** What the policy says. */
  readonly definition: Json;
  /** As which the app is created. */
  readonly before: Json;
  readonly owned: boolean;
}

/** What is left to change after one update, or why it was refused. */
export async function leftAfterUpdate({
  definition,
  before,
  owned,
}: DefinitionChange): Promise<readonly Difference[]> {
  const server = aReplayServer();
  const first = { ...before, id: ID, instances: 0 };
  const labels = { ...(before['labels'] as Json | null), 'microscaling.io/policy': OWNER };
  const body = owned ? { ...first, labels } : first;
  const created = await server.ask({ method: 'POST', path: '/v2/apps', body });
  if (created.status !== 201) return [];
  const wanted = { definition, envFrom: [] };
  const app = await observe(server);
  const fields = diffDefinition(wanted, app, values);
  if (fields.length === 0) return [];
  const change: Extract<Change, { kind: 'update' }> = {
    kind: 'update',
    app: ID,
    ...wanted,
    fields,
    reason: '',
  };
  const write = updateBody(change, app, values);
  const answer = await server.ask({
    method: write.whole ? 'PUT' : 'PATCH',
    path: `/v2/apps${ID}`,
    query: write.whole ? 'partialUpdate=false' : 'force=false',
    body: write.body,
  });
  if (answer.status !== 200)
    return [{ at: String(answer.status), recorded: write.body, answered: answer.body }];
  const after = await observe(server);
  const left = diffDefinition(wanted, after, values);
  const count = after.requested === 0 ? [] : [{ at: 'instances', recorded: 0, answered: after.requested }];
  return [
    ...left.map(({ field, before: is, after: to }) => ({ at: field, recorded: is, answered: to })),
    ...count,
  ];
}

async function observe(server: ReplayServer) {
  const { body } = await server.ask({ method: 'GET', path: `/v2/apps${ID}` });
  const { app } = body as { readonly app: Json };
  return observationOf(app, (app['labels'] as Json)['microscaling.io/policy'] !== undefined);
}
