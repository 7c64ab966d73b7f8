// schedulers: every engine that apps of one scheduler name, one client each, made when it is first named.

import { defined } from '../../lang/defined.ts';
import { KnownClusters } from '../known-clusters.ts';
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
  readonly #clusters: KnownClusters<ReportingScheduler>;

  constructor({ words, create }: EngineClustersOf, deps: ClustersDeps) {
    this.words = words;
    this.#create = create;
    this.#deps = deps;
    this.#clusters = new KnownClusters(deps.clock);
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
    const config = { ...cluster, deadlineMs: DEADLINE_MS, resyncMs: RESYNC_MS };
    return this.#clusters.of(JSON.stringify(cluster), () => this.#create(config, this.#deps));
  }

  own(): Pick<Scheduler, 'observe'> {
    return { observe: (names, signal) => this.of(undefined).observe(names, signal) };
  }

  clusterInfo(spec: ClusterSpec | undefined): ClusterInfo {
    const url = this.idOf(spec);
    const version = this.#clusters.known(JSON.stringify(this.#clusterOf(spec)))?.info().version;
    return { urls: [url], url, ...defined({ version }) };
  }

  info(): { readonly url: string; readonly stats: SchedulerStats } {
    return this.#clusters.info();
  }

  close(): Promise<void> {
    return this.#clusters.close();
  }

  #clusterOf(spec: ClusterSpec | undefined): EngineSpec & { readonly host: string } {
    const { host, tls }: EngineSpec = spec ?? {};
    return { host: host ?? this.#host, ...defined({ tls }) };
  }
}
