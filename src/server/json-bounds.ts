// server: what a JSON text would cost, known while it arrives and before anything is built of it.

/** How much of it is read. */
export interface JsonLimits {
  readonly depth: number;
  /** Fields and elements of all objects and lists. */
  readonly values: number;
}

const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [
  0x22, 0x5c, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d,
];

/**
 * Counts levels and values in the bytes of a JSON text, piece by piece. Of a text that is no JSON it tells nothing:
 * that is for the parser to say, which it asks no more of than the limits allow.
 */
export class JsonBounds {
  readonly #limits: JsonLimits;
  #depth = 0;
  #values = 0;
  #isInText = false;
  /** The byte before was a backslash within a text. */
  #isEscaped = false;

  constructor(limits: JsonLimits) {
    this.#limits = limits;
  }

  /** Takes the next bytes; returns what is too much, and then no more need be read. */
  excess(bytes: Uint8Array): string | undefined {
    for (const byte of bytes) {
      if (this.#isInText) this.#takeInText(byte);
      else if (byte === QUOTE) this.#isInText = true;
      else if (byte === COMMA) this.#values += 1;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        this.#depth += 1;
        this.#values += 1;
        if (this.#depth > this.#limits.depth) return `is nested deeper than ${this.#limits.depth} levels`;
      } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.#depth -= 1;
      if (this.#values > this.#limits.values) return `has more than ${this.#limits.values} values`;
    }
    return undefined;
  }

  #takeInText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#isInText = false;
  }
}
