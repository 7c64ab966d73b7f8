// cli: `microscaling complete -- WORDS…`: what a shell's script asks for.

import { API_VERSION } from '../../../api/policy.ts';
import { readConfig } from '../../../app/options/config.ts';
import type { OptionValues } from '../../../app/options.ts';
import { kindNamed, pathOf } from '../../client/kinds.ts';
import { operatorOf } from '../../client/operator-client.ts';
import type { ApiObject, ListObject, PolicyObject } from '../../client/policy-object.ts';
import type { CommandContext } from '../../command.ts';
import { type Candidate, candidatesFor, type NamesOf } from '../../completion/candidates.ts';
import { givenIn, readWords } from '../../completion/words.ts';

/** People press the key again when it takes longer. */
const DEADLINE_MS = 1_500;

export async function run(_: OptionValues, context: CommandContext): Promise<number> {
  const found = await candidatesFor(context.arguments, context.commands, namesAt(context));
  if (found === 'files') context.print(':files');
  else for (const each of found) context.print(lineOf(each));
  return 0;
}

function lineOf({ value, about }: Candidate): string {
  return about === undefined ? value : `${value}\t${about.replace(/\s+/g, ' ')}`;
}

/** Of the operator that the words so far name, or the variables. */
function namesAt(context: CommandContext): NamesOf {
  const spec = context.commands.find(({ name }) => name === context.arguments[0]);
  const words = readWords(context.arguments.slice(1), spec?.options ?? []);
  const list = async <T>(path: string): Promise<readonly T[]> => {
    try {
      const options = readConfig(['server', 'apiTokenFile', 'namespace'], {
        flags: {
          server: givenIn(words, 'server'),
          apiTokenFile: givenIn(words, 'apiTokenFile'),
        },
        env: context.env,
      });
      const quiet = { ...context, note: () => undefined, noteRaw: () => undefined, stderrIsTty: false };
      const signal = AbortSignal.any([context.signal, AbortSignal.timeout(DEADLINE_MS)]);
      return ((await operatorOf(options, quiet).get(path, signal)) as ListObject<T & ApiObject>).items;
    } catch {
      return [];
    }
  };
  const of = (kind: string): Promise<readonly PolicyObject[]> => {
    const names = kindNamed(kind);
    return names === undefined ? Promise.resolve([]) : list<PolicyObject>(pathOf({ kind: names }));
  };
  return {
    policies: async () => (await of('policies')).map(qualified),
    pools: async () => (await of('pools')).map(qualified),
    interventions: async () => (await of('interventions')).map(qualified),
    apps: async (policy) =>
      (await of('policies'))
        .filter(({ metadata }) => isMeant(metadata, { policy, namespace: givenIn(words, 'namespace') }))
        .flatMap(({ spec }) => spec.apps.map(({ name }) => name)),
    orphans: async () =>
      (await list<{ readonly app: string }>(`/apis/${API_VERSION}/orphans`)).map(({ app }) => app),
  };
}

/** As the command takes it: where no namespace is given, a policy that is named alone is in the default one. */
function isMeant(
  { namespace, name }: ApiObject['metadata'],
  given: { readonly policy: string | undefined; readonly namespace: string | undefined },
): boolean {
  if (given.policy === undefined) return given.namespace === undefined || given.namespace === namespace;
  const isWhole = given.policy.includes('/');
  return (
    `${namespace}/${name}` === (isWhole ? given.policy : `${given.namespace ?? 'default'}/${given.policy}`)
  );
}

function qualified({ metadata: { namespace, name } }: ApiObject): string {
  return namespace === 'default' ? name : `${namespace}/${name}`;
}
