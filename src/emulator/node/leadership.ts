// emulator: which of the nodes leads. One state stands behind all of them, so an election costs nothing but time.

import type { Clock } from '../../runtime/clock.ts';

/** From the answer to DELETE /v2/leader until leadership is really gone. */
const ABDICATION_MS = 500;
/** Without a leader. */
const ELECTION_MS = 500;
/** How a node without a leader waits for one: so often, so long. */
const TRIES = 10;
const TRY_MS = 250;

export interface LeadershipDeps {
  readonly clock: Clock;
  /** Called when leadership is lost. */
  readonly onLost: () => void;
}

export class Leadership {
  readonly #deps: LeadershipDeps;
  readonly #closing = new AbortController();
  #nodes = 1;
  #leader: number | undefined = 0;
  #changing = false;

  constructor(deps: LeadershipDeps) {
    this.#deps = deps;
  }

  /** Index of the node that leads; undefined during an election. */
  get leader(): number | undefined {
    return this.#leader;
  }

  /** How many nodes may lead. */
  set nodes(count: number) {
    this.#nodes = count;
  }

  /** Soon there is no leader, and then the next node is; alone, a node is elected again. */
  abdicate(): void {
    if (this.#changing) return;
    this.#changing = true;
    this.#change().catch(() => undefined);
  }

  /** The leader, waited for a while; undefined when there is none then. */
  async whenKnown(): Promise<number | undefined> {
    for (let tries = 0; this.#leader === undefined && tries < TRIES; tries++)
      await this.#deps.clock.sleep(TRY_MS, this.#closing.signal).catch(() => undefined);
    return this.#leader;
  }

  close(): void {
    this.#closing.abort();
  }

  async #change(): Promise<void> {
    const { clock, onLost } = this.#deps;
    const before = this.#leader ?? 0;
    await clock.sleep(ABDICATION_MS, this.#closing.signal);
    this.#leader = undefined;
    onLost();
    await clock.sleep(ELECTION_MS, this.#closing.signal);
    this.#leader = (before + 1) % this.#nodes;
    this.#changing = false;
  }
}
