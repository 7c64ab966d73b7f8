// cli: `microscaling validate -f`.

import { loaderOf } from '../../../app/operator/trust.ts';
import type { OptionValues } from '../../../app/options.ts';
import { NO_POLICY, readFilesWith } from '../../../app/policies/policy-files.ts';
import type { CommandContext } from '../../command.ts';
import { jsonText } from '../../output/json.ts';
import { problemLine } from '../../output/problems.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const load = loaderOf(options, { env: context.env, marathon: options.marathon ?? [] });
  let interventions = 0;
  const { resources, problems } = await readFilesWith(
    (text, source) => {
      const result = load(text, source);
      interventions += result.interventions?.length ?? 0;
      return result;
    },
    options.file,
    context.signal,
  );
  const found = resources.length + interventions;
  const errors = problems.filter((p) => p.severity === 'error').length;
  const warnings = problems.length - errors;
  const valid = errors === 0 && found > 0;
  if (options.output === 'json') {
    context.print(jsonText({ valid, resources: found, problems }));
    return valid ? 0 : 1;
  }
  for (const problem of problems) context.print(problemLine(problem));
  if (errors === 0 && !valid) context.note(NO_POLICY);
  context.print(
    `${plural(found, 'valid resource')}, ${plural(errors, 'error')}, ${plural(warnings, 'warning')}`,
  );
  return valid ? 0 : 1;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
