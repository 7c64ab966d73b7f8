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

interface Known {
  readonly kind: Kind;
  readonly askedAtMs: number;
}

export class Kinds {
  readonly #api: KubeApi;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();

  constructor(api: KubeApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /** Throws KubeFailure when the cluster cannot be asked. */
  async of(target: GroupKind, signal: AbortSignal): Promise<Kind> {
    const known = this.known(target);
    if (known !== undefined) return known;
    const found = await this.#ask(target, signal);
    this.#known.set(idOf(target), { kind: found, askedAtMs: this.#clock.monotonic() });
    return found;
  }

  /** Undefined for what the cluster has to be asked for. */
  known(target: GroupKind): Kind | undefined {
    const known = this.#known.get(idOf(target)) ?? this.#plain(target);
    const isOld = (): boolean => this.#clock.monotonic() - (known?.askedAtMs ?? 0) >= ASK_AGAIN_MS;
    return known === undefined || (known.kind.state === 'missing' && isOld()) ? undefined : known.kind;
  }

  #plain({ group, kind }: GroupKind): Known | undefined {
    if (!isPlainKind(group, kind)) return undefined;
    const known: Known = {
      kind: { state: 'known', version: 'v1', resource: pluralOf(kind) },
      askedAtMs: this.#clock.monotonic(),
    };
    this.#known.set(idOf({ group, kind }), known);
    return known;
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

function idOf({ group, kind }: GroupKind): string {
  return `${kind}.${group}`;
}

function pluralOf(kind: string): string {
  return `${kind.toLowerCase()}s`;
}
