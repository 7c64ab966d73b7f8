// cli: `microscaling import keda -f`.

import { importKeda, problemsOf } from '../../../app/commands/import/keda.ts';
import type { OptionValues } from '../../../app/options.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import type { CommandContext } from '../../command.ts';
import { jsonText } from '../../output/json.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const [from] = context.arguments;
  if (from !== 'keda') throw new TerminalError(`import ${from ?? ''}: what can be imported is keda`);
  const { text, policies, notes } = importKeda(options.file);
  if (options.output === 'json') {
    context.print(jsonText({ policies, notes }));
    return 0;
  }
  for (const { object, field, message } of notes)
    context.note(`${object}${field === '' ? '' : `, ${field}`}: ${message}`);
  for (const problem of problemsOf(text)) context.note(`still to do: ${problem}`);
  context.print(text.trimEnd());
  return 0;
}
