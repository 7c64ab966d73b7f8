// server: a number from row to row, kept as its changes: one that stays as it is costs nothing.

/** Never written to. */
const NONE: number[] = [];

export class ChangingNumber {
  /** The rows in which it changed, ascending, and what it was from there on; NaN: unknown, as it is before the first. */
  #rows: number[] = NONE;
  #values: number[] = NONE;
  /** For whoever files numbers again and again: when it was said last. */
  saidIn = -1;

  /** What it is in a row and in all after it: whatever was said of those is not so any more. */
  set(row: number, value = Number.NaN): void {
    while ((this.#rows.at(-1) ?? -1) >= row) this.#drop();
    if (Object.is(this.#values.at(-1) ?? Number.NaN, value)) return;
    if (this.#rows.length === 0) {
      // Thousands never change again: of the first there is only what it is, and no room for sixteen more.
      this.#rows = [row];
      this.#values = [value];
      return;
    }
    this.#rows.push(row);
    this.#values.push(value);
  }

  /** Undefined: unknown. */
  at(row: number): number | undefined {
    let [low, high] = [0, this.#rows.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#rows[middle] ?? 0) > row) high = middle;
      else low = middle + 1;
    }
    return known(this.#values[low - 1]);
  }

  /** From one row to the one before another; null: unknown. */
  between(from: number, to: number): readonly (number | null)[] {
    const values: (number | null)[] = [];
    let next = 0;
    for (let row = from; row < to; row++) {
      while ((this.#rows[next] ?? Number.POSITIVE_INFINITY) <= row) next += 1;
      values.push(known(this.#values[next - 1]) ?? null);
    }
    return values;
  }

  /** Nothing will be asked about rows before this one. */
  forgetBefore(row: number): void {
    while ((this.#rows[1] ?? Number.POSITIVE_INFINITY) <= row) {
      this.#rows.shift();
      this.#values.shift();
    }
    const [first] = this.#values;
    if (this.#rows.length === 1 && first !== undefined && Number.isNaN(first)) this.#drop();
  }

  /** In every row that may be asked about. */
  get isUnknown(): boolean {
    return this.#rows.length === 0;
  }

  #drop(): void {
    this.#rows.pop();
    this.#values.pop();
  }
}

function known(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}
