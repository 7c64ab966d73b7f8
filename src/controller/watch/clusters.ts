// controller: the clusters in use, each with its own reachability: one that is down says nothing about another.

import { defined } from '../../lang/defined.ts';
import type { ClusterSpec } from '../../schedulers/scheduler.ts';
import type { SchedulerWords } from '../../schedulers/words.ts';
import { namedUrls } from '../policies/workloads.ts';
import type { OperatorDeps } from '../ports.ts';
import type { ClusterView, OperatorView } from '../status/view.ts';

type ClustersDeps = Pick<OperatorDeps, 'clusterId' | 'clusterInfo' | 'schedulerInfo' | 'ownCluster'> & {
  readonly words: SchedulerWords;
  readonly wordsOf: (cluster: ClusterSpec | undefined) => SchedulerWords;
};

interface Read {
  readonly pool: string;
  readonly cluster: ClusterSpec | undefined;
  /** Why it could not be read when that was last tried. */
  readonly failure?: string;
}

const OWN = '';

/** In the order in which they were first read. */
export class Clusters {
  readonly #deps: ClustersDeps;
  /** By pool and cluster; under `OWN` the operator's own, while no pool has been read. */
  readonly #read = new Map<string, Read>();

  constructor(deps: ClustersDeps) {
    this.#deps = deps;
  }

  /** It was read for a pool, or could not be; without a pool it is the operator's own. */
  note(pool: string | undefined, cluster: ClusterSpec | undefined, failure: string | undefined): void {
    const key = pool === undefined ? OWN : `${pool} ${this.#idOf(cluster)}`;
    this.#read.set(key, { pool: pool ?? OWN, cluster, ...defined({ failure }) });
    if (pool !== undefined) this.#read.delete(OWN);
  }

  /** Forgets clusters in which no app of the pool lives any more. */
  keepOnlyIn(pool: string, clusters: Iterable<ClusterSpec | undefined>): void {
    const ids = new Set([...clusters].map((cluster) => this.#idOf(cluster)));
    for (const [key, read] of this.#read)
      if (read.pool === pool && !ids.has(this.#idOf(read.cluster))) this.#read.delete(key);
  }

  /** Forgets what was read for other pools. */
  keepOnly(pools: ReadonlySet<string>): void {
    for (const [key, { pool }] of this.#read) if (pool !== OWN && !pools.has(pool)) this.#read.delete(key);
  }

  /** As the pool sees them, with its own credentials. */
  of(pool: string): readonly ClusterView[] {
    return [...this.#read.values()].flatMap((read) => (read.pool === pool ? [this.#viewOf([read])] : []));
  }

  /** One per cluster: it is there when it answers anybody, for credentials may be wrong for one pool and not for another. */
  view(): readonly ClusterView[] {
    const clusters = Map.groupBy(this.#read.values(), ({ cluster }) => this.#idOf(cluster));
    return [...clusters.values()].flatMap(([first, ...rest]) => {
      return first === undefined ? [] : [this.#viewOf([first, ...rest])];
    });
  }

  /** All of them in one: what keeps one of them from being read comes first. */
  summary(): OperatorView['cluster'] {
    const all = this.view();
    const names = [...new Set(all.map((each) => each.scheduler))];
    const scheduler = names.length === 0 ? this.#deps.words.name : names.join(', ');
    const url = this.#deps.schedulerInfo?.().url ?? all.map((each) => each.url).join(', ');
    if (all.length === 0 && this.#deps.ownCluster === false)
      return { scheduler, url, reachable: true, message: 'no policy needs a cluster yet' };
    if (all.length === 0) return { scheduler, url, reachable: false, message: 'not read yet' };
    const away = all.filter(({ reachable }) => !reachable);
    if (away.length === 0) return { scheduler, url, reachable: true, message: 'answers' };
    const message = away.map((each) => each.message).join('; ');
    return { scheduler, url, reachable: false, message };
  }

  #idOf(cluster: ClusterSpec | undefined): string {
    return this.#deps.clusterId?.(cluster) ?? namedUrls(cluster);
  }

  #viewOf(reads: readonly [Read, ...Read[]]): ClusterView {
    const { urls, url, version } = this.#infoOf(reads[0].cluster);
    const failure = reads.some((read) => read.failure === undefined) ? undefined : reads[0].failure;
    return {
      scheduler: this.#deps.wordsOf(reads[0].cluster).name,
      urls,
      url,
      reachable: failure === undefined,
      message: failure ?? 'answers',
      ...defined({ version }),
    };
  }

  /** A cluster that cannot even be asked has an address nevertheless. */
  #infoOf(cluster: ClusterSpec | undefined): Pick<ClusterView, 'urls' | 'url' | 'version'> {
    const { clusterInfo, schedulerInfo } = this.#deps;
    const info = clusterInfo?.(cluster);
    if (info !== undefined) return info;
    const urls = cluster?.urls ?? [];
    return { urls, url: urls[0] ?? schedulerInfo?.().url ?? '' };
  }
}
