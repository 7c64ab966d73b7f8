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
  | {
      readonly state: 'missing';
      readonly reason: string;
      /** It was not there when it was asked for before either: the server has read what is installed. */
      readonly isCertain: boolean;
    };

/** A kind that was not there is asked for again after this: somebody may install it. */
const ASK_AGAIN_MS = 10_000;
/** A server that has just started may not have read yet what is installed. */
const MAKE_SURE_MS = 3_000;

type GroupKind = Pick<Target, 'group' | 'kind'>;

interface Known {
  readonly kind: Kind;
  readonly askedAtMs: number;
}

const NOTHING = { kind: undefined, askedAtMs: 0 };

export class Kinds {
  readonly #api: Pick<KubeApi, 'discover'>;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();

  constructor(api: Pick<KubeApi, 'discover'>, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /** Throws KubeFailure when the cluster cannot be asked. */
  async of(target: GroupKind, signal: AbortSignal): Promise<Kind> {
    const known = this.known(target);
    if (known !== undefined) return known;
    const found = await this.#ask(target, signal);
    const isCertain = this.#known.get(idOf(target))?.kind.state === 'missing';
    const kind = found.state === 'missing' ? { ...found, isCertain } : found;
    this.#known.set(idOf(target), { kind, askedAtMs: this.#clock.monotonic() });
    return kind;
  }

  /** Undefined for what the cluster has to be asked for. */
  known(target: GroupKind): Kind | undefined {
    const { kind, askedAtMs } = this.#known.get(idOf(target)) ?? this.#plain(target) ?? NOTHING;
    if (kind?.state !== 'missing') return kind;
    const servesMs = kind.isCertain ? ASK_AGAIN_MS : MAKE_SURE_MS;
    return this.#clock.monotonic() - askedAtMs >= servesMs ? undefined : kind;
  }

  /** Its objects cannot be had: it may not be there any more, or be there in another version. */
  doubt(target: GroupKind): void {
    if (isPlainKind(target.group, target.kind)) return;
    const known = this.#known.get(idOf(target));
    if (known === undefined || this.#clock.monotonic() - known.askedAtMs < ASK_AGAIN_MS) return;
    this.#known.delete(idOf(target));
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
    const missing: Kind = {
      state: 'missing',
      reason: `the cluster does not know the kind ${named}; install its definition, or name another kind`,
      isCertain: false,
    };
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
