// cli: `microscaling schema [KIND]`.

import type { OptionValues } from '../../../app/options.ts';
import { editorSchema } from '../../../app/policies/editor-schema.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { kindNamed } from '../../client/kinds.ts';
import type { CommandContext } from '../../command.ts';
import { jsonText } from '../../output/json.ts';

export async function run(_options: OptionValues, context: CommandContext): Promise<number> {
  const [word] = context.arguments;
  context.print(jsonText(editorSchema(kindOf(word))));
  return 0;
}

function kindOf(word: string | undefined): Parameters<typeof editorSchema>[0] {
  if (word === undefined) return undefined;
  const kind = kindNamed(word)?.kind;
  if (kind === 'MicroscalingPolicy' || kind === 'CapacityPool' || kind === 'Intervention') return kind;
  throw new TerminalError(
    `'${word}' is no kind; there are MicroscalingPolicy (msp), CapacityPool (pool) and Intervention (msi)`,
  );
}
