// schedulers/marathon: with whose credentials the operator asks its own Marathon about itself: policies bring them, and come and go.

import type { MarathonSpec } from '../../../api/policy.ts';
import type { Clock } from '../../../runtime/clock.ts';

interface Known {
  readonly spec: MarathonSpec;
  namedAtMs: number;
  /** When Marathon did not take them, or could not be asked with them; undefined: the last time it took them. */
  failedAtMs: number | undefined;
}

/** A policy that is there names them in every round; where its rounds are further apart, others will do as well. */
const GONE_AFTER_MS = 60_000;

/** The same ones as long as they are named and work, so that connections last. */
export class OwnCredentials {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #known = new Map<string, Known>();
  #current: string | undefined;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** A policy that is there has them. */
  named(id: string, spec: MarathonSpec): void {
    const namedAtMs = this.#clock.monotonic();
    const known = this.#known.get(id);
    if (known === undefined) this.#known.set(id, { spec, namedAtMs, failedAtMs: undefined });
    else known.namedAtMs = namedAtMs;
  }

  /** Undefined: no policy ever brought any. */
  current(): { readonly id: string; readonly spec: MarathonSpec } | undefined {
    const now = this.#clock.monotonic();
    const isThere = ({ namedAtMs }: Known): boolean => now - namedAtMs < GONE_AFTER_MS;
    const [id, used] = this.#best(isThere) ?? [];
    if (id === undefined || used === undefined) return undefined;
    this.#current = id;
    for (const [other, known] of this.#known) if (other !== id && !isThere(known)) this.#known.delete(other);
    return { id, spec: used.spec };
  }

  worked(id: string): void {
    const known = this.#known.get(id);
    if (known !== undefined) known.failedAtMs = undefined;
  }

  /** The next ones are tried, if there are any. */
  failed(id: string): void {
    const known = this.#known.get(id);
    if (known !== undefined) known.failedAtMs = this.#clock.monotonic();
  }

  /** Those of a policy that is there, then those that work or failed longest ago, then the present ones, then the newest. */
  #best(isThere: (known: Known) => boolean): readonly [string, Known] | undefined {
    const rank = ([id, known]: readonly [string, Known]): readonly number[] => [
      isThere(known) ? 1 : 0,
      known.failedAtMs === undefined ? 1 : 0,
      -(known.failedAtMs ?? 0),
      id === this.#current ? 1 : 0,
      known.namedAtMs,
    ];
    return [...this.#known].reduce<readonly [string, Known] | undefined>(
      (best, each) => (best === undefined || isMore(rank(each), rank(best)) ? each : best),
      undefined,
    );
  }
}

function isMore(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}
