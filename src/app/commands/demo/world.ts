// app: the laptop world. Storage, a cluster and the operator, started together; nothing outlives it.

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
import { baseEnvironment } from '../marathon.ts';
import { createQueue } from '../programs.ts';
import { requireAzurite, type Storage, startStorage } from './azurite.ts';
import type { DemoCluster, StartCluster } from './clusters/cluster.ts';
import { startDockerCluster } from './clusters/docker.ts';
import { startKubernetesCluster } from './clusters/kubernetes.ts';
import { startMarathonCluster } from './clusters/marathon.ts';

const QUEUE_NAME = 'demo-queue';

/** What a demo's apps may run on. */
const CLUSTERS = {
  docker: startDockerCluster,
  kubernetes: startKubernetesCluster,
  marathon: startMarathonCluster,
} as const satisfies Readonly<Record<string, StartCluster>>;

export type DemoScheduler = keyof typeof CLUSTERS;

export const DEMO_SCHEDULERS = Object.keys(CLUSTERS) as readonly DemoScheduler[];

export interface WorldConfig {
  readonly scheduler: DemoScheduler;
  readonly policy: string;
  /** Whether there is to be a queue. */
  readonly storage: boolean;
  readonly api: Address;
  readonly marathonPort: number;
  readonly taskStartDelayMs: number;
  readonly seed: number;
  readonly law?: AlgorithmType;
  readonly kubeconfig?: string | undefined;
  readonly kubeContext?: string | undefined;
  readonly image?: string | undefined;
  /** Of this machine, where queue and counters are reached. */
  readonly address: string;
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
  readonly cluster: Pick<DemoCluster, 'name' | 'url' | 'unheard'>;
  /** Ends everything; resolves to the number of processes or containers that were still there afterwards. */
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
  cluster: DemoCluster | undefined;
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
    const left = await this.cluster?.close();
    await this.storage?.close();
    await this.statsd?.close();
    await this.#guardian.close();
    return left ?? 0;
  }
}

async function build(
  building: Building,
  config: WorldConfig,
  deps: WorldDeps & { readonly guardian: Guardian },
  signal: AbortSignal,
): Promise<World> {
  const { clock, guardian, progress } = deps;
  if (config.storage) requireAzurite();
  const workDir = makeScratchDirectory('microscaling-demo', { what: 'what the demo and its tasks write' });
  guardian.removeOnDeath(workDir);
  const env = baseEnvironment(config.env);
  if (config.storage) {
    progress('starting Azurite (a real Azure Storage queue)');
    building.storage = await startStorage(QUEUE_NAME, { guardian, clock, env, host: config.address }, signal);
    await createQueue(building.storage.env, signal);
  }
  const statsd = await listenStatsd({ host: config.address, port: 0 });
  building.statsd = statsd;
  building.cluster = await CLUSTERS[config.scheduler](
    { ...config, ...deps, statsd, workDir, storageVariables: building.storage?.env ?? {} },
    signal,
  );
  building.operator = await startOperator(
    {
      policies: [config.policy],
      dataDir: join(workDir, 'data'),
      ...building.cluster.operator,
      api: config.api,
      anyApiPort: true,
      ...defined({ law: config.law }),
      env: { ...config.env, ...building.storage?.env, ...building.cluster.variables },
    },
    { ...deps, statsd },
    AbortSignal.any([signal, building.operatorSignal]),
  );
  return {
    operator: building.operator,
    cluster: building.cluster,
    close: () => building.close(),
  };
}
