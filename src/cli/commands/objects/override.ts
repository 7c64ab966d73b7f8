// cli: `microscaling override [POLICY] APP=N…`: a count for a while, in the place of the law's.

import { closest } from '../../../api/words/suggest.ts';
import type { OptionValues } from '../../../app/options.ts';
import { defined } from '../../../lang/defined.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { find } from '../../client/find.ts';
import { forAWhile, type Interventions, overridePath, overrideText } from '../../client/interventions.ts';
import { POLICY_KIND, pathOf, targetOf } from '../../client/kinds.ts';
import { type OperatorClient, operatorOf } from '../../client/operator-client.ts';
import type { ListObject, PolicyObject } from '../../client/policy-object.ts';
import type { CommandContext } from '../../command.ts';

/** What people say when they want an app to go by its law again. */
const BACK = ['auto', 'law', 'end'];

interface Wish {
  readonly app: string;
  /** Absent: back to the law. */
  readonly instances?: number;
}

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const { policies, wishes } = wordsOf(context.arguments);
  const client = operatorOf(options, context);
  const candidates = await candidatesOf(client, { policies, options }, context.signal);
  const found = wishes.map((wish) => ({ wish, ...whose(wish.app, candidates) }));
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

async function candidatesOf(
  client: OperatorClient,
  { policies, options }: { readonly policies: readonly string[]; readonly options: OptionValues },
  signal: AbortSignal,
): Promise<readonly PolicyObject[]> {
  const { namespace, name } = targetOf(policies, options.namespace);
  if (name !== undefined && namespace !== undefined)
    return [await find<PolicyObject>(client, { kind: POLICY_KIND, namespace, name }, signal)];
  const path = pathOf({ kind: POLICY_KIND, ...defined({ namespace }) });
  return ((await client.get(path, signal)) as ListObject<PolicyObject>).items;
}

/** As the page writes an app: `orders/worker`, or with the namespace of its policy before it. */
function qualified({ metadata }: PolicyObject, app: string): readonly string[] {
  const { namespace, name } = metadata;
  return [`${name}/${app}`, `${namespace}/${name}/${app}`];
}

/** @throws TerminalError when no policy has it, and when several have */
function whose(
  app: string,
  policies: readonly PolicyObject[],
): { readonly policy: PolicyObject; readonly app: string } {
  const owners = policies.flatMap((policy) =>
    policy.spec.apps
      .filter(({ name, id }) => [name, id, ...qualified(policy, name)].includes(app))
      .map(({ name }) => ({ policy, app: name })),
  );
  const [owner, other] = owners;
  if (owner !== undefined && other === undefined) return owner;
  const keyOf = ({ metadata }: PolicyObject): string => `${metadata.namespace}/${metadata.name}`;
  if (owner !== undefined) {
    const keys = owners.map(({ policy }) => keyOf(policy));
    throw new TerminalError(
      `several policies have an app ${app}: ${keys.join(', ')}; say which: override ${keys[0]} ${app}=N`,
    );
  }
  const names = policies.flatMap(({ spec }) => spec.apps.map(({ name }) => name));
  const meant = closest(app, names);
  const there = names.length === 0 ? 'there are none' : `there are: ${names.slice(0, 20).join(', ')}`;
  const where = policies.length === 1 && policies[0] !== undefined ? ` in ${keyOf(policies[0])}` : '';
  throw new TerminalError(
    `there is no app ${app}${where}; ${meant === undefined ? there : `did you mean ${meant}?`}`,
  );
}

function writeOf({ instances }: Wish, path: string, options: OptionValues) {
  if (instances === undefined) return { method: 'DELETE', path } as const;
  return { method: 'PUT', path, body: { instances, ...forAWhile(options) } } as const;
}
