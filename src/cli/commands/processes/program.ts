// cli: `microscaling program NAME`, what the demo's apps run.

import { runProgram } from '../../../app/commands/programs.ts';
import type { OptionValues } from '../../../app/options.ts';
import type { CommandContext } from '../../command.ts';

export async function run(_options: OptionValues, context: CommandContext): Promise<number> {
  await runProgram(context.arguments[0] ?? '', context.env, context.signal);
  return 0;
}
