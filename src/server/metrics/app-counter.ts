// server: a counter of each app. With thousands of apps a scrape is the most of what they cost.

import type { GaugeSample } from './gauges.ts';

/** An app as its policy and its id name it. */
export interface CountedApp {
  readonly policy: string;
  readonly app: string;
}

interface Counts extends CountedApp {
  /** By the number of the labels beside it; absent: not begun. */
  counts: readonly (number | undefined)[];
}

export class AppCounter {
  readonly #apps = new Map<string, Counts>();
  /** What stands beside apps, by its values: few, and the same for thousands of apps. */
  readonly #beside = new Map<string, { readonly at: number; readonly labels: Labels }>();

  /** @param by 0 lets it begin: its first step then shows as a rate */
  inc({ policy, app }: CountedApp, more: Labels = {}, by = 1): void {
    const key = keyOf(policy, app);
    const known = this.#apps.get(key);
    const counted = known ?? { policy, app, counts: NONE };
    if (known === undefined) this.#apps.set(key, counted);
    const at = this.#besideOf(more);
    const count = counted.counts[at];
    if (count !== undefined && by === 0) return;
    const length = Math.max(counted.counts.length, at + 1);
    // As long as it is: there are thousands of them, and few change.
    counted.counts = Array.from({ length }, (_, i) => (i === at ? (count ?? 0) + by : counted.counts[i]));
  }

  /** An app's counters end with the app. */
  keepOnly(apps: ReadonlySet<string>): void {
    for (const key of this.#apps.keys()) if (!apps.has(key)) this.#apps.delete(key);
  }

  samples(): readonly GaugeSample[] {
    const beside = [...this.#beside.values()].map(({ labels }) => labels);
    const samples: GaugeSample[] = [];
    for (const { policy, app, counts } of this.#apps.values())
      counts.forEach((count, i) => {
        if (count !== undefined) samples.push([{ policy, app, ...beside[i] }, count]);
      });
    return samples;
  }

  #besideOf(labels: Labels): number {
    const key = Object.values(labels).join(' ');
    const known = this.#beside.get(key);
    if (known !== undefined) return known.at;
    const at = this.#beside.size;
    this.#beside.set(key, { at, labels });
    return at;
  }
}

type Labels = Readonly<Record<string, string>>;

const NONE: readonly never[] = [];

/** Of an app in `keepOnly`. */
export function keyOf(policy: string, app: string): string {
  return `${policy} ${app}`;
}
