// cli: `microscaling uninstall`.

import { checkedGroup } from '../../../app/commands/install/settings.ts';
import { uninstall } from '../../../app/commands/install/uninstall.ts';
import type { OptionValues } from '../../../app/options.ts';
import { atMarathon } from '../../client/installation.ts';
import type { CommandContext } from '../../command.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const group = checkedGroup(options.group);
  return await atMarathon(options.marathon ?? [], { options, context }, async (deps) => {
    const removed = await uninstall(group, deps, context.signal);
    if (!removed) deps.progress(`nothing to do: ${group} is not installed`);
  });
}
