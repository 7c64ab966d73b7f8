// cli: `microscaling install`.

import { installationApps, TOKEN, withoutSecrets } from '../../app/install/definitions.ts';
import { install } from '../../app/install/install.ts';
import { installSettings } from '../../app/install/settings.ts';
import type { OptionValues } from '../../app/options.ts';
import type { CommandContext } from '../command.ts';
import { atMarathon } from '../installation.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const settings = installSettings(options, context.env);
  if (options.dryRun === true) {
    const apps = installationApps(settings, TOKEN).map(withoutSecrets);
    context.print(JSON.stringify(apps, null, 2));
    return 0;
  }
  const urls = options.marathon ?? settings.marathonFromInside;
  return await atMarathon(urls, { options, context }, async (deps) => {
    const { changed, addresses, newToken } = await install(settings, deps, context.signal);
    if (!changed) deps.progress(`nothing to do: ${settings.group} is installed and runs`);
    for (const address of addresses) deps.progress(`page  ${address}`);
    if (newToken !== undefined) deps.progress(`token for writes to the API, shown this once: ${newToken}`);
  });
}
