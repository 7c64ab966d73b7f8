// cli: `microscaling export`.

import { exportPolicy } from '../../../app/commands/export/export.ts';
import type { OptionValues } from '../../../app/options.ts';
import { defined } from '../../../lang/defined.ts';
import type { CommandContext } from '../../command.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const { text, notes } = await exportPolicy(
    {
      marathon: options.marathon ?? [],
      ...defined({ files: options.file }),
      apps: context.arguments,
      ...defined({ name: options.name }),
      definitions: options.definitions ?? false,
      env: context.env,
    },
    context.signal,
  );
  for (const note of notes) context.note(`note: ${note}`);
  context.print(text.trimEnd());
  return 0;
}
