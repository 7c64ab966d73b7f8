// cli: `microscaling run`.

import { readFileSync } from 'node:fs';
import { startOperator } from '../../app/operator.ts';
import type { OptionValues } from '../../app/options.ts';
import { taskAddress, taskIdentity } from '../../app/task.ts';
import { systemClock } from '../../runtime/clock.ts';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import { createLogger, type LogLevel } from '../../runtime/log-pino.ts';
import { createRedactor } from '../../runtime/redact.ts';
import { listenStatsd } from '../../runtime/statsd.ts';
import type { CommandContext } from '../command.ts';

const DEFAULT_API = { host: '127.0.0.1', port: 8090 };

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const { policies = [], policyYaml } = options;
  if (policies.length === 0 && policyYaml === undefined) {
    throw new TerminalError(
      'no policies to follow: name a directory with --policies DIR or MICROSCALING_POLICIES',
    );
  }
  const task = taskIdentity(context.env);
  const writeToken = tokenOf(options, context);
  const redactor = createRedactor();
  if (writeToken !== undefined) redactor.add(writeToken);
  const log = createLogger({
    format: options.logFormat === 'json' ? 'json' : 'text',
    level: (options.logLevel ?? 'info') as LogLevel,
    redactor,
  });
  const statsd = options.statsd === undefined ? undefined : await listenStatsd(options.statsd);
  try {
    const operator = await startOperator(
      {
        policies,
        ...(policyYaml !== undefined && { policyYaml }),
        ...(task !== undefined && { task }),
        marathon: options.marathon ?? [],
        mesos: options.mesos,
        api: options.api ?? taskAddress(context.env) ?? DEFAULT_API,
        ...(writeToken !== undefined && { writeToken }),
        env: context.env,
      },
      { clock: systemClock, log, redactor, ...(statsd !== undefined && { statsd }) },
      context.signal,
    );
    log.info('operator started', {
      page: operator.url,
      policies: [...policies, ...(policyYaml === undefined ? [] : ['MICROSCALING_POLICY_YAML'])].join(', '),
      marathon: options.marathon?.join(', ') ?? 'as the policies say',
    });
    await operator.stopped;
    log.info('operator stopped; every count stays as it is');
    return 0;
  } finally {
    await statsd?.close();
  }
}

/** A token in the arguments would be in every list of processes, so there is no flag for it. */
function tokenOf({ apiTokenFile }: OptionValues, { env }: CommandContext): string | undefined {
  if (apiTokenFile !== undefined) {
    const place = `--api-token-file ${apiTokenFile}`;
    return checkedToken(readText(apiTokenFile, place), place);
  }
  const { MICROSCALING_API_TOKEN: token } = env;
  return token ? checkedToken(token, 'MICROSCALING_API_TOKEN') : undefined;
}

function readText(path: string, place: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new TerminalError(`${place}: ${messageOf(error)}`, { cause: error });
  }
}

function checkedToken(text: string, place: string): string {
  const token = text.trim();
  if (token.length >= 16) return token;
  throw new TerminalError(`${place}: the token must have at least 16 characters`);
}
