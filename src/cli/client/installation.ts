// cli: what install and uninstall have in common: the Marathon they go to, and a person who stops waiting.

import { connect } from '../../app/commands/install/cluster.ts';
import type { InstallDeps } from '../../app/commands/install/install.ts';
import type { OptionValues } from '../../app/options.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { CommandContext } from '../command.ts';

/** Resolves to the exit code. */
export async function atMarathon(
  urls: readonly string[],
  { options, context }: { readonly options: OptionValues; readonly context: CommandContext },
  work: (deps: InstallDeps) => Promise<void>,
): Promise<number> {
  const progress = options.quiet === true ? (): void => undefined : context.print;
  const cluster = connect(urls, context.env);
  try {
    await work({ cluster, clock: systemClock, progress });
    return 0;
  } catch (error) {
    if (!context.signal.aborted) throw error;
    context.note('stopped waiting; what was begun goes on in Marathon');
    return 1;
  } finally {
    await cluster.close();
  }
}
