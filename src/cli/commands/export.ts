// cli: `microscaling export`.

import { exportPolicy } from '../../app/commands/export/export.ts';
import type { OptionValues } from '../../app/options.ts';
import type { CommandContext } from '../command.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const { text, notes } = await exportPolicy(
    {
      marathon: options.marathon ?? [],
      ...(options.file !== undefined && { files: options.file }),
      apps: context.arguments,
      ...(options.name !== undefined && { name: options.name }),
      definitions: options.definitions ?? false,
      env: context.env,
    },
    context.signal,
  );
  for (const note of notes) context.note(`note: ${note}`);
  context.print(text.trimEnd());
  return 0;
}
