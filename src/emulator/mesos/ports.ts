// emulator: the host ports that tasks get, in the range that a Mesos agent offers by default.

const FIRST = 31_000;
const LAST = 32_000;

/** The pretend agents share one machine, hence one range. */
export class Ports {
  readonly #taken = new Set<number>();
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  static get bounds(): { readonly begin: number; readonly end: number } {
    return { begin: FIRST, end: LAST };
  }

  static get range(): string {
    return `[${FIRST}-${LAST}]`;
  }

  /** @returns a number for each entry, 0 standing for any; undefined, and nothing taken, when they cannot be had */
  take(wanted: readonly number[]): readonly number[] | undefined {
    const taken: number[] = [];
    for (const port of wanted) {
      const found = port === 0 ? this.#any() : offered(port);
      if (found === undefined || this.#taken.has(found)) {
        this.giveBack(taken);
        return undefined;
      }
      this.#taken.add(found);
      taken.push(found);
    }
    return taken;
  }

  giveBack(ports: readonly number[]): void {
    for (const port of ports) this.#taken.delete(port);
  }

  /** Starts anywhere in the range, so that two servers on one machine seldom assign the same. */
  #any(): number | undefined {
    const size = LAST - FIRST + 1;
    const start = Math.floor(this.#random() * size);
    for (let i = 0; i < size; i++) {
      const port = FIRST + ((start + i) % size);
      if (!this.#taken.has(port)) return port;
    }
    return undefined;
  }
}

/** A port outside the range is in no offer, so what needs it waits. */
function offered(port: number): number | undefined {
  return port >= FIRST && port <= LAST ? port : undefined;
}
