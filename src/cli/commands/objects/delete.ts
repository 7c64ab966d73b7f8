// cli: `microscaling delete NAME` and `delete -f FILE`.

import { text as readAll } from 'node:stream/consumers';
import type { OptionValues } from '../../../app/options.ts';
import { readPolicyDocuments } from '../../../app/policies/policy-documents.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { find, lookUp } from '../../client/find.ts';
import { pathOf, type Target, targetOf, targetOfDocument, titleOf } from '../../client/kinds.ts';
import { type OperatorClient, operatorOf } from '../../client/operator-client.ts';
import { conditionOf, type PolicyObject } from '../../client/policy-object.ts';
import { waitFor } from '../../client/wait-for.ts';
import type { CommandContext } from '../../command.ts';
import { problemLine } from '../../output/problems.ts';

type Named = Required<Target>;

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const client = operatorOf(options, context);
  const targets = await targetsOf(options, context);
  // All are looked up before one is deleted: a misspelt name deletes nothing.
  const found: { readonly target: Named; readonly object: PolicyObject }[] = [];
  for (const target of targets)
    found.push({ target, object: await find<PolicyObject>(client, target, context.signal) });
  for (const { target } of found) {
    await client.write({ method: 'DELETE', path: pathOf(target) }, context.signal);
    const left = await lookUp(client, target, context.signal);
    context.print(
      `${titleOf(target.kind, target.name)} ${left === undefined ? 'deleted' : 'is being deleted'}`,
    );
  }
  if (options.wait !== true) return 0;
  for (const each of found) await waitUntilGone(client, each, { options, context });
  return 0;
}

async function targetsOf(options: OptionValues, context: CommandContext): Promise<readonly Named[]> {
  const { arguments: words } = context;
  if (options.file === undefined) {
    const target = targetOf(words, options.namespace);
    const { namespace, name } = target;
    if (namespace === undefined || name === undefined)
      throw new TerminalError('say what to delete: a name, or the files it was applied from with -f');
    return [{ ...target, namespace, name }];
  }
  if (words.length > 0) throw new TerminalError('either a name or files with -f, not both');
  const { documents, problems } = await readPolicyDocuments(
    options.file,
    () => readAll(process.stdin),
    context.signal,
  );
  for (const problem of problems) context.note(problemLine(problem));
  if (problems.some(({ severity }) => severity === 'error'))
    throw new TerminalError('nothing was deleted: put the files right, or delete by name');
  return documents.map((document) => targetOfDocument(document, options.namespace));
}

async function waitUntilGone(
  client: OperatorClient,
  { target, object }: { readonly target: Named; readonly object: PolicyObject },
  { options, context }: { readonly options: OptionValues; readonly context: CommandContext },
): Promise<void> {
  const title = titleOf(target.kind, target.name);
  const missing = lettingGo(object);
  await waitFor(
    { title, timeoutMs: options.timeout, clock: systemClock },
    async (signal) => {
      const left = await lookUp<PolicyObject>(client, target, signal);
      const gone = left === undefined || left.metadata.uid !== object.metadata.uid;
      return gone ? { done: true } : { done: false, missing: missing + obstacle(left) };
    },
    context,
  );
  context.print(`${title} is gone`);
}

/** What keeps the write from reaching Marathon, where something does. */
function obstacle(policy: PolicyObject): string {
  const applied = conditionOf(policy, 'Applied');
  return applied?.status === 'False' ? `; ${applied.message} (${applied.reason})` : '';
}

/** What happens to its apps, as its `onDelete` says. */
function lettingGo({ spec, status }: PolicyObject): string {
  const ids = (status?.apps ?? []).map(({ id }) => id).join(', ');
  if (ids === '') return 'being dealt with';
  return spec.onDelete === 'Delete'
    ? `removing what it created of ${ids}`
    : `releasing ${ids}, which stay as they are`;
}
