// cli: an operator's events, of all policies or of one: what happened to it and to its apps.

import type { CommandContext } from '../command.ts';
import type { OperatorClient } from './operator-client.ts';
import type { EventObject, ListObject, PolicyObject } from './policy-object.ts';

export const EVENTS_PATH = '/api/v1/events';

type Named = Pick<PolicyObject['metadata'], 'namespace' | 'name'>;

/** Whether an event is about this policy or one of its apps. */
export function isAbout({ metadata, spec, status }: PolicyObject): (event: EventObject) => boolean {
  const ids = new Set([...(status?.apps ?? []).map(({ id }) => id), ...spec.apps.map(({ id }) => id)]);
  const isOwn = names(metadata);
  return (event) =>
    isOwn(event) || (event.involvedObject.kind === 'App' && ids.has(event.involvedObject.name));
}

/** Whether an event names this policy, which may be gone. */
export function names(policy: Named): (event: EventObject) => boolean {
  return ({ involvedObject: { kind, namespace, name } }) =>
    kind === 'MicroscalingPolicy' && name === policy.name && namespace === policy.namespace;
}

export async function eventsOf(
  client: OperatorClient,
  signal: CommandContext['signal'],
): Promise<readonly EventObject[]> {
  return ((await client.get(EVENTS_PATH, signal)) as ListObject<EventObject>).items;
}
