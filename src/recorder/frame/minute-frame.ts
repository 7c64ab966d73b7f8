// recorder: a minute as it is kept: its last picture in the words of then, and the peaks of its metrics. Pure.

import { rounded } from '../../api/words/figures.ts';
import type { AppView, PoolView } from '../../controller/status/view.ts';
import type { MinuteFrame } from './frame.ts';

function peakKey(app: string, metric: number): string {
  return `${app} ${metric}`;
}

/** The largest value of each metric since it was last asked. */
export class Peaks {
  #largest = new Map<string, number>();

  add({ policies }: PoolView): void {
    for (const { apps } of policies)
      for (const { id, metrics } of apps)
        metrics.forEach(({ state, value }, i) => {
          if (state === 'ok' && value !== undefined) this.#note(peakKey(id, i), value);
        });
  }

  take(): MinuteFrame['peaks'] {
    const peaks = Object.fromEntries(this.#largest);
    this.#largest = new Map();
    return peaks;
  }

  #note(key: string, value: number): void {
    this.#largest.set(key, Math.max(this.#largest.get(key) ?? value, value));
  }
}

export function minutePicture(shown: PoolView): PoolView {
  return {
    ...shown,
    policies: shown.policies.map((policy) => ({ ...policy, apps: policy.apps.map(withoutTasks) })),
  };
}

/** More digits of an estimate are noise, and noise is what a record would consist of. */
const DIGITS = 5;

function withoutTasks(app: AppView): AppView {
  const figures = Object.entries(app.figures).map(([name, value]) => [name, toDigits(value)] as const);
  return { ...app, tasks: [], counters: { ...app.counters }, figures: Object.fromEntries(figures) };
}

function toDigits(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : rounded(value);
}
