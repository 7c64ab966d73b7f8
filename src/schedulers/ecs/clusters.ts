// schedulers/ecs: every account and region that policies name, one client each, made when it is first named.

import type {
  ClusterInfo,
  ClusterSpec,
  ClustersDeps,
  Scheduler,
  SchedulerClusters,
  SchedulerStats,
} from '../scheduler.ts';
import type { WorkloadIdentity } from '../workload.ts';
import type { EcsSpec } from './block/index.ts';
import { endpointOf, ownRegion } from './connection.ts';
import { EcsScheduler } from './index.ts';
import { ECS_WORDS } from './words.ts';

export class EcsClusters implements SchedulerClusters {
  readonly words = ECS_WORDS;
  readonly #deps: ClustersDeps;
  readonly #schedulers = new Map<string, EcsScheduler>();

  constructor(deps: ClustersDeps) {
    this.#deps = deps;
  }

  /** The region's endpoint, and the key that is used there: which account a key is of only AWS knows. */
  idOf(spec: ClusterSpec | undefined): string {
    const { auth, ...place } = this.#completed(spec);
    const where = endpointOf(place, this.#deps.env ?? {}) ?? 'no region';
    return auth === undefined ? where : `${where} ${JSON.stringify(auth.accessKeyId)}`;
  }

  identityOf(spec: ClusterSpec | undefined, name: string): WorkloadIdentity {
    return { scheduler: this.words.name, cluster: this.idOf(spec), name };
  }

  of(spec: ClusterSpec | undefined): EcsScheduler {
    const completed = this.#completed(spec);
    const key = JSON.stringify(completed);
    const known = this.#schedulers.get(key);
    if (known !== undefined) return known;
    const { clock, log, values, env = {}, onCall } = this.#deps;
    const made = new EcsScheduler(completed, {
      clock,
      log,
      values,
      env,
      ...(onCall !== undefined && { onCall }),
    });
    this.#schedulers.set(key, made);
    return made;
  }

  own(): Pick<Scheduler, 'observe'> {
    return { observe: (names, signal) => this.of(undefined).observe(names, signal) };
  }

  clusterInfo(spec: ClusterSpec | undefined): ClusterInfo {
    const url = this.of(spec).info().url;
    return { urls: [url], url };
  }

  info(): { readonly url: string; readonly stats: SchedulerStats } {
    const all = [...this.#schedulers.values()];
    const sum = (of: (stats: SchedulerStats) => number): number =>
      all.reduce((total, scheduler) => total + of(scheduler.stats()), 0);
    return {
      url: all.map((scheduler) => scheduler.info().url).join(', '),
      stats: {
        writes: sum(({ writes }) => writes),
        conflicts: sum(({ conflicts }) => conflicts),
        reads: sum(({ reads }) => reads),
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#schedulers.values()].map((scheduler) => scheduler.close()));
  }

  /** In the order of its fields, with the operator's own region where none is said. */
  #completed(spec: ClusterSpec | undefined): EcsSpec {
    const { region, endpoint, auth, caFile }: EcsSpec = spec ?? {};
    const known = region ?? ownRegion(this.#deps.env ?? {});
    return {
      ...(known !== undefined && { region: known }),
      ...(endpoint !== undefined && { endpoint }),
      ...(auth !== undefined && { auth }),
      ...(caFile !== undefined && { caFile }),
    };
  }
}
