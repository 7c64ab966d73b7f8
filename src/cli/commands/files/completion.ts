// cli: `microscaling completion SHELL`: the script that makes a shell complete our words.

import type { OptionValues } from '../../../app/options.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import type { CommandContext } from '../../command.ts';
import { HOW, SCRIPTS, SHELLS } from '../../completion/scripts.ts';

export async function run(
  _: OptionValues,
  { arguments: words, printRaw, note, stdoutIsTty }: CommandContext,
): Promise<number> {
  const shell = SHELLS.find((each) => each === words[0]);
  if (shell === undefined || words.length !== 1)
    throw new TerminalError(`completion is for one of ${SHELLS.join(', ')}, not '${words.join(' ')}'`);
  printRaw(SCRIPTS[shell]);
  if (stdoutIsTty) note(`to use it: ${HOW[shell]}`);
  return 0;
}
