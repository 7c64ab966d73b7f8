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
  async of(
    path: ResourcePath,
    { workload, resourceVersion }: { readonly workload: Workload; readonly resourceVersion: string },
    signal: AbortSignal,
  ): Promise<Scale> {
    const id = urlPathOf(path);
    const { uid, generation } = workload;
    const known = this.#known.get(id);
    if (known !== undefined && known.uid === uid) {
      if (known.resourceVersion === resourceVersion) return known.scale;
      // The selector stands in the status, which has no generation; it comes once and stays.
      if (known.generation === generation && known.scale.selector !== undefined) return known.scale;
    }
    const scale = scaleOf(await this.#api.get({ ...path, subresource: 'scale' }, signal));
    this.#known.set(id, { uid, generation, resourceVersion, scale });
    return scale;
  }
}
