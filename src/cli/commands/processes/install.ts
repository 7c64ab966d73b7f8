// cli: `microscaling install`.

import {
  installationApps,
  operatorId,
  TOKEN,
  withoutSecrets,
} from '../../../app/commands/install/definitions.ts';
import { install } from '../../../app/commands/install/install.ts';
import { installSettings } from '../../../app/commands/install/settings.ts';
import type { OptionValues } from '../../../app/options.ts';
import { atMarathon } from '../../client/installation.ts';
import type { CommandContext } from '../../command.ts';
import { jsonText } from '../../output/json.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const settings = installSettings(options, context.env);
  if (options.dryRun === true) {
    const apps = installationApps(settings, TOKEN).map(withoutSecrets);
    context.print(jsonText(apps));
    return 0;
  }
  const urls = options.marathon ?? settings.marathonFromInside;
  return await atMarathon(urls, { options, context }, async (deps) => {
    const { changed, addresses, newToken } = await install(settings, deps, context.signal);
    if (!changed) deps.progress(`nothing to do: ${settings.group} is installed and runs`);
    for (const address of addresses) deps.progress(`page  ${address}/login`);
    deps.progress(
      newToken === undefined
        ? `log in with the token of the first install; it stands in ${operatorId(settings.group)} as ${TOKEN}`
        : `log in with this token, shown this once (it may read and write): ${newToken}`,
    );
  });
}
