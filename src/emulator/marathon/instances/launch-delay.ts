// emulator: the growing pause before something that keeps ending is started again.

import type { Clock } from '../../../runtime/clock.ts';
import { type AppDefinition, configVersion } from '../../definition/app.ts';

interface Delay {
  readonly delayMs: number;
  readonly untilMs: number;
}

/** Keyed by app and configuration: a scale keeps the delay, a new configuration starts without one. */
export class LaunchDelays {
  readonly #clock: Clock;
  readonly #delays = new Map<string, Map<string, Delay>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** ms until the app may be launched again; 0 without back-off. */
  leftMs(app: AppDefinition): number {
    return Math.max(0, (this.#current(app)?.untilMs ?? 0) - this.#clock.monotonic());
  }

  /** `backoffSeconds` at first, times `backoffFactor` for every further end, up to `maxLaunchDelaySeconds`. */
  lengthen(app: AppDefinition): void {
    const before = this.#current(app);
    const wantedMs = before === undefined ? app.backoffSeconds * 1000 : before.delayMs * app.backoffFactor;
    const delayMs = Math.min(wantedMs, app.maxLaunchDelaySeconds * 1000);
    const delays = this.#delays.get(app.id) ?? new Map<string, Delay>();
    delays.set(configVersion(app), { delayMs, untilMs: this.#clock.monotonic() + delayMs });
    this.#delays.set(app.id, delays);
  }

  reset(appId: string): void {
    this.#delays.delete(appId);
  }

  /** A delay that has not been needed for longer than the longest possible one is forgotten. */
  #current(app: AppDefinition): Delay | undefined {
    const delay = this.#delays.get(app.id)?.get(configVersion(app));
    if (delay === undefined) return undefined;
    return this.#clock.monotonic() > delay.untilMs + app.maxLaunchDelaySeconds * 1000 ? undefined : delay;
  }
}
