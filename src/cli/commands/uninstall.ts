// cli: `microscaling uninstall`.

import { connect } from '../../app/install/cluster.ts';
import { checkedGroup } from '../../app/install/settings.ts';
import { uninstall } from '../../app/install/uninstall.ts';
import type { OptionValues } from '../../app/options.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { CommandContext } from '../command.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const group = checkedGroup(options.group);
  const say = options.quiet === true ? (): void => undefined : context.print;
  const cluster = connect(options.marathon ?? [], context.env);
  try {
    const deps = { cluster, clock: systemClock, progress: say };
    if (!(await uninstall(group, deps, context.signal))) say(`nothing to do: ${group} is not installed`);
    return 0;
  } finally {
    await cluster.close();
  }
}
