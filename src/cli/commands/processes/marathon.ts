// cli: `microscaling marathon`, the embedded server alone.

import { httpCredentials, type Look, serverSettings, startMarathon } from '../../../app/commands/marathon.ts';
import type { OptionValues } from '../../../app/options.ts';
import { createGuardian } from '../../../app/processes.ts';
import { defined } from '../../../lang/defined.ts';
import { untilAborted } from '../../../runtime/abort/until-aborted.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { createLogger, type LogLevel } from '../../../runtime/log-pino.ts';
import { makeScratchDirectory } from '../../../runtime/scratch.ts';
import type { CommandContext } from '../../command.ts';

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const log = createLogger({
    format: options.logFormat === 'json' ? 'json' : 'text',
    level: (options.logLevel ?? 'info') as LogLevel,
  });
  const guardian = await createGuardian();
  try {
    const workDir = makeScratchDirectory('microscaling-marathon', {
      what: 'what the tasks of the embedded server write',
    });
    guardian.removeOnDeath(workDir);
    const credentials = httpCredentials(options.httpCredentialsFile, context.env);
    const marathon = await startMarathon(
      {
        host: options.host ?? '127.0.0.1',
        port: options.port ?? 8080,
        anyPort: false,
        cpus: options.cpus ?? 4,
        mem: options.mem ?? 4096,
        ...defined({ slots: options.slots }),
        agents: agentCount(options.agents),
        ...defined({ standbyPort: options.standby, credentials }),
        ...(options.look !== undefined && { look: options.look as Look }),
        settings: serverSettings(options),
        taskStartDelayMs: options.taskStartDelay ?? 0,
        ...defined({ statsd: options.statsd }),
        workDir,
        env: context.env,
      },
      { clock: systemClock, log, guardian },
    );
    context.print(`Marathon API at ${marathon.url} (Ctrl-C ends it and its tasks)`);
    for (const url of marathon.urls.slice(1)) context.print(`standby at ${url}`);
    await untilAborted(context.signal);
    await marathon.close();
  } finally {
    await guardian.close();
  }
  return 0;
}

const MOST_AGENTS = 100;

function agentCount(given = 1): number {
  if (given >= 1 && given <= MOST_AGENTS) return given;
  throw new TerminalError(`--agents: ${given} is not a number from 1 to ${MOST_AGENTS}`);
}
