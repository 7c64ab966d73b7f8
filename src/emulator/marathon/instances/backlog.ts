// emulator: instances that are wanted and have no place yet, as a number: an app may ask for two thousand million.

import { type AppDefinition, configVersion } from '../../definition/app.ts';

interface Entry {
  /** As which they will come to be. */
  readonly app: AppDefinition;
  readonly count: number;
}

export class Backlog {
  readonly #byApp = new Map<string, Entry>();

  count(appId: string): number {
    return this.#byApp.get(appId)?.count ?? 0;
  }

  /** Of this configuration of the app. */
  countOf(app: AppDefinition): number {
    const entry = this.#byApp.get(app.id);
    return entry !== undefined && configVersion(entry.app) === configVersion(app) ? entry.count : 0;
  }

  /** Those that were there before become instances of this configuration, too. */
  add(app: AppDefinition, count: number): void {
    if (count > 0) this.#byApp.set(app.id, { app, count: this.count(app.id) + count });
  }

  /** Takes at most `most` out of the backlog. */
  take(appId: string, most: number): Entry | undefined {
    const entry = this.#byApp.get(appId);
    if (entry === undefined || most <= 0) return undefined;
    const count = Math.min(entry.count, most);
    if (count === entry.count) this.#byApp.delete(appId);
    else this.#byApp.set(appId, { ...entry, count: entry.count - count });
    return { ...entry, count };
  }
}
