// app: the clusters that policies live in, of every scheduler that there is: which one is meant says an app's block.

import type { AppSpec } from '../../api/policy.ts';
import { isObject } from '../../api/schema/json-schema.ts';
import { blockOf } from '../../api/schema/scheduler-block.ts';
import type { WorkloadOf } from '../../controller/policies/workloads.ts';
import { defined } from '../../lang/defined.ts';
import { TerminalError } from '../../runtime/errors.ts';
import { SCHEDULERS } from '../../schedulers/registry.ts';
import type {
  Claims,
  ClusterSpec,
  ClustersDeps,
  SchedulerClusters,
  SchedulerStats,
  SchedulerType,
} from '../../schedulers/scheduler.ts';
import type { SchedulerWords } from '../../schedulers/words.ts';

export interface SchedulersDeps extends Omit<ClustersDeps, 'own'> {
  /** Those that may be named, by name; default: every registered one. */
  readonly types?: Readonly<Record<string, SchedulerType>>;
  /** The one of apps that name none; default: Marathon. */
  readonly type?: string;
  /** Of the cluster of policies that name none. */
  readonly defaultUrls: readonly string[];
  /** Of the Mesos beside a Marathon, for budgets by cluster; default: where Marathon says it is. */
  readonly mesosUrl?: string | undefined;
  /** How the operator reaches its own Kubernetes, where it was told. */
  readonly kubeconfig?: string | undefined;
  readonly kubeContext?: string | undefined;
}

/** The clusters of every scheduler. A spec with the key of a scheduler is its; any other is the default scheduler's. */
export interface OpenSchedulers extends Omit<SchedulerClusters, 'claims'> {
  claims(): Claims | undefined;
  wordsOf(cluster: ClusterSpec | undefined): SchedulerWords;
  readonly workloadOf: WorkloadOf;
}

/** @throws TerminalError for a default URL that cannot be used: it is said before anybody logs or shows it */
export function openSchedulers({
  types = SCHEDULERS,
  type = 'marathon',
  defaultUrls,
  mesosUrl,
  kubeconfig,
  kubeContext,
  ...deps
}: SchedulersDeps): OpenSchedulers {
  const own = { urls: defaultUrls, ...defined({ machinesUrl: mesosUrl, kubeconfig, kubeContext }) };
  const open = (key: string): SchedulerClusters => {
    const chosen = types[key];
    if (chosen !== undefined) return chosen.open({ ...deps, own });
    throw new TerminalError(`there is no scheduler '${key}'; use one of ${Object.keys(types).join(', ')}`);
  };
  return new Schedulers(type, open, workloadOf(types));
}

class Schedulers implements OpenSchedulers {
  readonly workloadOf: WorkloadOf;
  readonly #type: string;
  readonly #open: (key: string) => SchedulerClusters;
  readonly #opened = new Map<string, SchedulerClusters>();

  constructor(type: string, open: (key: string) => SchedulerClusters, workloads: WorkloadOf) {
    this.#type = type;
    this.#open = open;
    this.workloadOf = workloads;
    this.#clusters(type);
  }

  get words(): SchedulerWords {
    return this.#clusters(this.#type).words;
  }

  wordsOf(cluster: ClusterSpec | undefined): SchedulerWords {
    return this.#of(cluster).words;
  }

  idOf(cluster: ClusterSpec | undefined): string {
    const id = this.#of(cluster).idOf(inner(cluster));
    return cluster?.scheduler === undefined ? id : `${cluster.scheduler} ${id}`;
  }

  identityOf(cluster: ClusterSpec | undefined, name: string): ReturnType<SchedulerClusters['identityOf']> {
    return this.#of(cluster).identityOf(inner(cluster), name);
  }

  of(cluster: ClusterSpec | undefined): ReturnType<SchedulerClusters['of']> {
    return this.#of(cluster).of(inner(cluster));
  }

  own(): ReturnType<SchedulerClusters['own']> {
    return this.#clusters(this.#type).own();
  }

  claims(): Claims | undefined {
    return this.#clusters(this.#type).claims?.();
  }

  clusterInfo(cluster: ClusterSpec | undefined): ReturnType<SchedulerClusters['clusterInfo']> {
    return this.#of(cluster).clusterInfo(inner(cluster));
  }

  info(): { readonly url: string; readonly stats: SchedulerStats } {
    const all = [...this.#opened.values()].map((clusters) => clusters.info());
    const sum = (of: (stats: SchedulerStats) => number): number =>
      all.reduce((total, { stats }) => total + of(stats), 0);
    return {
      url: all
        .map(({ url }) => url)
        .filter((url) => url !== '')
        .join(', '),
      stats: {
        writes: sum(({ writes }) => writes),
        conflicts: sum(({ conflicts }) => conflicts),
        reads: sum(({ reads }) => reads),
      },
    };
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#opened.values()].map((clusters) => clusters.close()));
  }

  #of(cluster: ClusterSpec | undefined): SchedulerClusters {
    return this.#clusters(cluster?.scheduler ?? this.#type);
  }

  /** Each is opened when it is first named. */
  #clusters(key: string): SchedulerClusters {
    const clusters = this.#opened.get(key) ?? this.#open(key);
    this.#opened.set(key, clusters);
    return clusters;
  }
}

function inner(cluster: ClusterSpec | undefined): ClusterSpec | undefined {
  return cluster?.scheduler === undefined ? cluster : cluster.cluster;
}

function workloadOf(types: Readonly<Record<string, SchedulerType>>): WorkloadOf {
  const keys = new Set(Object.keys(types).filter((key) => types[key]?.block !== undefined));
  return (app: AppSpec, metadata) => {
    const named = blockOf(app, keys);
    if (named === undefined || !isObject(named.block)) return undefined;
    const workload = types[named.type]?.block?.workload(named.block, { metadata, app: app.name });
    return workload && { ...workload, scheduler: named.type };
  };
}
