// cli: `microscaling version`.

import type { OptionValues } from '../../../app/options.ts';
import { VERSION } from '../../../app/package-root.ts';
import type { CommandContext } from '../../command.ts';
import { jsonText } from '../../output/json.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const facts = { version: VERSION, node: process.version, platform: `${process.platform}-${process.arch}` };
  context.print(
    options.output === 'json'
      ? jsonText(facts)
      : `microscaling ${facts.version} (node ${facts.node}, ${facts.platform})`,
  );
  return 0;
}
