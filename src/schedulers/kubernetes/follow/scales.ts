// schedulers/kubernetes/follow: the scales of kinds that keep their count and their selector where only the API server knows.

import type { KubeApi } from '../../../runtime/kubernetes/api.ts';
import { type ResourcePath, urlPathOf } from '../../../runtime/kubernetes/resource-path.ts';
import { type Scale, scaleOf, type Workload } from '../target/workload.ts';

interface Known {
  readonly uid: string;
  readonly generation: number;
  readonly resourceVersion: string;
  readonly scale: Scale;
}

/** Asked when the object has changed in what somebody asks of it, never in between. */
export class Scales {
  readonly #api: KubeApi;
  readonly #known = new Map<string, Known>();

  constructor(api: KubeApi) {
    this.#api = api;
  }

  /** @param path of the object */
  async of(path: ResourcePath, object: Versioned, signal: AbortSignal): Promise<Scale> {
    const known = this.known(path, object);
    if (known !== undefined) return known;
    const { workload, resourceVersion } = object;
    const { uid, generation } = workload;
    const scale = scaleOf(await this.#api.get({ ...path, subresource: 'scale' }, signal));
    this.#known.set(urlPathOf(path), { uid, generation, resourceVersion, scale });
    return scale;
  }

  forget(path: ResourcePath): void {
    this.#known.delete(urlPathOf(path));
  }

  /** Undefined where it has to be asked for. */
  known(path: ResourcePath, { workload, resourceVersion }: Versioned): Scale | undefined {
    if (workload.scale !== undefined) return workload.scale;
    const known = this.#known.get(urlPathOf(path));
    if (known === undefined || known.uid !== workload.uid) return undefined;
    if (known.resourceVersion === resourceVersion) return known.scale;
    // The selector stands in the status, which has no generation; it comes once and stays.
    const isSettled = known.generation === workload.generation && known.scale.selector !== undefined;
    return isSettled ? known.scale : undefined;
  }
}

interface Versioned {
  readonly workload: Workload;
  readonly resourceVersion: string;
}
