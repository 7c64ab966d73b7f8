// cli: `microscaling run`.

import { readFileSync } from 'node:fs';
import { startOperator } from '../../app/operator.ts';
import type { OptionValues } from '../../app/options.ts';
import { systemClock } from '../../runtime/clock.ts';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import { createLogger, type LogLevel } from '../../runtime/log-pino.ts';
import { createRedactor } from '../../runtime/redact.ts';
import { listenStatsd } from '../../runtime/statsd.ts';
import type { CommandContext } from '../command.ts';

const DEFAULT_API = { host: '127.0.0.1', port: 8090 };

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  if (options.policies === undefined) {
    throw new TerminalError(
      'no policies to follow: name a directory with --policies DIR or MICROSCALING_POLICIES',
    );
  }
  const redactor = createRedactor();
  const log = createLogger({
    format: options.logFormat === 'json' ? 'json' : 'text',
    level: (options.logLevel ?? 'info') as LogLevel,
    redactor,
  });
  const operator = await startOperator(
    {
      policies: options.policies,
      marathon: options.marathon ?? [],
      api: options.api ?? DEFAULT_API,
      ...(options.apiTokenFile !== undefined && { writeToken: readToken(options.apiTokenFile) }),
      env: context.env,
    },
    {
      clock: systemClock,
      log,
      redactor,
      ...(options.statsd !== undefined && { statsd: await listenStatsd(options.statsd) }),
    },
    context.signal,
  );
  log.info('operator started', {
    page: operator.url,
    policies: options.policies.join(', '),
    marathon: options.marathon?.join(', ') ?? 'as the policies say',
  });
  await operator.stopped;
  log.info('operator stopped; every count stays as it is');
  return 0;
}

function readToken(path: string): string {
  try {
    const token = readFileSync(path, 'utf8').trim();
    if (token.length >= 16) return token;
  } catch (error) {
    throw new TerminalError(`--api-token-file ${path}: ${messageOf(error)}`, { cause: error });
  }
  throw new TerminalError(`--api-token-file ${path}: the token must have at least 16 characters`);
}
