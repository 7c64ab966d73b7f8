// app: what a demo was worth, accumulated from the views of the operator. Counts are observed ones, never bounds.

import type { AppView, OperatorView } from '../../../controller/status/view.ts';

export interface Range {
  readonly min: number;
  readonly max: number;
  readonly last: number;
}

export interface DemoResult {
  readonly policy: string;
  readonly seconds: number;
  /** Messages waiting; absent when no app of the policy has a queue. */
  readonly queue?: {
    readonly target: number;
    readonly max: number;
    readonly last: number;
    /** Share of the time in which the queue was at or below its target, 0 to 1. */
    readonly withinTarget: number;
  };
  readonly messages: {
    readonly produced: number;
    readonly consumed: number;
    /** Put back because their consumer had to stop. */
    readonly handedBack: number;
  };
  readonly remainder: { readonly work: number };
  /** Instances seen running, by app name. */
  readonly apps: Readonly<Record<string, Range>>;
  readonly decisions: number;
  readonly marathon: { readonly writes: number; readonly conflicts: number };
  readonly leftProcesses: number;
}

interface QueueRecord {
  target: number;
  max: number;
  last: number;
  knownMs: number;
  withinMs: number;
}

/** Feed it every view in order; it ignores time before the first. */
export class DemoRecorder {
  readonly #policy: string;
  readonly #ranges = new Map<string, { min: number; max: number; last: number }>();
  #queue: QueueRecord | undefined;
  #startedAtMs: number | undefined;
  #lastAtMs = 0;
  #view: OperatorView | undefined;

  constructor(policy: string) {
    this.#policy = policy;
  }

  /** Whether every app of the policy runs, and those that are left to people with all their instances. */
  static isReady(view: OperatorView, policy: string): boolean {
    const apps = appsOf(view, policy);
    return (
      apps.length > 0 &&
      apps.every((app) => app.running > 0 && (app.role !== 'fixed' || app.running >= app.requested))
    );
  }

  observe(view: OperatorView): void {
    this.#startedAtMs ??= view.atMs;
    const elapsedMs = this.#view === undefined ? 0 : Math.max(0, view.atMs - this.#lastAtMs);
    this.#lastAtMs = view.atMs;
    this.#view = view;
    for (const app of appsOf(view, this.#policy)) {
      this.#observeCount(app);
      this.#observeQueue(app, elapsedMs);
    }
  }

  result(leftProcesses: number): DemoResult {
    const apps = this.#view === undefined ? [] : appsOf(this.#view, this.#policy);
    const stats = this.#view?.stats;
    const queue = this.#queue;
    return {
      policy: this.#policy,
      seconds: round((this.#lastAtMs - (this.#startedAtMs ?? this.#lastAtMs)) / 1000, 1),
      ...(queue === undefined
        ? {}
        : {
            queue: {
              target: queue.target,
              max: queue.max,
              last: queue.last,
              withinTarget: queue.knownMs === 0 ? 0 : round(queue.withinMs / queue.knownMs, 4),
            },
          }),
      messages: {
        produced: sum(apps, 'produced'),
        consumed: sum(apps, 'consumed'),
        handedBack: sum(apps, 'handed_back'),
      },
      remainder: { work: sum(apps, 'work') },
      apps: Object.fromEntries(this.#ranges),
      decisions: stats?.decisions ?? 0,
      marathon: { writes: stats?.writes ?? 0, conflicts: stats?.conflicts ?? 0 },
      leftProcesses,
    };
  }

  #observeCount(app: AppView): void {
    const range = this.#ranges.get(app.name);
    if (range === undefined) {
      this.#ranges.set(app.name, { min: app.running, max: app.running, last: app.running });
      return;
    }
    range.min = Math.min(range.min, app.running);
    range.max = Math.max(range.max, app.running);
    range.last = app.running;
  }

  #observeQueue(app: AppView, elapsedMs: number): void {
    const metric = app.metrics.find((m) => m.unit === 'messages' && m.target !== undefined);
    if (metric?.value === undefined || metric.target === undefined || metric.state === 'unavailable') return;
    this.#queue ??= { target: metric.target, max: 0, last: 0, knownMs: 0, withinMs: 0 };
    const queue = this.#queue;
    queue.knownMs += elapsedMs;
    if (metric.value <= metric.target) queue.withinMs += elapsedMs;
    queue.target = metric.target;
    queue.max = Math.max(queue.max, metric.value);
    queue.last = metric.value;
  }
}

export function appsOf(view: OperatorView, policy: string): readonly AppView[] {
  return view.pools.flatMap((pool) => pool.policies.filter((p) => p.name === policy).flatMap((p) => p.apps));
}

function sum(apps: readonly AppView[], counter: string): number {
  return apps.reduce((total, app) => total + (app.counters[counter] ?? 0), 0);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
