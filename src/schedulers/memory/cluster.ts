// schedulers/memory: a cluster in memory. Tasks take time to start and to stop on whatever clock is asked.

import type { AppDefinition } from '../../api/policy.ts';
import type { OperationKind } from '../../core/observation.ts';
import { defined } from '../../lang/defined.ts';

/** ms; a function draws one for each task. */
export type Delay = number | (() => number);

export interface ClusterOptions {
  /** From launch to running. */
  readonly startMs: Delay;
  /** From the order to stop until the slot is free. */
  readonly stopMs: Delay;
  /** Most tasks at once over all apps; Infinity by default. What does not fit waits. */
  readonly slots?: number;
}

export interface MemoryTask {
  readonly id: string;
  phase: 'waiting' | 'staging' | 'running' | 'killing';
  stagedAtMs?: number;
  startedAtMs?: number;
  /** When staging or killing ends. */
  dueAtMs: number;
  /** Launches only once this task is gone. */
  readonly replaces?: string;
}

export interface MemoryDeployment {
  readonly id: string;
  readonly action: OperationKind;
  /** Ends only when it is told to, unlike one that ends when the count is reached. */
  readonly held: boolean;
}

export interface MemoryApp {
  readonly id: string;
  readonly owner?: string;
  instances: number;
  definition: AppDefinition;
  tasks: MemoryTask[];
  deployments: MemoryDeployment[];
  lastScalingAtMs: number;
  /** Writes of the count. */
  scalings: number;
  lastConfigChangeAtMs: number;
}

export class MemoryCluster {
  readonly apps = new Map<string, MemoryApp>();
  readonly #options: ClusterOptions;
  /** Tasks of deleted apps hold their slots until they are gone. */
  #leaving: MemoryTask[] = [];
  #serial = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /** Makes everything happen that was due until `nowMs`, in order. */
  settle(nowMs: number): void {
    for (;;) {
      const dueMs = this.nextChangeMs();
      if (dueMs === undefined || dueMs > nowMs) break;
      for (const app of this.apps.values()) app.tasks = ripened(app.tasks, dueMs);
      this.#leaving = ripened(this.#leaving, dueMs);
      this.#launch(dueMs);
    }
    for (const app of this.apps.values()) this.#finishDeployments(app);
  }

  /** When the next task changes its phase by itself. */
  nextChangeMs(): number | undefined {
    const moving = this.#allTasks().filter(isMoving);
    return moving.length === 0
      ? undefined
      : moving.reduce((least, t) => Math.min(least, t.dueAtMs), Infinity);
  }

  create(app: Pick<MemoryApp, 'id' | 'instances' | 'definition' | 'owner'>, nowMs: number): string {
    const created: MemoryApp = {
      ...app,
      tasks: [],
      deployments: [],
      lastScalingAtMs: nowMs,
      scalings: 1,
      lastConfigChangeAtMs: nowMs,
    };
    this.apps.set(app.id, created);
    return this.#resize(created, { instances: app.instances, action: 'Start' }, nowMs);
  }

  scale(app: MemoryApp, instances: number, nowMs: number): string {
    app.lastScalingAtMs = nowMs;
    app.scalings += 1;
    return this.#resize(app, { instances, action: 'Scale' }, nowMs);
  }

  /** Stops every task and starts as many anew, each in the slot of one that is gone. */
  restart(app: MemoryApp, definition: AppDefinition, nowMs: number): string {
    app.definition = definition;
    app.lastConfigChangeAtMs = nowMs;
    const old = app.tasks.filter((t) => t.phase !== 'waiting');
    for (const task of old) this.#kill(task, nowMs);
    app.tasks = old;
    while (present(app) < app.instances) {
      const replaces = old[present(app)]?.id;
      app.tasks.push({ ...this.#newTask(app), ...defined({ replaces }) });
    }
    this.#launch(nowMs);
    return this.#deploy(app, 'Restart');
  }

  delete(app: MemoryApp, nowMs: number): string {
    this.apps.delete(app.id);
    const stopping = app.tasks.filter((t) => t.phase !== 'waiting');
    for (const task of stopping) this.#kill(task, nowMs);
    this.#leaving.push(...stopping);
    return this.#newId('deployment');
  }

  /** A task ends by itself; another one takes its place. */
  crash(app: MemoryApp, nowMs: number): void {
    const victim = app.tasks.findIndex((t) => t.phase === 'running');
    if (victim === -1) return;
    app.tasks.splice(victim, 1, this.#newTask(app));
    this.#launch(nowMs);
  }

  lock(app: MemoryApp, action: OperationKind): MemoryDeployment {
    const lock = { id: this.#newId('deployment'), action, held: true };
    app.deployments.push(lock);
    return lock;
  }

  #resize(app: MemoryApp, to: { instances: number; action: OperationKind }, nowMs: number): string {
    app.instances = to.instances;
    const surplus = present(app) - to.instances;
    for (const task of app.tasks.filter(isPresent).toSorted(byExpendability).slice(0, Math.max(0, surplus))) {
      this.#kill(task, nowMs);
    }
    // What waited without a slot is gone at once.
    app.tasks = app.tasks.filter((t) => t.phase !== 'killing' || t.stagedAtMs !== undefined);
    while (present(app) < to.instances) app.tasks.push(this.#newTask(app));
    this.#launch(nowMs);
    return this.#deploy(app, to.action);
  }

  #kill(task: MemoryTask, nowMs: number): void {
    if (task.phase === 'killing') return;
    task.phase = 'killing';
    task.dueAtMs = nowMs + draw(this.#options.stopMs);
  }

  #launch(nowMs: number): void {
    const all = this.#allTasks();
    let free = (this.#options.slots ?? Infinity) - all.filter((t) => t.phase !== 'waiting').length;
    for (const task of all) {
      if (free <= 0) return;
      if (task.phase !== 'waiting' || all.some((t) => t.id === task.replaces)) continue;
      task.phase = 'staging';
      task.stagedAtMs = nowMs;
      task.dueAtMs = nowMs + draw(this.#options.startMs);
      free--;
    }
  }

  #allTasks(): readonly MemoryTask[] {
    return [...[...this.apps.values()].flatMap((app) => app.tasks), ...this.#leaving];
  }

  #newTask(app: MemoryApp): MemoryTask {
    return { id: this.#newId(app.id.slice(1).replaceAll('/', '_')), phase: 'waiting', dueAtMs: 0 };
  }

  /** A newer one takes the place of those that end by themselves. */
  #deploy(app: MemoryApp, action: OperationKind): string {
    const id = this.#newId('deployment');
    app.deployments = [...app.deployments.filter((d) => d.held), { id, action, held: false }];
    this.#finishDeployments(app);
    return id;
  }

  #finishDeployments(app: MemoryApp): void {
    const done = app.tasks.length === app.instances && app.tasks.every((t) => t.phase === 'running');
    if (done) app.deployments = app.deployments.filter((d) => d.held);
  }

  #newId(prefix: string): string {
    return `${prefix}.${++this.#serial}`;
  }
}

/** What is left of `tasks` at `nowMs`, each in its phase. */
function ripened(tasks: readonly MemoryTask[], nowMs: number): MemoryTask[] {
  const left = tasks.filter((t) => t.phase !== 'killing' || t.dueAtMs > nowMs);
  for (const task of left) {
    if (task.phase !== 'staging' || task.dueAtMs > nowMs) continue;
    task.phase = 'running';
    task.startedAtMs = task.dueAtMs;
  }
  return left;
}

const EXPENDABLE = { waiting: 0, staging: 1, running: 2, killing: 3 } as const;

/** Waiting, then staging, then running; the youngest first. */
function byExpendability(a: MemoryTask, b: MemoryTask): number {
  return EXPENDABLE[a.phase] - EXPENDABLE[b.phase] || (b.stagedAtMs ?? 0) - (a.stagedAtMs ?? 0);
}

function isPresent(task: MemoryTask): boolean {
  return task.phase !== 'killing';
}

function present(app: MemoryApp): number {
  return app.tasks.filter(isPresent).length;
}

function isMoving(task: MemoryTask): boolean {
  return task.phase === 'staging' || task.phase === 'killing';
}

function draw(delay: Delay): number {
  return Math.max(0, typeof delay === 'number' ? delay : delay());
}
