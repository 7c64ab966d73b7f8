// cli: `microscaling describe POLICY`: the page in words.

import type { OptionValues } from '../../../app/options.ts';
import { eventsOf, isAbout } from '../../client/events-of.ts';
import { find } from '../../client/find.ts';
import { POLICY_KIND, pathOf, targetOf } from '../../client/kinds.ts';
import { operatorOf } from '../../client/operator-client.ts';
import type { Explanation, PolicyObject } from '../../client/policy-object.ts';
import type { CommandContext } from '../../command.ts';
import { shown } from '../../output/again.ts';
import { describePolicy } from '../../output/describe-policy.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const client = operatorOf(options, context);
  const { namespace = 'default', name = '' } = targetOf(context.arguments, options.namespace);
  const target = { kind: POLICY_KIND, namespace, name };
  const look = async (): Promise<string> => {
    const policy = await find<PolicyObject>(client, target, context.signal);
    const [explanation, events] = await Promise.all([
      client.get(`${pathOf(target)}/explain`, context.signal).catch(() => undefined),
      eventsOf(client, context.signal),
    ]);
    const facts = {
      policy,
      explanation: explanation as Explanation | undefined,
      events: events.filter(isAbout(policy)),
    };
    return describePolicy(facts, Date.now());
  };
  await shown(look, options.watch, context);
  return 0;
}
