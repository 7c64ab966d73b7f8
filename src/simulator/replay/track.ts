// simulator: what was recorded, as series in steps, like those of a simulated world. Pure.

import type { AppInput } from '../../core/decision.ts';
import type { Series } from '../world/world.ts';
import { lookAt } from './inference.ts';

/** Series of one app; filled from left to right. */
export class Track {
  readonly series: Series;
  readonly #size: number;
  /** The first step that is not filled. */
  #filled = 0;
  #last: Last | undefined;

  constructor(size: number) {
    this.#size = size;
    this.series = {
      requested: new Int32Array(size),
      running: new Int32Array(size),
      staging: new Int32Array(size),
      killing: new Int32Array(size),
      waiting: new Float64Array(size),
      total: new Float64Array(size),
      arrived: new Float64Array(size),
    };
  }

  /** As the app is from step `at` on. @param requested after this round */
  put(at: number, app: AppInput, requested: number): void {
    this.#fill(at);
    const look = lookAt(app);
    const { running = 0, staging = 0, killing = 0 } = app.observed ?? {};
    this.#last = {
      ...{ requested, running, staging, killing },
      waiting: look?.waiting ?? this.#last?.waiting ?? 0,
      total: look?.total ?? this.#last?.total ?? 0,
    };
  }

  end(): void {
    this.#fill(this.#size);
  }

  #fill(until: number): void {
    const last = this.#last;
    const end = Math.min(until, this.#size);
    if (last !== undefined && end > this.#filled) {
      for (const key of KEYS) this.series[key].fill(last[key], this.#filled, end);
    }
    this.#filled = Math.max(this.#filled, end);
  }
}

const KEYS = ['requested', 'running', 'staging', 'killing', 'waiting', 'total'] as const;
type Last = Readonly<Record<(typeof KEYS)[number], number>>;
