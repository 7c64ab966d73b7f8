// test support: counts what is equal, prints the share, and knows what is not.

import { expect } from 'vitest';
import type { Difference } from './compare.ts';
import { FLOORS, type Floor } from './floors.ts';

/** How many differing records a failure shows; `MARATHON_RECORDED_DIFF=1` prints all of them. */
const SHOWN = 20;

/** One line of the summary. */
export class Tally {
  readonly #what: string;
  readonly #floor: Floor;
  readonly #differing: string[] = [];
  #total = 0;

  constructor(what: string, floor: Floor) {
    this.#what = what;
    this.#floor = floor;
  }

  /** @param record its name, and a step where it has steps */
  add(record: string, found: readonly Difference[]): void {
    this.#total++;
    if (found.length === 0) return;
    const lines = found.map(
      ({ at, recorded, answered }) =>
        `    ${at === '' ? '/' : at}: recorded ${text(recorded)}, answered ${text(answered)}`,
    );
    this.#differing.push(`${this.#what}: ${record}\n${lines.join('\n')}`);
  }

  get share(): number {
    return this.#total === 0 ? 1 : (this.#total - this.#differing.length) / this.#total;
  }

  /** Prints the share, and with `MARATHON_RECORDED_DIFF` every difference; fails below the floor. */
  finish(): void {
    const floor = FLOORS[this.#floor];
    const equal = this.#total - this.#differing.length;
    const percent = (this.share * 100).toFixed(1);
    console.log(
      `recorded: ${this.#what}: ${equal} of ${this.#total} equal, ${percent} % (floor ${(floor * 100).toFixed(1)} %)`,
    );
    if (process.env['MARATHON_RECORDED_DIFF'] !== undefined)
      for (const entry of this.#differing) console.log(entry);
    const hint = `MARATHON_RECORDED_DIFF=1 prints all\n${this.#differing.slice(0, SHOWN).join('\n')}`;
    expect.soft(this.share, hint).toBeGreaterThanOrEqual(floor);
  }
}

function text(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
