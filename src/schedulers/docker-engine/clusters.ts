// schedulers: every engine that apps of one scheduler name, one client each, made when it is first named.

import { defined } from '../../lang/defined.ts';
import type {
  ClusterInfo,
  ClusterSpec,
  ClustersDeps,
  ReportingScheduler,
  Scheduler,
  SchedulerClusters,
  SchedulerStats,
} from '../scheduler.ts';
import type { SchedulerWords } from '../words.ts';
import type { WorkloadIdentity } from '../workload.ts';
import { ownEngineHost, parseEngineAddress } from './address.ts';
import type { EngineConfig, EngineSpec } from './spec.ts';

const DEADLINE_MS = 10_000;
/** While events are followed the periodic list only guards against a lost one. */
const RESYNC_MS = 60_000;

export interface EngineClustersOf {
  readonly words: SchedulerWords;
  /** @throws TerminalError for an address that is none, and for a certificate that cannot be had */
  readonly create: (config: EngineConfig, deps: ClustersDeps) => ReportingScheduler;
}

export class EngineClusters implements SchedulerClusters {
  readonly words: SchedulerWords;
  readonly #create: EngineClustersOf['create'];
  readonly #deps: ClustersDeps;
  /** The operator's own. */
  readonly #host: string;
  readonly #schedulers = new Map<string, ReportingScheduler>();

  constructor({ words, create }: EngineClustersOf, deps: ClustersDeps) {
    this.words = words;
    this.#create = create;
    this.#deps = deps;
    this.#host = ownEngineHost(deps.env?.['DOCKER_HOST']);
  }

  idOf(spec: ClusterSpec | undefined): string {
    const { host, tls } = this.#clusterOf(spec);
    const address = parseEngineAddress(host, { tls: tls !== undefined });
    return 'wrong' in address ? host : address.text;
  }

  identityOf(spec: ClusterSpec | undefined, name: string): WorkloadIdentity {
    return { scheduler: this.words.name, cluster: this.idOf(spec), name };
  }

  /** @throws TerminalError for an address that is none, and for a certificate that cannot be had */
  of(spec: ClusterSpec | undefined): ReportingScheduler {
    const cluster = this.#clusterOf(spec);
    const key = JSON.stringify(cluster);
    const known = this.#schedulers.get(key);
    if (known !== undefined) return known;
    const config = { ...cluster, deadlineMs: DEADLINE_MS, resyncMs: RESYNC_MS };
    const scheduler = this.#create(config, this.#deps);
    this.#schedulers.set(key, scheduler);
    return scheduler;
  }

  own(): Pick<Scheduler, 'observe'> {
    return { observe: (names, signal) => this.of(undefined).observe(names, signal) };
  }

  clusterInfo(spec: ClusterSpec | undefined): ClusterInfo {
    const url = this.idOf(spec);
    const version = this.#schedulers.get(JSON.stringify(this.#clusterOf(spec)))?.info().version;
    return { urls: [url], url, ...defined({ version }) };
  }

  info(): { readonly url: string; readonly stats: SchedulerStats } {
    const all = [...this.#schedulers.values()];
    const stats = all.map((scheduler) => scheduler.stats());
    return {
      url: all.map((scheduler) => scheduler.info().url).join(', '),
      stats: {
        writes: sum(stats.map(({ writes }) => writes)),
        conflicts: sum(stats.map(({ conflicts }) => conflicts)),
        reads: sum(stats.map(({ reads }) => reads)),
      },
    };
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#schedulers.values()].map((scheduler) => scheduler.close()));
  }

  #clusterOf(spec: ClusterSpec | undefined): EngineSpec & { readonly host: string } {
    const { host, tls }: EngineSpec = spec ?? {};
    return { host: host ?? this.#host, ...defined({ tls }) };
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
