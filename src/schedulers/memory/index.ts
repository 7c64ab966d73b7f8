// schedulers/memory: a Scheduler without a cluster, for simulations and tests.

import type { AppDefinition } from '../../api/policy.ts';
import type { ValueResolver } from '../../api/values.ts';
import type { Change, ChangeOf, FieldDiff } from '../../core/change.ts';
import type { AppObservation, Footprint, OperationKind } from '../../core/observation.ts';
import type { Clock } from '../../runtime/clock.ts';
import { TransientError, WaitError } from '../../runtime/errors.ts';
import { differences, type Wanted } from '../definition/differences.ts';
import type {
  ApplyResult,
  ReportingScheduler,
  SchedulerInfo,
  SchedulerStats,
  SchedulerView,
} from '../scheduler.ts';
import { type ClusterOptions, type MemoryApp, MemoryCluster } from './cluster.ts';
import { footprintOf, merged } from './definition.ts';
import { type FaultSwitches, Faults, type Interference } from './faults.ts';
import { observed } from './observation.ts';

export type { ClusterOptions, Delay } from './cluster.ts';

export interface MemoryDeps {
  readonly clock: Clock;
  /** Without it `envFrom` is left out. */
  readonly values?: ValueResolver;
}

/** What other people do to the cluster. Each throws when the app does not exist. */
export interface OtherHands {
  /** An app that the scheduler did not make. */
  create(app: string, instances: number, definition: AppDefinition): void;
  scale(app: string, instances: number): void;
  restart(app: string): void;
  /** Changes fields of its definition, as somebody does on Marathon's own page. */
  edit(app: string, fields: AppDefinition): void;
  delete(app: string): void;
  /** One running task ends by itself. */
  crash(app: string): void;
  /** An operation that holds the app until the result is called. */
  lock(app: string, action?: OperationKind): () => void;
}

export interface MemoryScheduler extends ReportingScheduler, FaultSwitches {
  readonly others: OtherHands;
  /** What exists now. */
  snapshot(): ReadonlyMap<string, AppObservation>;
}

const LOCK_RETRY_MS = 5_000;

export function createMemoryScheduler(options: ClusterOptions, deps: MemoryDeps): MemoryScheduler {
  return new InMemoryScheduler(options, deps);
}

class InMemoryScheduler implements MemoryScheduler {
  readonly #deps: MemoryDeps;
  readonly #cluster: MemoryCluster;
  readonly #faults = new Faults();
  readonly #sleepers = new Set<AbortController>();
  #stats = { writes: 0, conflicts: 0, reads: 0 };

  readonly others: OtherHands = {
    create: (id, instances, definition) =>
      this.#change(() => this.#cluster.create({ id, instances, definition }, this.#now())),
    scale: (id, n) => this.#change(() => this.#cluster.scale(this.#existing(id), n, this.#now())),
    restart: (id) =>
      this.#change(() => {
        const app = this.#existing(id);
        this.#cluster.restart(app, app.definition, this.#now());
      }),
    edit: (id, fields) =>
      this.#change(() => {
        const app = this.#existing(id);
        this.#cluster.restart(app, { ...app.definition, ...fields }, this.#now());
      }),
    delete: (id) => this.#change(() => this.#cluster.delete(this.#existing(id), this.#now())),
    crash: (id) => this.#change(() => this.#cluster.crash(this.#existing(id), this.#now())),
    lock: (id, action = 'Restart') => this.#lock(id, action),
  };

  constructor(options: ClusterOptions, deps: MemoryDeps) {
    this.#deps = deps;
    this.#cluster = new MemoryCluster(options);
  }

  async observe(ids: readonly string[], signal: AbortSignal): Promise<SchedulerView> {
    signal.throwIfAborted();
    return await this.#faults.observe(ids, signal, () => this.#look(ids));
  }

  #look(ids: readonly string[]): SchedulerView {
    this.#stats = { ...this.#stats, reads: this.#stats.reads + 1 };
    const all = this.snapshot();
    const found = ids.flatMap((id) => {
      const app = all.get(id);
      return app === undefined ? [] : [[id, app] as const];
    });
    return { apps: new Map(found), atMs: this.#now() };
  }

  async owned(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    signal.throwIfAborted();
    const owners = [...this.#cluster.apps.values()].flatMap(({ id, owner }) =>
      owner === undefined ? [] : [[id, owner] as const],
    );
    return new Map(owners);
  }

  dependencies(_app: string, { dependencies = [] }: AppDefinition): readonly string[] {
    return Array.isArray(dependencies) ? dependencies.filter((name) => typeof name === 'string') : [];
  }

  footprint(definition: AppDefinition): Footprint {
    return footprintOf(definition);
  }

  diff(wanted: Wanted, app: AppObservation): readonly FieldDiff[] {
    return differences(
      wanted,
      { definition: app.definition, owned: app.owner !== undefined },
      this.#deps.values,
    );
  }

  async apply(change: Change, signal: AbortSignal): Promise<ApplyResult> {
    signal.throwIfAborted();
    return await this.#faults.apply(change, signal, () => this.#write(change));
  }

  #write(change: Change): ApplyResult {
    this.#cluster.settle(this.#now());
    switch (change.kind) {
      case 'create':
        return this.#create(change);
      case 'scale':
        return this.#scale(change);
      case 'update':
        return this.#update(change);
      case 'delete':
        return this.#delete(change.app);
      case 'adopt':
      case 'release':
        return { outcome: 'noop' };
    }
  }

  /** Wakes after every change from either side, and whenever a task has started or stopped. */
  async watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const sleeper = new AbortController();
      this.#sleepers.add(sleeper);
      await this.#untilNextChange(AbortSignal.any([signal, sleeper.signal]));
      this.#sleepers.delete(sleeper);
      if (signal.aborted) return;
      this.#cluster.settle(this.#now());
      onChange();
    }
  }

  failNext(operation: 'observe' | 'apply', error: Error): void {
    this.#faults.failNext(operation, error);
  }

  failWhen(errorOf: (change: Change) => Error | undefined): () => void {
    return this.#faults.failWhen(errorOf);
  }

  interfere(interference: Interference): () => void {
    return this.#faults.interfere(interference);
  }

  snapshot(): ReadonlyMap<string, AppObservation> {
    this.#cluster.settle(this.#now());
    return new Map([...this.#cluster.apps].map(([id, app]) => [id, observed(app)]));
  }

  stats(): SchedulerStats {
    return this.#stats;
  }

  info(): SchedulerInfo {
    return { url: 'memory:', reachable: true, message: 'in memory' };
  }

  async close(): Promise<void> {
    this.#wake();
  }

  #create(change: ChangeOf<'create'>): ApplyResult {
    const existing = this.#cluster.apps.get(change.app);
    if (existing !== undefined) {
      if (existing.owner === change.owner) return { outcome: 'noop' };
      throw new TransientError(
        `creating ${change.app}: it exists already, made by somebody else; looking again`,
      );
    }
    const definition = merged({ definition: {}, owned: true }, change, this.#deps.values);
    const { app: id, instances, owner } = change;
    return this.#written(() => this.#cluster.create({ id, instances, owner, definition }, this.#now()));
  }

  #scale(change: ChangeOf<'scale'>): ApplyResult {
    const doing = `scaling ${change.app} to ${change.to}`;
    const app = this.#free(change.app, doing);
    if (app.instances === change.to) return { outcome: 'noop' };
    return this.#written(() => this.#cluster.scale(app, change.to, this.#now()));
  }

  #update(change: ChangeOf<'update'>): ApplyResult {
    const app = this.#free(change.app, `updating ${change.app}`, change.supersedes);
    const current = { definition: app.definition, owned: app.owner !== undefined };
    const definition = merged(current, change, this.#deps.values);
    return this.#written(() => this.#cluster.restart(app, definition, this.#now()));
  }

  #delete(id: string): ApplyResult {
    if (!this.#cluster.apps.has(id)) return { outcome: 'noop' };
    const app = this.#free(id, `deleting ${id}`);
    return this.#written(() => this.#cluster.delete(app, this.#now()));
  }

  #free(id: string, doing: string, supersedes?: string): MemoryApp {
    const app = this.#cluster.apps.get(id);
    if (app === undefined) {
      throw new TransientError(`${doing}: the app is not in the cluster any more; looking again`);
    }
    const lock = app.deployments.find((d) => d.id !== supersedes && (d.held || d.action === 'Restart'));
    if (lock === undefined) return app;
    this.#stats = { ...this.#stats, conflicts: this.#stats.conflicts + 1 };
    throw new WaitError(`${doing}: locked by deployment ${lock.id} (${lock.action} ${id})`, LOCK_RETRY_MS);
  }

  #written(write: () => string): ApplyResult {
    this.#stats = { ...this.#stats, writes: this.#stats.writes + 1 };
    const operation = this.#change(write);
    return { outcome: 'accepted', operation, version: new Date(this.#now()).toISOString() };
  }

  #lock(id: string, action: OperationKind): () => void {
    const app = this.#existing(id);
    const lock = this.#change(() => this.#cluster.lock(app, action));
    return () => {
      this.#change(() => {
        app.deployments = app.deployments.filter((d) => d !== lock);
      });
    };
  }

  #existing(id: string): MemoryApp {
    const app = this.#cluster.apps.get(id);
    if (app === undefined) throw new Error(`there is no app ${id}`);
    return app;
  }

  #change<T>(change: () => T): T {
    this.#cluster.settle(this.#now());
    const result = change();
    this.#cluster.settle(this.#now());
    this.#wake();
    return result;
  }

  #wake(): void {
    for (const sleeper of this.#sleepers) sleeper.abort();
  }

  async #untilNextChange(signal: AbortSignal): Promise<void> {
    const dueMs = this.#cluster.nextChangeMs();
    const waitMs = dueMs === undefined ? undefined : Math.max(0, dueMs - this.#now());
    if (waitMs !== undefined) return await this.#deps.clock.sleep(waitMs, signal).catch(() => undefined);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  #now(): number {
    return this.#deps.clock.monotonic();
  }
}
