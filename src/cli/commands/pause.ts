// cli: `microscaling pause POLICY`.

import { durationText } from '../../api/duration.ts';
import type { OptionValues } from '../../app/options.ts';
import { defined } from '../../lang/defined.ts';
import { find } from '../client/find.ts';
import { type Interventions, pausePath, pauseText } from '../client/interventions.ts';
import { POLICY_KIND, targetOf } from '../client/kinds.ts';
import { operatorOf } from '../client/operator-client.ts';
import type { CommandContext } from '../command.ts';

/** An hour is longer than most incidents, and a pause that was forgotten is over by then. */
const DEFAULT_FOR_MS = 3_600_000;

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const client = operatorOf(options, context);
  const { namespace = 'default', name = '' } = targetOf(context.arguments, options.namespace);
  await find(client, { kind: POLICY_KIND, namespace, name }, context.signal);
  const body = {
    for: durationText(options.for ?? DEFAULT_FOR_MS),
    ...defined({ reason: options.reason }),
  };
  const path = pausePath({ namespace, name });
  const interventions = (await client.write({ method: 'PUT', path, body }, context.signal)) as Interventions;
  context.print(pauseText(interventions));
  return 0;
}
