// server: a counter of each app. With thousands of apps a scrape is the most of what they cost.

import type { GaugeSample } from './gauges.ts';

/** An app as its policy and its id name it. */
export interface CountedApp {
  readonly policy: string;
  readonly app: string;
}

export class AppCounter {
  /** By app, then by the labels beside it. */
  readonly #counts = new Map<string, Map<string, { readonly labels: GaugeSample[0]; count: number }>>();

  /** @param by 0 lets it begin: its first step then shows as a rate */
  inc({ policy, app }: CountedApp, more: Readonly<Record<string, string>> = {}, by = 1): void {
    const key = keyOf(policy, app);
    const ofApp = this.#counts.get(key) ?? new Map();
    this.#counts.set(key, ofApp);
    const rest = Object.values(more).join(' ');
    const counted = ofApp.get(rest) ?? { labels: { policy, app, ...more }, count: 0 };
    ofApp.set(rest, counted);
    counted.count += by;
  }

  /** An app's counters end with the app. */
  keepOnly(apps: ReadonlySet<string>): void {
    for (const key of this.#counts.keys()) if (!apps.has(key)) this.#counts.delete(key);
  }

  samples(): readonly GaugeSample[] {
    return [...this.#counts.values()].flatMap((ofApp) =>
      [...ofApp.values()].map(({ labels, count }): GaugeSample => [labels, count]),
    );
  }
}

/** Of an app in `keepOnly`. */
export function keyOf(policy: string, app: string): string {
  return `${policy} ${app}`;
}
