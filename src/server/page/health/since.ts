// server: since when things are so, as far as this process has seen.

/** Things by a key; one that is not so any more begins anew when it comes back. */
export class Since {
  #beganMs: ReadonlyMap<string, number> = new Map();

  /** @param now everything that is so now, with since when where it says so itself */
  update(now: Iterable<readonly [key: string, sinceMs: number | undefined]>, nowMs: number): void {
    const before = this.#beganMs;
    this.#beganMs = new Map(Array.from(now, ([key, sinceMs]) => [key, sinceMs ?? before.get(key) ?? nowMs]));
  }

  /** Undefined for what is not so. */
  of(key: string): number | undefined {
    return this.#beganMs.get(key);
  }
}
