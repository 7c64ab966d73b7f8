// test support: a Marathon for installations, with state, and time that passes when it is waited for.

import type { Cluster } from '../../../../src/app/commands/install/cluster.ts';
import type { App } from '../../../../src/app/commands/install/definitions.ts';
import type { AppObservation } from '../../../../src/core/observation.ts';
import type { Clock } from '../../../../src/runtime/clock.ts';
import type { MarathonApp } from '../../../../src/schedulers/marathon/schema.ts';
import { observed } from '../../../support/builders.ts';

/** `sleep` is what moves it. */
export class EagerClock implements Clock {
  #nowMs = 0;

  now(): number {
    return this.#nowMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#nowMs += ms;
  }

  after(ms: number, call: () => void): () => void {
    this.#nowMs += ms;
    call();
    return () => undefined;
  }
}

export class FakeCluster implements Cluster {
  readonly #clock: Clock;
  readonly apps = new Map<string, App>();
  readonly groups = new Set<string>();
  /** What was done to it, in order. */
  readonly log: string[] = [];
  readonly puts: (readonly object[])[] = [];
  /** What is special about an app as it is observed. */
  readonly oddities = new Map<string, Partial<AppObservation>>();
  readonly failures: Error[] = [];
  startMs = 1_000;
  stopMs = 1_000;
  #putAtMs = 0;
  readonly #stopping = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async appsBelow(group: string): Promise<readonly MarathonApp[]> {
    const below = [...this.apps.values()].filter(({ id }) => id.startsWith(`${group}/`));
    return below.map((app) => ({
      id: app.id,
      instances: app.instances,
      tasks: [],
      deployments: [],
      labels: (app['labels'] ?? {}) as Record<string, string>,
      hasHealthChecks: false,
      definition: app,
    }));
  }

  async observe(ids: readonly string[]): Promise<ReadonlyMap<string, AppObservation>> {
    const error = this.failures.shift();
    if (error !== undefined) throw error;
    const runs = this.#clock.now() - this.#putAtMs >= this.startMs;
    return new Map(
      ids.flatMap((id) => {
        const app = this.apps.get(id);
        if (app === undefined) return [];
        const running = runs ? app.instances : 0;
        const seen = observed(app.instances, { id, running, definition: app, ...this.oddities.get(id) });
        return [[id, seen] as const];
      }),
    );
  }

  differences(app: App, observed: AppObservation): readonly string[] {
    return ['cmd', 'env', 'container'].filter(
      (field) => JSON.stringify(app[field]) !== JSON.stringify(observed.definition[field]),
    );
  }

  async putAll(apps: readonly { readonly id: string }[]): Promise<void> {
    this.#putAtMs = this.#clock.now();
    this.puts.push(apps);
    for (const app of apps) this.apps.set(app.id, { ...this.apps.get(app.id), ...app } as App);
    this.log.push(`put ${apps.map(({ id }) => id).join(' ')}`);
  }

  async remove(id: string): Promise<string | undefined> {
    if (!this.apps.delete(id)) return undefined;
    this.log.push(`remove ${id}`);
    this.#stopping.set(`stop ${id}`, this.#clock.now() + this.stopMs);
    return `stop ${id}`;
  }

  async isDeploying(deployments: readonly string[]): Promise<boolean> {
    const busy = deployments.some((id) => (this.#stopping.get(id) ?? 0) > this.#clock.now());
    if (!busy) this.log.push(`ended ${deployments.join(' ')}`);
    return busy;
  }

  async removeEmptyGroup(group: string): Promise<boolean> {
    if ([...this.apps.keys()].some((id) => id.startsWith(`${group}/`))) return false;
    return this.groups.delete(group);
  }

  async addressesOf(): Promise<readonly string[]> {
    return ['http://a1:31005'];
  }

  async close(): Promise<void> {}
}
