// cli: an app that somebody named at the command line, and the policy that has it.

import { closest } from '../../api/words/suggest.ts';
import { defined } from '../../lang/defined.ts';
import { TerminalError } from '../../runtime/errors.ts';
import { find } from './find.ts';
import { POLICY_KIND, pathOf, targetOf } from './kinds.ts';
import type { OperatorClient } from './operator-client.ts';
import type { ListObject, PolicyObject } from './policy-object.ts';

/** What people say when they want an app to go by its policy again. */
export const BACK: readonly string[] = ['auto', 'law', 'end'];

/** The one policy that was named, or all that there are. @throws TerminalError for one that there is not */
export async function policiesNamed(
  client: OperatorClient,
  {
    policies,
    namespace: given,
  }: { readonly policies: readonly string[]; readonly namespace: string | undefined },
  signal: AbortSignal,
): Promise<readonly PolicyObject[]> {
  const { namespace, name } = targetOf(policies, given);
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

/**
 * @param command how the command is written, with APP where the app stands
 * @throws TerminalError when no policy has it, and when several have
 */
export function whose(
  app: string,
  policies: readonly PolicyObject[],
  command: string,
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
      `several policies have an app ${app}: ${keys.join(', ')}; say which: ${command.replace('APP', `${keys[0]} ${app}`)}`,
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

/** One app in the words of a command: `[POLICY] APP`, or `APP=auto` where that ends something. */
export interface NamedApp {
  readonly policies: readonly string[];
  readonly app: string;
  readonly end: boolean;
}

/** @throws TerminalError for more or fewer words than that */
export function namedAppOf(words: readonly string[], example: string): NamedApp {
  const [last = '', ...before] = words.toReversed();
  const ending = BACK.map((word) => `=${word}`).find((word) => last.endsWith(word)) ?? '';
  const app = last.slice(0, last.length - ending.length);
  if (app === '' || app.includes('=') || before.length > 1)
    throw new TerminalError(`one app at a time: ${example}`);
  return { policies: before, app, end: ending !== '' };
}
