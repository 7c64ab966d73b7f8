// schedulers/ecs/read: which services Application Auto Scaling steers, asked seldom: nobody registers a service every minute.

import type { Clock } from '../../../runtime/clock.ts';
import { RecentlyUsed } from '../../recently-used.ts';
import type { ReadApi } from '../api/ecs-api.ts';
import { EcsFailure } from '../api/failure.ts';
import { type ServiceName, serviceId, serviceText } from '../target.ts';

interface Known {
  readonly isRegistered: boolean;
  readonly atMs: number;
}

export class Registrations {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #validMs: number;
  /** By cluster and service. */
  readonly #known: RecentlyUsed<{ known?: Known }>;

  constructor(clock: Pick<Clock, 'monotonic'>, validMs: number) {
    this.#clock = clock;
    this.#validMs = validMs;
    this.#known = new RecentlyUsed({ clock, make: () => ({}) });
  }

  /** @throws EcsFailure where it cannot be told, and was not told before */
  async among(
    cluster: string,
    services: readonly string[],
    api: ReadApi,
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    const nowMs = this.#clock.monotonic();
    const known = (service: string): Known | undefined => this.#known.of(`${cluster}/${service}`).known;
    const old = services.filter((service) => nowMs - (known(service)?.atMs ?? -Infinity) >= this.#validMs);
    if (old.length > 0) {
      try {
        const found = await api.scalableServices(cluster, old, signal);
        for (const service of old)
          this.#known.of(`${cluster}/${service}`).known = { isRegistered: found.has(service), atMs: nowMs };
      } catch (error) {
        const isKnown = old.every((service) => known(service) !== undefined);
        if (!(error instanceof EcsFailure) || error.isRefusal || !isKnown) throw error;
      }
    }
    return new Set(services.filter((service) => known(service)?.isRegistered === true));
  }
}

/** Why its count is not ours to set. */
export function registeredText(name: ServiceName): string {
  return `Application Auto Scaling sets the count of ${serviceText(name)} too (scalable target service/${serviceId(name)}), and two autoscalers on one count undo each other: deregister it, or take the app out of the policy`;
}
