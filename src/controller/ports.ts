// controller: what the operator is built from. Everything concrete is passed in.

import type { MetricSpec } from '../api/policy.ts';
import type { Decision, DecisionInput } from '../core/decision.ts';
import type { MetricSource } from '../metric-sources/source.ts';
import type { InterventionHome } from '../policy-sources/interventions.ts';
import type { PolicySource } from '../policy-sources/source.ts';
import type { Clock } from '../runtime/clock.ts';
import type { DocumentStore } from '../runtime/document-store.ts';
import type { Logger } from '../runtime/log.ts';
import type { Turn } from '../runtime/work/fair-turns.ts';
import type { ClusterInfo, ClusterSpec, Scheduler, SchedulerStats } from '../schedulers/scheduler.ts';
import type { SchedulerWords } from '../schedulers/words.ts';
import type { WorkloadIdentity } from '../schedulers/workload.ts';
import type { WorkloadOf } from './policies/workloads.ts';
import type { RoundReport } from './status/round-report.ts';
import type { Leadership } from './watch/leadership.ts';
import type { Shard } from './watch/shard.ts';

export type Decide = (input: DecisionInput) => Decision;

export interface OperatorDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** In [0, 1); spreads retries. */
  readonly random: () => number;
  readonly sources: readonly PolicySource[];
  /** What outlives the process: adoptions, memory, interventions, what each policy owns, events. Default: nothing does. */
  readonly documents?: DocumentStore;
  /** Where pauses and overrides are kept; default: in `documents`. The last one is the home of those that no other is. */
  readonly interventionHomes?: readonly InterventionHome[];
  /** The same spec gives the same scheduler; whoever passes it in closes it. Throws TerminalError for a spec that cannot work. */
  readonly schedulerFor: (cluster: ClusterSpec | undefined) => Scheduler;
  /** Says whether two specs mean the same cluster; default: their urls are the same. */
  readonly clusterId?: (cluster: ClusterSpec | undefined) => string;
  /** Who an app is among all that there are; default: by `clusterId` and its name. */
  readonly identityOf?: (cluster: ClusterSpec | undefined, name: string) => WorkloadIdentity;
  /** What an app is in the scheduler that its block names; default: no app names one. */
  readonly workloadOf?: WorkloadOf;
  /** How people speak of the scheduler of apps that name none; default: without its name. */
  readonly words?: SchedulerWords;
  /** How people speak of the scheduler of a cluster; default: as `words`. */
  readonly wordsOf?: (cluster: ClusterSpec | undefined) => SchedulerWords;
  /** Whether the operator was told of a cluster of its own, for apps that name none; default: it was. */
  readonly ownCluster?: boolean;
  /** For the page: where the operator's own cluster is, and what went over the wire. */
  readonly schedulerInfo?: () => { readonly url: string; readonly stats: SchedulerStats };
  /** For people: the addresses of a cluster, the one in use, and its version, as far as they are known. */
  readonly clusterInfo?: (cluster: ClusterSpec | undefined) => ClusterInfo;
  /** A new source; the operator closes it. A round waits for its reads: each has a deadline. Throws TerminalError for a configuration that cannot work. */
  readonly metricSourceFor: (metric: MetricSpec) => MetricSource;
  /** For people: `queue demo-queue`. */
  readonly describeMetric: (metric: MetricSpec) => string;
  /** Masks what is a secret in a text that people will read; default: nothing is one. */
  readonly redact?: (text: string) => string;
  readonly decide: Decide;
  /** Whether this instance may write; default: there is no other. */
  readonly leadership?: Leadership;
  /** Where several operators share the policies: which of them are this one's; default: all. */
  readonly shard?: Shard;
  /** What an app's programs have counted over its life. */
  readonly counters?: (appId: string) => Readonly<Record<string, number>>;
  /** What rounds wait for before they begin, and before they go on once they have seen; default: they do not wait. */
  readonly turns?: { readonly begin: Turn; readonly goOn: Turn };
  /** Runs a round of this pool, for whoever must know what happens within it; default: runs it. */
  readonly inRound?: <T>(pool: string, round: () => Promise<T>) => Promise<T>;
  /** Called with every round that ended, within it; must not throw. */
  readonly onRound?: (report: RoundReport) => void;
  readonly version: string;
  /** How many decision records and events are kept. */
  readonly maxRecords?: number;
}
