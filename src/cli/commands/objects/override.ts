// cli: `microscaling override [POLICY] APP=N…`: a count for a while, in the place of the law's.

import type { OptionValues } from '../../../app/options.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { forAWhile, type Interventions, overridePath, overrideText } from '../../client/interventions.ts';
import { BACK, policiesNamed, whose } from '../../client/named-app.ts';
import { operatorOf } from '../../client/operator-client.ts';
import type { CommandContext } from '../../command.ts';

interface Wish {
  readonly app: string;
  /** Absent: back to the law. */
  readonly instances?: number;
}

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const { policies, wishes } = wordsOf(context.arguments);
  const client = operatorOf(options, context);
  const candidates = await policiesNamed(client, { policies, namespace: options.namespace }, context.signal);
  const found = wishes.map((wish) => ({ wish, ...whose(wish.app, candidates, 'override APP=N') }));
  for (const { wish, policy, app } of found) {
    const path = overridePath(policy.metadata, app);
    const interventions = (await client.write(writeOf(wish, path, options), context.signal)) as Interventions;
    context.print(overrideText(interventions, app));
  }
  return 0;
}

/** @throws TerminalError for what is neither a policy's name nor APP=N */
export function wordsOf(words: readonly string[]): {
  readonly policies: readonly string[];
  readonly wishes: readonly Wish[];
} {
  const wishes = words.filter((word) => word.includes('=')).map(wishOf);
  const policies = words.filter((word) => !word.includes('='));
  if (wishes.length === 0)
    throw new TerminalError('say which app and how many: APP=N, or APP=auto to end it');
  if (policies.length > 1)
    throw new TerminalError(`one policy at a time, not ${policies.join(' and ')}; a count is written APP=N`);
  return { policies, wishes };
}

function wishOf(word: string): Wish {
  const at = word.lastIndexOf('=');
  const app = word.slice(0, at);
  const count = word.slice(at + 1);
  if (app === '') throw new TerminalError(`'${word}' names no app; write APP=N`);
  if (BACK.includes(count)) return { app };
  if (!/^\d{1,9}$/.test(count))
    throw new TerminalError(`'${word}': how many must be a whole number, or auto to end it`);
  return { app, instances: Number(count) };
}

function writeOf({ instances }: Wish, path: string, options: OptionValues) {
  if (instances === undefined) return { method: 'DELETE', path } as const;
  return { method: 'PUT', path, body: { instances, ...forAWhile(options) } } as const;
}
