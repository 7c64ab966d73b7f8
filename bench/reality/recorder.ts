// bench: what happened in a real run, in the form in which the simulator tells of its own runs.

import type { Ran } from '../../src/simulator/figures.ts';
import type { Series, WorldOptions } from '../../src/simulator/world/world.ts';
import type { WorkQueue } from './work-queue.ts';

interface Count {
  requested: number;
  running: number;
}

export class Recorder {
  readonly #ran: Ran;
  readonly #counts: ReadonlyMap<string, Count>;

  constructor(options: Omit<WorldOptions, 'spare'>) {
    this.#counts = new Map(
      options.apps.map(({ terms, initial }) => [terms.id, { requested: initial, running: 0 }]),
    );
    this.#ran = {
      options,
      members: options.apps.map(({ terms, demand }) => ({ terms, demand, series: seriesOf(options.steps) })),
    };
  }

  /** What was asked of Marathon, as the operator sees it. */
  requested(app: string, count: number): void {
    const known = this.#counts.get(app);
    if (known !== undefined) known.requested = count;
  }

  running(app: string, by: 1 | -1): void {
    const known = this.#counts.get(app);
    if (known !== undefined) known.running += by;
  }

  /** Instances that serve. */
  count(app: string): number {
    return this.#counts.get(app)?.running ?? 0;
  }

  step(k: number, queue: WorkQueue): void {
    for (const { terms, demand, series } of this.#ran.members) {
      const { requested = 0, running = 0 } = this.#counts.get(terms.id) ?? {};
      series.requested[k] = requested;
      series.running[k] = running;
      if (demand === undefined) continue;
      series.waiting[k] = queue.waiting;
      series.total[k] = queue.waiting + queue.inFlight;
      series.arrived[k] = queue.arrived;
    }
  }

  ran(): Ran {
    return this.#ran;
  }
}

function seriesOf(steps: number): Series {
  return {
    requested: new Int32Array(steps),
    running: new Int32Array(steps),
    staging: new Int32Array(steps),
    killing: new Int32Array(steps),
    waiting: new Float64Array(steps),
    total: new Float64Array(steps),
    arrived: new Float64Array(steps),
  };
}
