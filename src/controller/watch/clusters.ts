// controller: the clusters in use, each with its own reachability: one that is down says nothing about another.

import { instantText } from '../../api/words/instant.ts';
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
  readonly cluster: ClusterSpec | undefined;
  /** Why it could not be read when that was last tried. */
  readonly failure?: string;
  /** Since when it does not answer, ms since the epoch. */
  readonly silentSinceMs?: number;
}

/** What a look at a cluster came to; neither: it answers. */
export type Look = Omit<Read, 'cluster'>;

/** The clusters of one pool, by what tells them apart. */
type ReadBy = Map<string, Read>;

interface Common {
  readonly read: Read;
  readonly view: ClusterView;
}

const NOTHING: readonly never[] = [];
/** With a cluster each, pools have nothing in common, and looking for it would cost more than asking. */
const MOST_COMMON = 8;

/** In the order in which they were first read. */
export class Clusters {
  readonly #deps: ClustersDeps;
  readonly #read = new Map<string, ReadBy>();
  /** What was said of a pool last. */
  readonly #shown = new Map<string, readonly ClusterView[]>();
  /** What was said last of what hundreds of pools may have in common. */
  #common: readonly Common[] = [];
  /** The operator's own, while no pool has been read. */
  #own: Read | undefined;

  constructor(deps: ClustersDeps) {
    this.#deps = deps;
  }

  /** It was read for a pool, or could not be; without a pool it is the operator's own. */
  note(pool: string | undefined, cluster: ClusterSpec | undefined, look: Look): void {
    const read: Read = { cluster, ...look };
    if (pool === undefined) {
      this.#own = read;
      return;
    }
    this.#own = undefined;
    const known = this.#read.get(pool) ?? new Map<string, Read>();
    const id = this.#idOf(cluster);
    const last = known.get(id);
    if (last !== undefined && isSameRead(last, read)) return;
    known.set(id, read);
    this.#read.set(pool, known);
  }

  /** Forgets clusters in which no app of the pool lives any more. */
  keepOnlyIn(pool: string, clusters: Iterable<ClusterSpec | undefined>): void {
    const known = this.#read.get(pool);
    if (known === undefined) return;
    const ids = new Set(Array.from(clusters, (cluster) => this.#idOf(cluster)));
    for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
  }

  /** Forgets what was read for a pool. */
  forget(pool: string): void {
    this.#read.delete(pool);
    this.#shown.delete(pool);
  }

  /** Forgets what was read for other pools. */
  keepOnly(pools: ReadonlySet<string>): void {
    for (const known of [this.#read, this.#shown])
      for (const pool of known.keys()) if (!pools.has(pool)) known.delete(pool);
  }

  /**
   * How pools see them in this moment, with their own credentials; the same list as before while it says the same. What pools have in
   * common is asked once for all.
   */
  look(): (pool: string) => readonly ClusterView[] {
    const before = this.#common;
    const now: Common[] = [];
    this.#common = now;
    const viewOf = (read: Read): ClusterView => {
      const isIt = (each: Common): boolean => isSameRead(each.read, read);
      const known = now.find(isIt);
      if (known !== undefined) return known.view;
      const view = this.#viewOf([read]);
      const last = before.find(isIt)?.view;
      const shown = isSame(view, last) && last !== undefined ? last : view;
      if (now.length < MOST_COMMON) now.push({ read, view: shown });
      return shown;
    };
    return (pool) => {
      const shown = this.#shown.get(pool) ?? NOTHING;
      const views = Array.from(this.#read.get(pool)?.values() ?? NOTHING, viewOf);
      if (views.length === shown.length && views.every((view, i) => isSame(view, shown[i]))) return shown;
      this.#shown.set(pool, views);
      return views;
    };
  }

  /** One per cluster: it is there when it answers anybody, for credentials may be wrong for one pool and not for another. */
  view(): readonly ClusterView[] {
    const reads = new Map<string, [Read, ...Read[]]>();
    const add = (id: string, read: Read): void => {
      const same = reads.get(id);
      if (same === undefined) reads.set(id, [read]);
      else same.push(read);
    };
    if (this.#own !== undefined) add(this.#idOf(this.#own.cluster), this.#own);
    for (const known of this.#read.values()) for (const [id, read] of known) add(id, read);
    return Array.from(reads.values(), (same) => this.#viewOf(same));
  }

  /**
   * All of them in one: what keeps one of them from being read comes first.
   *
   * @param all what `view` says now
   */
  summary(all: readonly ClusterView[]): OperatorView['cluster'] {
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
    const there = reads.find((read) => read.failure === undefined);
    const failure = there === undefined ? reads[0].failure : undefined;
    const silentSinceMs = reads.find((read) => read.silentSinceMs !== undefined)?.silentSinceMs;
    const isSilent = failure === undefined && silentSinceMs !== undefined;
    return {
      scheduler: this.#deps.wordsOf(reads[0].cluster).name,
      urls,
      url,
      reachable: failure === undefined,
      message: failure ?? (isSilent ? `has not answered since ${instantText(silentSinceMs)}` : 'answers'),
      ...(isSilent && { silentSinceMs }),
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

function isSameRead(a: Read, b: Read): boolean {
  return a.cluster === b.cluster && a.failure === b.failure && a.silentSinceMs === b.silentSinceMs;
}

function isSame(a: ClusterView, b: ClusterView | undefined): boolean {
  if (a === b) return true;
  return (
    b !== undefined &&
    a.scheduler === b.scheduler &&
    a.url === b.url &&
    a.reachable === b.reachable &&
    a.silentSinceMs === b.silentSinceMs &&
    a.message === b.message &&
    a.version === b.version &&
    a.urls.length === b.urls.length &&
    a.urls.every((url, i) => url === b.urls[i])
  );
}
