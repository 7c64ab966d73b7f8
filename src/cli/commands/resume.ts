// cli: `microscaling resume POLICY`.

import type { OptionValues } from '../../app/options.ts';
import type { CommandContext } from '../command.ts';
import { find } from '../find.ts';
import { pausePath } from '../hands.ts';
import { POLICY_KIND, targetOf } from '../kinds.ts';
import { operatorOf } from '../operator-client.ts';
import type { PolicyObject } from '../policy-object.ts';

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
