// schedulers/kubernetes/follow: where a cluster keeps the objects of a kind, and whether they have a scale.

import type { Clock } from '../../../runtime/clock.ts';
import type { KubeApi } from '../../../runtime/kubernetes/api.ts';
import { isStatus } from '../../../runtime/kubernetes/failure.ts';
import { fieldsOf, listOf, textOf } from '../objects/read.ts';
import type { Target } from '../target/target.ts';
import { isPlainKind } from '../target/workload.ts';

/** `missing`: the cluster does not know the kind now; it may be installed later. */
export type Kind =
  | {
      readonly state: 'known';
      readonly version: string;
      /** Plural. */
      readonly resource: string;
      /** Why nothing of it can be scaled. */
      readonly refused?: string;
    }
  | { readonly state: 'missing'; readonly reason: string };

/** A kind that was not there is asked for again after this: somebody may install it. */
const ASK_AGAIN_MS = 30_000;

type GroupKind = Pick<Target, 'group' | 'kind'>;

export class Kinds {
  readonly #api: KubeApi;
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly kind: Kind; readonly askedAtMs: number }>();

  constructor(api: KubeApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /** Throws KubeFailure when the cluster cannot be asked. */
  async of({ group, kind }: GroupKind, signal: AbortSignal): Promise<Kind> {
    if (isPlainKind(group, kind)) return { state: 'known', version: 'v1', resource: pluralOf(kind) };
    const id = `${kind}.${group}`;
    const known = this.#known.get(id);
    const nowMs = this.#clock.monotonic();
    if (known !== undefined && (known.kind.state === 'known' || nowMs - known.askedAtMs < ASK_AGAIN_MS))
      return known.kind;
    const found = await this.#ask({ group, kind }, signal);
    this.#known.set(id, { kind: found, askedAtMs: nowMs });
    return found;
  }

  async #ask({ group, kind }: GroupKind, signal: AbortSignal): Promise<Kind> {
    const named = group === '' ? kind : `${kind}.${group}`;
    const missing: Kind = { state: 'missing', reason: `the cluster does not know the kind ${named}` };
    try {
      const version = group === '' ? 'v1' : await this.#preferredVersion(group, signal);
      if (version === undefined) return missing;
      const resources = listOf(fieldsOf(await this.#api.discover(group, version, signal))['resources']).map(
        fieldsOf,
      );
      const own = resources.find((each) => each['kind'] === kind && !String(each['name']).includes('/'));
      const resource = textOf(own?.['name']);
      if (own === undefined || resource === undefined) return missing;
      const hasScale = resources.some(({ name }) => name === `${resource}/scale`);
      const refused = refusal({ named, namespaced: own['namespaced'] === true, hasScale });
      return { state: 'known', version, resource, ...(refused !== undefined && { refused }) };
    } catch (error) {
      if (isStatus(error, 404)) return missing;
      throw error;
    }
  }

  async #preferredVersion(group: string, signal: AbortSignal): Promise<string | undefined> {
    const { preferredVersion } = fieldsOf(await this.#api.discover(group, undefined, signal));
    return textOf(fieldsOf(preferredVersion)['version']);
  }
}

function refusal(kind: {
  readonly named: string;
  readonly namespaced: boolean;
  readonly hasScale: boolean;
}): string | undefined {
  if (!kind.hasScale) return `${kind.named} has no scale subresource, so it has no count to set`;
  return kind.namespaced ? undefined : `${kind.named} is in no namespace, and only what is in one is scaled`;
}

function pluralOf(kind: string): string {
  return `${kind.toLowerCase()}s`;
}
