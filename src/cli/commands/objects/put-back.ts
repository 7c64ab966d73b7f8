// cli: `microscaling put-back [POLICY] APP`: the definition as the policy says, once.

import { resourceKey } from '../../../api/policy.ts';
import type { OptionValues } from '../../../app/options.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { putBackPath, shortName } from '../../client/interventions.ts';
import { namedAppOf, policiesNamed, whose } from '../../client/named-app.ts';
import { operatorOf } from '../../client/operator-client.ts';
import type { CommandContext } from '../../command.ts';

const EXAMPLE = 'put-back [POLICY] APP';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const named = namedAppOf(context.arguments, EXAMPLE);
  if (named.end) throw new TerminalError(`putting a definition back ends by itself: ${EXAMPLE}`);
  const client = operatorOf(options, context);
  const { signal } = context;
  const policies = await policiesNamed(client, { ...named, namespace: options.namespace }, signal);
  const { policy, app } = whose(named.app, policies, 'put-back APP');
  await client.write({ method: 'POST', path: putBackPath(policy.metadata, app) }, signal);
  const key = resourceKey(policy.metadata);
  context.print(
    `the definition of ${app} of ${key} is written as the policy says; 'microscaling events ${shortName(key)}' tells when`,
  );
  return 0;
}
