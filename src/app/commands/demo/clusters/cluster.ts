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
  readonly operator: Pick<OperatorConfig, 'marathon'>;
  /** Variables that its policy refers to. */
  readonly variables: Readonly<Record<string, string>>;
  /** Takes everything down; resolves to how many processes or containers were still there afterwards. */
  close(): Promise<number>;
}

/** @throws TerminalError when it cannot be had, in words that say what to do */
export type StartCluster = (context: ClusterContext, signal: AbortSignal) => Promise<DemoCluster>;
