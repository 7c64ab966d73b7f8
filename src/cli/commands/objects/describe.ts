// cli: `microscaling describe POLICY`: the page in words; or one intervention.

import type { OptionValues } from '../../../app/options.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { eventsOf, isAbout } from '../../client/events-of.ts';
import { find } from '../../client/find.ts';
import { INTERVENTION_KIND, POLICY_KIND, pathOf, type Target, targetOf } from '../../client/kinds.ts';
import { type OperatorClient, operatorOf } from '../../client/operator-client.ts';
import type { Explanation, InterventionItem, PolicyObject } from '../../client/policy-object.ts';
import type { CommandContext } from '../../command.ts';
import { shown } from '../../output/again.ts';
import { describeIntervention } from '../../output/describe-intervention.ts';
import { describePolicy } from '../../output/describe-policy.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const client = operatorOf(options, context);
  const { kind, namespace = 'default', name } = targetOf(context.arguments, options.namespace);
  if (name === undefined)
    throw new TerminalError(`describe shows one object: which of the ${kind.plural}? \`get\` lists them`);
  const target = { kind, namespace, name };
  const describeOne = DESCRIBED.get(kind);
  if (describeOne === undefined)
    throw new TerminalError(`describe shows policies and interventions; ${GET} ${kind.singular} ${name}`);
  await shown(() => describeOne(client, target, context.signal), options.watch, context);
  return 0;
}

const GET = 'of a pool there is `microscaling get`';

type Describe = (client: OperatorClient, target: Required<Target>, signal: AbortSignal) => Promise<string>;

const DESCRIBED = new Map<Target['kind'], Describe>([
  [POLICY_KIND, ofPolicy],
  [INTERVENTION_KIND, ofIntervention],
]);

async function ofPolicy(
  client: OperatorClient,
  target: Required<Target>,
  signal: AbortSignal,
): Promise<string> {
  const policy = await find<PolicyObject>(client, target, signal);
  const [explanation, events] = await Promise.all([
    client.get(`${pathOf(target)}/explain`, signal).catch(() => undefined),
    eventsOf(client, signal),
  ]);
  const facts = {
    policy,
    explanation: explanation as Explanation | undefined,
    events: events.filter(isAbout(policy)),
  };
  return describePolicy(facts, Date.now());
}

async function ofIntervention(
  client: OperatorClient,
  target: Required<Target>,
  signal: AbortSignal,
): Promise<string> {
  return describeIntervention(await find<InterventionItem>(client, target, signal), Date.now());
}
