// app: the laptop world. Storage, embedded Marathon and operator in one process tree; nothing outlives it.

import { join } from 'node:path';
import type { AlgorithmType } from '../../../api/policy.ts';
import { createGuardian, type Guardian } from '../../../emulator/index.ts';
import { defined } from '../../../lang/defined.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/log.ts';
import { listenStatsd, type StatsdListener } from '../../../runtime/network/statsd.ts';
import type { Redactor } from '../../../runtime/redact.ts';
import { makeScratchDirectory } from '../../../runtime/scratch.ts';
import { type RunningOperator, startOperator } from '../../operator/operator.ts';
import type { Address } from '../../options.ts';
import { baseEnvironment, type EmbeddedMarathon, startMarathon } from '../marathon.ts';
import { createQueue } from '../programs.ts';
import { requireAzurite, type Storage, startStorage } from './azurite.ts';

const HOST = '127.0.0.1';
const QUEUE_NAME = 'demo-queue';
/** Room for the ten slots of the policy, ten producers, and what is on its way out. */
const CPUS = 4;
const MEM_MB = 4096;

export interface WorldConfig {
  readonly policy: string;
  /** Whether there is to be a queue. */
  readonly storage: boolean;
  readonly api: Address;
  readonly marathonPort: number;
  readonly taskStartDelayMs: number;
  readonly seed: number;
  readonly law?: AlgorithmType;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface WorldDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly redactor: Redactor;
  /** One line for people about what is being started. */
  readonly progress: (line: string) => void;
}

export interface World {
  readonly operator: RunningOperator;
  readonly marathonUrl: string;
  /** Ends everything; resolves to the number of processes that were still there afterwards. */
  close(): Promise<number>;
}

/** Starts everything. Whatever was started is ended again when something fails. */
export async function startWorld(config: WorldConfig, deps: WorldDeps, signal: AbortSignal): Promise<World> {
  const guardian = await createGuardian();
  const building = new Building(guardian);
  try {
    return await build(building, config, { ...deps, guardian }, signal);
  } catch (error) {
    await building.close();
    throw error;
  }
}

/** What stands so far, so that it can be taken down in reverse. */
class Building {
  readonly #guardian: Guardian;
  readonly #stop = new AbortController();
  marathon: EmbeddedMarathon | undefined;
  operator: RunningOperator | undefined;
  storage: Storage | undefined;
  statsd: StatsdListener | undefined;

  constructor(guardian: Guardian) {
    this.#guardian = guardian;
  }

  /** Ends the operator first: it must not see the rest go. */
  get operatorSignal(): AbortSignal {
    return this.#stop.signal;
  }

  async close(): Promise<number> {
    this.#stop.abort();
    await this.operator?.stopped;
    const ended = await this.marathon?.close();
    await this.storage?.close();
    await this.statsd?.close();
    await this.#guardian.close();
    return ended?.leftProcesses ?? 0;
  }
}

async function build(
  building: Building,
  config: WorldConfig,
  deps: WorldDeps & { readonly guardian: Guardian },
  signal: AbortSignal,
): Promise<World> {
  const { clock, log, guardian, progress } = deps;
  if (config.storage) requireAzurite();
  const workDir = makeScratchDirectory('microscaling-demo', { what: 'what the demo and its tasks write' });
  guardian.removeOnDeath(workDir);
  const env = baseEnvironment(config.env);
  if (config.storage) {
    progress('starting Azurite (a real Azure Storage queue)');
    building.storage = await startStorage(QUEUE_NAME, { guardian, clock, env }, signal);
    await createQueue(building.storage.env, signal);
  }
  const statsd = await listenStatsd({ host: HOST, port: 0 });
  building.statsd = statsd;
  progress('starting the embedded Marathon and the operator');
  building.marathon = await startMarathon(
    {
      host: HOST,
      port: config.marathonPort,
      anyPort: true,
      cpus: CPUS,
      mem: MEM_MB,
      taskStartDelayMs: config.taskStartDelayMs,
      taskEnv: { PRODUCER_SEED: String(config.seed), NODE_COMPILE_CACHE: join(workDir, 'node-cache') },
      statsd,
      workDir,
      env: config.env,
    },
    { clock, log, guardian },
  );
  building.operator = await startOperator(
    {
      policies: [config.policy],
      dataDir: join(workDir, 'data'),
      marathon: [building.marathon.url],
      api: config.api,
      anyApiPort: true,
      ...defined({ law: config.law }),
      env: { ...config.env, ...building.storage?.env },
    },
    { ...deps, statsd },
    AbortSignal.any([signal, building.operatorSignal]),
  );
  return {
    operator: building.operator,
    marathonUrl: building.marathon.url,
    close: () => building.close(),
  };
}
