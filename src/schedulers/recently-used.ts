// schedulers: what is known of workloads by name, for as long as somebody asks for them. Policies come and go, the operator stays.

import type { Clock } from '../runtime/clock.ts';

export interface RecentlyUsedOptions<T> {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly make: (name: string) => T;
  /** What nobody asked for in so long goes when another one comes; default: ten minutes. */
  readonly unusedMs?: number;
  /** What else is known of it may go, too. */
  readonly onForgotten?: (name: string, value: T) => void;
}

interface Kept<T> {
  readonly value: T;
  usedAtMs: number;
}

/** Whoever still has a policy asks every few seconds. */
const UNUSED_MS = 600_000;

export class RecentlyUsed<T> {
  readonly #options: RecentlyUsedOptions<T>;
  readonly #kept = new Map<string, Kept<T>>();
  #sweptAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: RecentlyUsedOptions<T>) {
    this.#options = options;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Those that are kept now. */
  values(): readonly T[] {
    return [...this.#kept.values()].map(({ value }) => value);
  }

  /** Without asking for it: undefined where nobody has. */
  peek(name: string): T | undefined {
    return this.#kept.get(name)?.value;
  }

  /** The same one until nobody has asked for it for a while. */
  of(name: string, make: (name: string) => T = this.#options.make): T {
    const nowMs = this.#options.clock.monotonic();
    const known = this.#kept.get(name);
    if (known !== undefined) {
      known.usedAtMs = nowMs;
      return known.value;
    }
    this.#sweep(nowMs);
    const value = make(name);
    this.#kept.set(name, { value, usedAtMs: nowMs });
    return value;
  }

  /** Only new names make more of them. */
  #sweep(nowMs: number): void {
    const { unusedMs = UNUSED_MS } = this.#options;
    if (nowMs - this.#sweptAtMs < unusedMs / 10) return;
    this.#sweptAtMs = nowMs;
    for (const [name, { value, usedAtMs }] of this.#kept) {
      if (nowMs - usedAtMs < unusedMs) continue;
      this.#kept.delete(name);
      this.#options.onForgotten?.(name, value);
    }
  }
}
