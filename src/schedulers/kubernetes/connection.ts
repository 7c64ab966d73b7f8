// schedulers/kubernetes: one cluster as it is followed: opened when it is first asked, with a client that takes its time to load.

import type { Clock } from '../../runtime/clock.ts';
import type { KubeApi } from '../../runtime/kubernetes/api.ts';
import type { ReflectorTiming } from '../../runtime/kubernetes/reflector.ts';
import type { Logger } from '../../runtime/log.ts';
import type { KubernetesSpec } from './block.ts';
import type { KubeCalls } from './calls.ts';
import { Following } from './follow/following.ts';
import { Kinds } from './follow/kinds.ts';
import { type Look, Namespace } from './follow/namespace.ts';
import { ClusterRoom } from './room/cluster-room.ts';
import type { Target } from './target/target.ts';

export interface ConnectionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly calls: KubeCalls;
  readonly timing?: Partial<ReflectorTiming>;
  readonly onChange: (targets?: ReadonlySet<string>) => void;
}

export class Connection {
  readonly api: KubeApi;
  readonly kinds: Kinds;
  readonly room: ClusterRoom;
  readonly #deps: ConnectionDeps;
  readonly #following: Following;
  readonly #namespaces = new Map<string, Namespace>();

  private constructor(api: KubeApi, deps: ConnectionDeps, closing: AbortSignal) {
    this.api = api;
    this.#deps = deps;
    this.kinds = new Kinds(api, deps.clock);
    this.#following = new Following({ ...deps, api }, closing);
    this.room = new ClusterRoom(this.#following);
  }

  /** @throws TerminalError when there is no such cluster */
  static async open(
    { kubeconfig, context }: KubernetesSpec,
    deps: ConnectionDeps,
    closing: AbortSignal,
  ): Promise<Connection> {
    const [{ KubeApi: Api }, { openCluster }] = await Promise.all([
      import('../../runtime/kubernetes/api.ts'),
      import('../../runtime/kubernetes/cluster.ts'),
    ]);
    const cluster = openCluster({ kubeconfig, context, env: deps.env });
    return new Connection(new Api(cluster, deps.clock, deps.calls.ended), deps, closing);
  }

  look(target: Target, signal: AbortSignal): Promise<Look> {
    return this.#namespace(target.namespace).look(target, signal);
  }

  /** Undefined where something has to be asked for first. */
  lookNow(target: Target): Look | undefined {
    return this.#namespace(target.namespace).lookNow(target);
  }

  /** Nobody looks at it any more. */
  forget(target: Target): void {
    this.#namespaces.get(target.namespace)?.forget(target);
  }

  #namespace(name: string): Namespace {
    const known = this.#namespaces.get(name);
    if (known !== undefined) return known;
    const { api, kinds } = this;
    const made = new Namespace(name, {
      api,
      kinds,
      following: this.#following,
      onChange: this.#deps.onChange,
    });
    this.#namespaces.set(name, made);
    return made;
  }
}
