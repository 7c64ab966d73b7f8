// controller: definitions that people had put back, once, though their policy only reports what others change.

import type { ResourceKey } from '../../api/policy.ts';
import type { Clock } from '../../runtime/clock.ts';

/** A write that is in the way of others is tried again for so long; later it would surprise. */
const PUT_BACK_MS = 60_000;

export class PutBacks {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #until = new Map<ResourceKey, Map<string, number>>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  ask(policy: ResourceKey, app: string): void {
    const apps = this.#until.get(policy) ?? new Map<string, number>();
    this.#until.set(policy, apps.set(app, this.#clock.monotonic() + PUT_BACK_MS));
  }

  /** The apps of a policy, by name; undefined for none. */
  on(policy: ResourceKey): ReadonlySet<string> | undefined {
    const apps = this.#until.get(policy);
    if (apps === undefined) return undefined;
    const nowMs = this.#clock.monotonic();
    for (const [app, untilMs] of apps) if (untilMs <= nowMs) apps.delete(app);
    if (apps.size > 0) return new Set(apps.keys());
    this.#until.delete(policy);
    return undefined;
  }
}
