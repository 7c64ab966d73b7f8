// simulator: the instances of one app, as counts: asked for, waiting for a slot, starting, running, stopping.

export interface Delays {
  /** From launch to running, ms. */
  readonly startMs: number;
  /** From running to serving, ms; by default an instance that runs serves. */
  readonly warmUpMs?: number;
  /** From the order to stop until the slot is free, ms. */
  readonly stopMs: number;
}

/** How the instances of an app stand. */
export interface InstanceCounts {
  readonly requested: number;
  readonly running: number;
  readonly staging: number;
  readonly killing: number;
}

interface Batch {
  readonly dueMs: number;
  count: number;
}

export class Instances {
  readonly #delays: Delays;
  readonly #starting: Batch[] = [];
  readonly #warming: Batch[] = [];
  readonly #stopping: Batch[] = [];
  #requested: number;
  #running: number;
  #staging = 0;
  #killing = 0;

  /** @param initial how many run at the beginning, or how all of them stand then: what starts or stops has just begun to */
  constructor(delays: Delays, initial: number | InstanceCounts, nowMs = 0) {
    const counts = typeof initial === 'number' ? settled(initial) : initial;
    this.#delays = delays;
    this.#requested = counts.requested;
    this.#running = counts.running;
    this.#staging = counts.staging;
    this.#killing = counts.killing;
    if (counts.staging > 0) this.#starting.push({ dueMs: nowMs + delays.startMs, count: counts.staging });
    if (counts.killing > 0) this.#stopping.push({ dueMs: nowMs + delays.stopMs, count: counts.killing });
  }

  get requested(): number {
    return this.#requested;
  }

  get running(): number {
    return this.#running;
  }

  /** Of those that run. */
  get serving(): number {
    return this.#warming.reduce((n, { count }) => n - count, this.#running);
  }

  get staging(): number {
    return this.#staging;
  }

  get killing(): number {
    return this.#killing;
  }

  /** Asked for, and without a slot. */
  get waiting(): number {
    return this.#requested - this.#running - this.#staging;
  }

  /** Slots that are taken now. */
  get held(): number {
    return this.#running + this.#staging + this.#killing;
  }

  /** Whether a change is still on its way; so long Marathon's deployment locks the app. */
  get moving(): boolean {
    return this.waiting > 0 || this.#staging > 0 || this.#killing > 0;
  }

  /** What is due has started, what is gone is gone; says whether there was any. */
  ripen(nowMs: number): boolean {
    const before = this.#staging + this.#killing;
    for (let b = this.#starting[0]; b !== undefined && b.dueMs <= nowMs; b = this.#starting[0]) {
      this.#starting.shift();
      this.#staging -= b.count;
      this.#running += b.count;
      const { warmUpMs = 0 } = this.#delays;
      if (warmUpMs > 0) this.#warming.push({ dueMs: b.dueMs + warmUpMs, count: b.count });
    }
    while ((this.#warming[0]?.dueMs ?? Number.POSITIVE_INFINITY) <= nowMs) this.#warming.shift();
    for (let b = this.#stopping[0]; b !== undefined && b.dueMs <= nowMs; b = this.#stopping[0]) {
      this.#stopping.shift();
      this.#killing -= b.count;
    }
    return this.#staging + this.#killing < before;
  }

  /** Asks for another count. What is too much goes at once: first what waits, then the youngest, as in Marathon. */
  scale(to: number, nowMs: number): void {
    this.#requested = to;
    const surplus = this.#running + this.#staging - to;
    if (surplus <= 0) return;
    const unstarted = takeYoungest(this.#starting, surplus);
    this.#staging -= unstarted;
    const left = surplus - unstarted;
    this.#running -= left;
    takeYoungest(this.#warming, left);
    this.#killing += surplus;
    this.#stopping.push({ dueMs: nowMs + this.#delays.stopMs, count: surplus });
  }

  /** Gives slots to as many of the waiting as there are. */
  launch(most: number, nowMs: number): void {
    const n = Math.min(most, this.waiting);
    if (n <= 0) return;
    this.#staging += n;
    this.#starting.push({ dueMs: nowMs + this.#delays.startMs, count: n });
  }
}

/** How many there were to take, up to `most`. */
function takeYoungest(batches: Batch[], most: number): number {
  let left = most;
  for (let b = batches.at(-1); b !== undefined && left > 0; b = batches.at(-1)) {
    const n = Math.min(b.count, left);
    b.count -= n;
    left -= n;
    if (b.count === 0) batches.pop();
  }
  return most - left;
}

function settled(running: number): InstanceCounts {
  return { requested: running, running, staging: 0, killing: 0 };
}
