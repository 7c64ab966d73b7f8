// app: what the apps of a demo run on. The demo itself is the same wherever that is.

import type { AlgorithmType } from '../../../../api/policy.ts';
import type { Guardian } from '../../../../emulator/index.ts';
import type { Clock } from '../../../../runtime/clock.ts';
import type { Logger } from '../../../../runtime/log.ts';
import type { StatsdListener } from '../../../../runtime/network/statsd.ts';
import type { OperatorConfig } from '../../../operator/operator.ts';

/** What a demo's cluster is started with. */
export interface ClusterContext {
  readonly marathonPort: number;
  readonly taskStartDelayMs: number;
  readonly seed: number;
  readonly law?: AlgorithmType;
  /** How to reach a Kubernetes cluster. */
  readonly kubeconfig?: string | undefined;
  readonly kubeContext?: string | undefined;
  /** What its pods run; default: the image that the demo on Docker makes. */
  readonly image?: string | undefined;
  /** Of this machine, where whatever runs elsewhere reaches queue and counters. */
  readonly address: string;
  /** Of the queue's account; none where there is no queue. */
  readonly storageVariables: Readonly<Record<string, string>>;
  /** Receives the counters of the programs. */
  readonly statsd: StatsdListener;
  /** Removed with everything in it at the end. */
  readonly workDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly guardian: Guardian;
  /** One line for people about what is being started. */
  readonly progress: (line: string) => void;
}

export interface DemoCluster {
  /** For people: `marathon`, and where it is. */
  readonly name: string;
  readonly url: string;
  /** What the operator is started with because of it. */
  readonly operator: Pick<OperatorConfig, 'marathon' | 'kubernetes'>;
  /** Variables that its policy refers to. */
  readonly variables: Readonly<Record<string, string>>;
  /** What it means when all is said to run and no program has counted anything; absent: nobody need wait for that. */
  readonly unheard?: string;
  /** Takes everything down; resolves to how many processes or containers were still there afterwards. */
  close(): Promise<number>;
}

/** @throws TerminalError when it cannot be had, in words that say what to do */
export type StartCluster = (context: ClusterContext, signal: AbortSignal) => Promise<DemoCluster>;
