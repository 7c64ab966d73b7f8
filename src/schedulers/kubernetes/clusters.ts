// schedulers/kubernetes: every cluster that policies name, one client each, made when it is first named.

import type { KubeApi } from '../../runtime/kubernetes/api.ts';
import { serverOf } from '../../runtime/kubernetes/kubeconfig.ts';
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
import type { KubernetesSpec } from './block.ts';
import { KubernetesScheduler } from './index.ts';
import { KUBERNETES_WORDS } from './words.ts';

export class KubernetesClusters implements SchedulerClusters {
  readonly words = KUBERNETES_WORDS;
  readonly #deps: ClustersDeps;
  readonly #clusters: KnownClusters<KubernetesScheduler>;
  /** By spec as it is spelled; a kubeconfig is read once for each. */
  readonly #ids = new Map<string, string>();

  constructor(deps: ClustersDeps) {
    this.#deps = deps;
    this.#clusters = new KnownClusters(deps.clock);
  }

  /** The address of the API server, whichever file or context leads there. */
  idOf(spec: ClusterSpec | undefined): string {
    const key = JSON.stringify(this.#completed(spec));
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const { kubeconfig, context } = this.#completed(spec);
    const server = serverOf({ kubeconfig, context, env: this.#deps.env ?? {} });
    // One that cannot be read now may be there later: it has a name of its own until then.
    if (server !== undefined) this.#ids.set(key, server);
    return server ?? key;
  }

  identityOf(spec: ClusterSpec | undefined, name: string): WorkloadIdentity {
    return { scheduler: this.words.name, cluster: this.idOf(spec), name };
  }

  of(spec: ClusterSpec | undefined): KubernetesScheduler {
    const completed = this.#completed(spec);
    const { clock, log, env = {}, onCall } = this.#deps;
    const deps = { clock, log, env, ...(onCall !== undefined && { onCall }) };
    const make = (): KubernetesScheduler => new KubernetesScheduler(completed, this.idOf(spec), deps);
    return this.#clusters.of(JSON.stringify(completed), make);
  }

  /** Of the same cluster as the same person, for questions that no scheduler asks. Throws TerminalError when there is none. */
  async apiOf(spec: ClusterSpec | undefined): Promise<KubeApi> {
    const { clock, env = {} } = this.#deps;
    const [{ KubeApi: Api }, { openCluster }] = await Promise.all([
      import('../../runtime/kubernetes/api.ts'),
      import('../../runtime/kubernetes/cluster.ts'),
    ]);
    return new Api(openCluster({ ...this.#completed(spec), env }), clock);
  }

  own(): Pick<Scheduler, 'observe'> {
    return { observe: (names, signal) => this.of(undefined).observe(names, signal) };
  }

  clusterInfo(spec: ClusterSpec | undefined): ClusterInfo {
    const url = this.idOf(spec);
    return { urls: [url], url };
  }

  info(): { readonly url: string; readonly stats: SchedulerStats } {
    return this.#clusters.info();
  }

  close(): Promise<void> {
    return this.#clusters.close();
  }

  /** What a policy does not say is the operator's own. */
  #completed(spec: ClusterSpec | undefined): KubernetesSpec {
    const { own } = this.#deps;
    const { kubeconfig, context }: KubernetesSpec = spec ?? {};
    const file = kubeconfig ?? own.kubeconfig;
    // A file of its own has a current context of its own.
    const named = context ?? (kubeconfig === undefined ? own.kubeContext : undefined);
    return {
      ...(file !== undefined && { kubeconfig: file }),
      ...(named !== undefined && { context: named }),
    };
  }
}
