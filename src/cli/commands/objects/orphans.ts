// cli: `microscaling orphans [APP…]`: apps that earlier policies left behind.

import { API_VERSION } from '../../../api/policy.ts';
import type { OptionValues } from '../../../app/options.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { operatorOf } from '../../client/operator-client.ts';
import type { CommandContext } from '../../command.ts';
import { shown } from '../../output/again.ts';
import { jsonText } from '../../output/json.ts';
import { table } from '../../output/table.ts';

interface Orphan {
  readonly app: string;
  readonly policy: string;
  readonly why: string;
}

const PATH = `/apis/${API_VERSION}/orphans`;

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const client = operatorOf(options, context);
  const what = actionOf(options);
  const look = async (): Promise<readonly Orphan[]> => {
    const { items } = (await client.get(PATH, context.signal)) as { readonly items: readonly Orphan[] };
    return chosenOf(items, context.arguments);
  };
  if (what === undefined) {
    await shown(async () => textOf(await look(), options.output), options.watch, context);
    return 0;
  }
  if (options.watch === true) throw new TerminalError(`--watch looks on; it does not go with --${what}`);
  const chosen = await look();
  if (chosen.length === 0) {
    context.print('no orphans: nothing to do');
    return 0;
  }
  if (context.arguments.length === 0 && options.yes !== true) {
    context.print(listText(chosen));
    const few = chosen.length === 1 ? 'this app' : `these ${chosen.length} apps`;
    throw new TerminalError(`to ${what} ${few} say --yes, or name the apps that you mean; nothing was done`);
  }
  for (const { app } of chosen) {
    await client.write({ method: 'POST', path: `${PATH}/${what}`, body: { app } }, context.signal);
    context.print(
      what === 'delete' ? `${app} deleted` : `${app} released: it stays as it is, and is not listed again`,
    );
  }
  return 0;
}

function actionOf(options: OptionValues): 'release' | 'delete' | undefined {
  if (options.release === true && options.delete === true)
    throw new TerminalError('either --release or --delete, not both');
  if (options.release === true) return 'release';
  return options.delete === true ? 'delete' : undefined;
}

/** All of them, or those that were named. */
function chosenOf(items: readonly Orphan[], names: readonly string[]): readonly Orphan[] {
  if (names.length === 0) return items;
  return names.map((name) => {
    const found = items.find(({ app }) => app === name);
    if (found !== undefined) return found;
    const there = items.map(({ app }) => app).slice(0, 20);
    throw new TerminalError(
      `${name} is no orphan; there are: ${there.join(', ') || 'none'}; nothing was done`,
    );
  });
}

function textOf(orphans: readonly Orphan[], output: string | undefined): string {
  if (output === 'json') return jsonText(orphans);
  return orphans.length === 0 ? 'no orphans' : listText(orphans);
}

function listText(orphans: readonly Orphan[]): string {
  return table(
    ['APP', 'POLICY', 'WHY'],
    orphans.map(({ app, policy, why }) => [app, policy, why]),
  );
}
