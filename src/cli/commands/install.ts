// cli: `microscaling install`.

import { connect } from '../../app/install/cluster.ts';
import { installationApps, TOKEN, withoutSecrets } from '../../app/install/definitions.ts';
import { install } from '../../app/install/install.ts';
import { installSettings } from '../../app/install/settings.ts';
import type { OptionValues } from '../../app/options.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { CommandContext } from '../command.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const settings = installSettings(options, context.env);
  if (options.dryRun === true) {
    const apps = installationApps(settings, TOKEN).map(withoutSecrets);
    context.print(JSON.stringify(apps, null, 2));
    return 0;
  }
  const say = options.quiet === true ? (): void => undefined : context.print;
  const cluster = connect(options.marathon ?? settings.marathonFromInside, context.env);
  try {
    const deps = { cluster, clock: systemClock, progress: say };
    const { changed, addresses, newToken } = await install(settings, deps, context.signal);
    if (!changed) say(`nothing to do: ${settings.group} is installed and runs`);
    for (const address of addresses) say(`page  ${address}`);
    if (newToken !== undefined) say(`token for writes to the API, shown this once: ${newToken}`);
    return 0;
  } finally {
    await cluster.close();
  }
}
