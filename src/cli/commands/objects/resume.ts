// cli: `microscaling resume POLICY`.

import type { OptionValues } from '../../../app/options.ts';
import { find } from '../../client/find.ts';
import { pausePath } from '../../client/interventions.ts';
import { POLICY_KIND, targetOf } from '../../client/kinds.ts';
import { operatorOf } from '../../client/operator-client.ts';
import type { PolicyObject } from '../../client/policy-object.ts';
import type { CommandContext } from '../../command.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const client = operatorOf(options, context);
  const { namespace = 'default', name = '' } = targetOf(context.arguments, options.namespace);
  const target = { kind: POLICY_KIND, namespace, name };
  const { spec, status } = await find<PolicyObject>(client, target, context.signal);
  await client.write({ method: 'DELETE', path: pausePath({ namespace, name }) }, context.signal);
  const was = status?.paused === undefined ? 'was not paused by hand' : 'goes on';
  const still = spec.mode === 'Paused' ? '; it stays paused, as its own mode says' : '';
  context.print(`${namespace}/${name} ${was}${still}`);
  return 0;
}
