// cli: `microscaling demo`.

import type { AlgorithmType } from '../../../api/policy.ts';
import { runDemo } from '../../../app/commands/demo/demo.ts';
import type { DemoResult } from '../../../app/commands/demo/recorder.ts';
import { DEMO_SCHEDULERS, type DemoScheduler } from '../../../app/commands/demo/world.ts';
import type { OptionValues } from '../../../app/options.ts';
import { packageFile } from '../../../app/package-root.ts';
import { defined } from '../../../lang/defined.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { TerminalError } from '../../../runtime/errors.ts';
import { createLogger, type LogLevel } from '../../../runtime/log-pino.ts';
import { createRedactor } from '../../../runtime/redact.ts';
import type { CommandContext } from '../../command.ts';
import { jsonText } from '../../output/json.ts';
import { LiveLine } from '../../output/live-line.ts';
import { table } from '../../output/table.ts';

const ALGORITHMS: readonly AlgorithmType[] = ['Fluid', 'Queue', 'SimpleQueue'];

const DEFAULT_POLICIES: Readonly<Record<DemoScheduler, string>> = {
  docker: packageFile('specs/demos/queue-demo-docker.yaml'),
  kubernetes: packageFile('specs/demos/queue-demo-kubernetes.yaml'),
  marathon: packageFile('specs/policies/queue-demo.yaml'),
};

export async function run(options: OptionValues, context: CommandContext): Promise<number> {
  const json = options.output === 'json';
  const say = json ? context.note : context.print;
  const redactor = createRedactor();
  const line = new LiveLine({
    line: say,
    raw: json ? context.noteRaw : context.printRaw,
    isTty: json ? context.stderrIsTty : context.stdoutIsTty,
  });
  const log = createLogger({
    format: options.logFormat === 'json' ? 'json' : 'text',
    level: (options.logLevel ?? 'warn') as LogLevel,
    redactor,
  });
  const scheduler = schedulerOf(options);
  const result = await runDemo(
    {
      scheduler,
      policy: options.policy ?? DEFAULT_POLICIES[scheduler],
      api: options.api ?? { host: '127.0.0.1', port: 8090 },
      marathonPort: options.port ?? 8080,
      taskStartDelayMs: options.taskStartDelay ?? 0,
      seed: seedOf(options),
      kubeconfig: options.kubeconfig,
      kubeContext: options.context,
      image: options.image,
      address: options.address ?? '127.0.0.1',
      ...(options.law !== undefined && { law: lawOf(options.law) }),
      ...defined({ forMs: options.for }),
      env: context.env,
    },
    {
      clock: systemClock,
      log,
      redactor,
      progress: say,
      ready: (world) => {
        say(`${'page'.padEnd(8)}  ${world.operator.url}`);
        say(`${world.cluster.name.padEnd(8)}  ${world.cluster.url}`);
        say(
          options.for === undefined
            ? 'Ctrl-C ends all of it'
            : `ends by itself after ${options.for / 1000} s`,
        );
      },
      viewed: (view, policy) => line.show(view, policy),
    },
    context.signal,
  );
  line.end();
  context.print(json ? jsonText(result) : resultText(result));
  return 0;
}

function schedulerOf({ scheduler = 'marathon' }: OptionValues): DemoScheduler {
  const known = DEMO_SCHEDULERS.find((each) => each === scheduler);
  if (known !== undefined) return known;
  throw new TerminalError(`--scheduler: '${scheduler}' is not one of ${DEMO_SCHEDULERS.join(', ')}`);
}

function seedOf({ seed = [1] }: OptionValues): number {
  const [only, ...others] = seed;
  if (only === undefined || others.length > 0)
    throw new TerminalError('--seed: the demo takes one seed, no range');
  return only;
}

function lawOf(names: readonly string[]): AlgorithmType {
  const law = ALGORITHMS.find((each) => each === names[0]);
  if (law !== undefined && names.length === 1) return law;
  throw new TerminalError(`--law: '${names.join(', ')}' is not one of ${ALGORITHMS.join(', ')}`);
}

function resultText({
  queue,
  messages,
  remainder,
  apps,
  decisions,
  marathon,
  seconds,
  leftProcesses,
}: DemoResult): string {
  const counts = table(
    ['APP', 'MIN', 'MAX', 'LAST'],
    Object.entries(apps).map(([name, range]) => [name, range.min, range.max, range.last]),
  );
  const within =
    queue === undefined
      ? []
      : [
          `queue at or below ${queue.target} for ${(queue.withinTarget * 100).toFixed(1)} % of ${seconds} s (highest ${queue.max})`,
        ];
  // Other programs than the tutorial's count nothing.
  const worked = [
    ...(messages.produced + messages.consumed > 0
      ? [
          `${messages.produced} messages produced, ${messages.consumed} consumed, ${messages.handedBack} handed back by consumers that had to stop`,
        ]
      : []),
    ...(remainder.work > 0 ? [`${remainder.work} units of background work done`] : []),
  ].join('; ');
  return [
    '',
    counts,
    '',
    ...within,
    ...(worked === '' ? [] : [worked]),
    `${decisions} decisions, ${marathon.writes} writes, ${marathon.conflicts} conflicts, ${leftProcesses} processes left`,
  ].join('\n');
}
