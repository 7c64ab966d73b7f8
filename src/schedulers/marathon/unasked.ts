// schedulers/marathon: what a list of all apps also told, of apps that nobody has asked for yet.

import type { MarathonApp } from './schema.ts';

/** Long enough for every pool of an operator that starts to have its first look. */
const SERVES_MS = 10_000;

export interface Listed {
  readonly apps: readonly MarathonApp[];
  /** When the list began, and the generation at that moment. */
  readonly atMs: number;
  readonly generation: number;
}

/**
 * Many pools that have their first look one after the other would list all apps as often. They share a list instead, for as
 * long as the events of its apps are heard.
 */
export class UnaskedApps {
  #apps: ReadonlyMap<string, MarathonApp> = new Map();
  #atMs = 0;
  #generation = 0;

  keep({ apps, atMs, generation }: Listed): void {
    this.#apps = new Map(apps.map((app) => [app.id, app]));
    this.#atMs = atMs;
    this.#generation = generation;
  }

  forget(): void {
    this.#apps = new Map();
  }

  /** To be called now and then: a cluster may hold much besides ours. */
  forgetOld(nowMs: number): void {
    if (this.#apps.size > 0 && nowMs - this.#atMs >= SERVES_MS) this.forget();
  }

  has(id: string): boolean {
    return this.#apps.has(id);
  }

  find(id: string): (Omit<Listed, 'apps'> & { readonly app: MarathonApp }) | undefined {
    const app = this.#apps.get(id);
    return app && { app, atMs: this.#atMs, generation: this.#generation };
  }
}
