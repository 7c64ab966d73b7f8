// cli: `microscaling run`.

import { apiAddress } from '../../../app/operator/listening/api-address.ts';
import { startOperator } from '../../../app/operator/operator.ts';
import { taskIdentity } from '../../../app/operator/task.ts';
import type { OptionValues } from '../../../app/options.ts';
import { defined } from '../../../lang/defined.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { createLogger, type LogLevel } from '../../../runtime/log-pino.ts';
import { listenStatsd } from '../../../runtime/network/statsd.ts';
import { createRedactor } from '../../../runtime/redact.ts';
import { apiTokenOf } from '../../client/api-token.ts';
import type { CommandContext } from '../../command.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const { policies = [], policyYaml, data, git = [] } = options;
  const named = [
    ...policies,
    ...git,
    ...(policyYaml === undefined ? [] : ['MICROSCALING_POLICY_YAML']),
    ...(options.kubernetes === true ? ['kubernetes'] : []),
  ];
  if (named.length === 0 && data === undefined) {
    throw new TerminalError(
      'no policies to follow: name a directory with --policies DIR or MICROSCALING_POLICIES, a repository with --git URL, a cluster with --kubernetes, or give the operator a store for applied ones with --data DIR',
    );
  }
  const task = taskIdentity(context.env);
  const writeToken = apiTokenOf(options, context);
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
        ...defined({ policyYaml, task, dataDir: data }),
        record: options,
        allow: options,
        git: options,
        kubernetes: options,
        marathon: options.marathon ?? [],
        mesos: options.mesos,
        api: apiAddress(options, context.env),
        ...defined({ writeToken }),
        openMetrics: options.metricsOpen === true,
        allowedHosts: options.allowHost ?? [],
        env: context.env,
      },
      { clock: systemClock, log, redactor, ...defined({ statsd }) },
      context.signal,
    );
    log.info('operator started', {
      page: operator.url,
      policies: [...named, ...(data === undefined ? [] : ['what is applied'])].join(', '),
      marathon: options.marathon?.join(', ') ?? 'as the policies say',
    });
    await operator.stopped;
    log.info('operator stopped; every count stays as it is');
    return 0;
  } finally {
    await statsd?.close();
  }
}
