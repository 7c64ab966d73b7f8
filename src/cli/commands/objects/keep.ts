// cli: `microscaling keep [POLICY] APP`: a definition stays as it runs, for a while.

import { resourceKey } from '../../../api/policy.ts';
import type { OptionValues } from '../../../app/options.ts';
import { forAWhile, keepPath, shortName } from '../../client/interventions.ts';
import { INTERVENTION_KIND, pathOf } from '../../client/kinds.ts';
import { namedAppOf, policiesNamed, whose } from '../../client/named-app.ts';
import { type OperatorClient, operatorOf } from '../../client/operator-client.ts';
import type { InterventionItem, ListObject, PolicyObject } from '../../client/policy-object.ts';
import type { CommandContext } from '../../command.ts';
import { timeText } from '../../output/policy-table.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const named = namedAppOf(context.arguments, 'keep [POLICY] APP, or keep [POLICY] APP=auto to end it');
  const client = operatorOf(options, context);
  const { signal } = context;
  const policies = await policiesNamed(client, { ...named, namespace: options.namespace }, signal);
  const { policy, app } = whose(named.app, policies, 'keep APP');
  const path = keepPath(policy.metadata, app);
  const key = resourceKey(policy.metadata);
  if (named.end) {
    await client.write({ method: 'DELETE', path }, signal);
    context.print(`the definition of ${app} of ${key} goes by its policy again`);
    return 0;
  }
  await client.write({ method: 'PUT', path, body: forAWhile(options) }, signal);
  const until = await untilWhen(client, { policy, app }, signal);
  context.print(
    `the definition of ${app} of ${key} is kept as it runs${until}; 'microscaling keep ${shortName(key)} ${app}=auto' ends it`,
  );
  return 0;
}

/** The operator knows how long where nothing was said. */
async function untilWhen(
  client: OperatorClient,
  { policy, app }: { readonly policy: PolicyObject; readonly app: string },
  signal: AbortSignal,
): Promise<string> {
  const { namespace, name } = policy.metadata;
  const path = pathOf({ kind: INTERVENTION_KIND, namespace });
  const { items } = (await client.get(path, signal)) as ListObject<InterventionItem>;
  const ends = items.flatMap(({ spec, status }) => {
    const isIt = spec.type === 'Keep' && spec.app === app && spec.policyRef.name === name;
    const until = status?.until ?? spec.until;
    return isIt && until !== undefined && status?.ended === undefined ? [until] : [];
  });
  const [last] = ends.toSorted().toReversed();
  return last === undefined ? '' : ` until ${timeText(last)}`;
}
