// cli: `microscaling pause POLICY`.

import type { OptionValues } from '../../../app/options.ts';
import { find } from '../../client/find.ts';
import { forAWhile, type Interventions, pausePath, pauseText } from '../../client/interventions.ts';
import { POLICY_KIND, targetOf } from '../../client/kinds.ts';
import { operatorOf } from '../../client/operator-client.ts';
import type { CommandContext } from '../../command.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const client = operatorOf(options, context);
  const { namespace = 'default', name = '' } = targetOf(context.arguments, options.namespace);
  await find(client, { kind: POLICY_KIND, namespace, name }, context.signal);
  const body = forAWhile(options);
  const path = pausePath({ namespace, name });
  const interventions = (await client.write({ method: 'PUT', path, body }, context.signal)) as Interventions;
  context.print(pauseText(interventions));
  return 0;
}
