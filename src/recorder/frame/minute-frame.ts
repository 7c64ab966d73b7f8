// recorder: a minute as it is kept: its last picture in the words of then, and the peaks of its metrics. Pure.

import { rounded } from '../../api/words/figures.ts';
import type { AppView, PoolView } from '../../controller/status/view.ts';
import type { MinuteFrame } from './frame.ts';

function peakKey(app: string, metric: number): string {
  return `${app} ${metric}`;
}

/** The largest value of each metric since it was last asked. */
export class Peaks {
  /** By app, one a metric. */
  #largest = new Map<string, (number | undefined)[]>();

  add({ policies }: PoolView): void {
    for (const { apps } of policies)
      for (const { id, metrics } of apps)
        metrics.forEach(({ state, value }, i) => {
          if (state === 'ok' && value !== undefined) this.#note(id, i, value);
        });
  }

  take(): MinuteFrame['peaks'] {
    const peaks = [...this.#largest].flatMap(([app, values]) =>
      values.map((value, i) => [peakKey(app, i), value] as const),
    );
    this.#largest = new Map();
    return Object.fromEntries(peaks.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
  }

  #note(app: string, metric: number, value: number): void {
    const values = this.#largest.get(app) ?? [];
    this.#largest.set(app, values);
    values[metric] = Math.max(values[metric] ?? value, value);
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
