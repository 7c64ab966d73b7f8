// schedulers/ecs: every account and region that policies name, one client each, made when it is first named.

import { KnownClusters } from '../known-clusters.ts';
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
  readonly #clusters: KnownClusters<EcsScheduler>;

  constructor(deps: ClustersDeps) {
    this.#deps = deps;
    this.#clusters = new KnownClusters(deps.clock);
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
    const { clock, log, values, env = {}, onCall } = this.#deps;
    const deps = { clock, log, values, env, ...(onCall !== undefined && { onCall }) };
    return this.#clusters.of(JSON.stringify(completed), () => new EcsScheduler(completed, deps));
  }

  own(): Pick<Scheduler, 'observe'> {
    return { observe: (names, signal) => this.of(undefined).observe(names, signal) };
  }

  clusterInfo(spec: ClusterSpec | undefined): ClusterInfo {
    const url = this.of(spec).info().url;
    return { urls: [url], url };
  }

  info(): { readonly url: string; readonly stats: SchedulerStats } {
    return this.#clusters.info();
  }

  close(): Promise<void> {
    return this.#clusters.close();
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
