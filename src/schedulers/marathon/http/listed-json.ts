// schedulers/marathon: a JSON document of which one list is taken out element by element, as its bytes come.

import { decoded } from './request.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const [LIST_BEGINS, LIST_ENDS] = [0x5b, 0x5d];
const [OBJECT_BEGINS, OBJECT_ENDS] = [0x7b, 0x7d];

/**
 * Of thousands of apps neither the whole text nor all its objects are there at one time, and nobody is held up for as long as all of it
 * takes. What is not JSON stays in the rest, which then is none either.
 *
 *     {"apps":[{"id":"/a"},{"id":"/b"}],"x":1}   of the list `apps`
 *              └─ taken ──┘ └─ taken ──┘         the rest: {"apps":[],"x":1}
 */
export class ListedJson {
  readonly #name: string;
  readonly #take: (element: unknown) => void;
  readonly #rest: Buffer[] = [];
  /** Of an element that goes on in the next part. */
  #begun: Buffer[] = [];
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  /** The last text directly in the document: a list that follows has it as its name. */
  #key = '';
  #isListed = false;
  #taken = 0;

  /** @param name of the list, in the object that the document is */
  constructor(name: string, take: (element: unknown) => void) {
    this.#name = name;
    this.#take = take;
  }

  /** The document without the elements, so far. */
  get rest(): string {
    return decoded(this.#rest);
  }

  push(part: Buffer): void {
    let from = 0;
    for (let at = 0; at < part.length; at++) {
      if (this.#isText) at = this.#endOfText(part, at);
      else {
        const byte = part[at] ?? 0;
        if (byte <= COMMA || byte >= LIST_BEGINS) from = this.#structure(byte, { part, from, at });
      }
    }
    this.#keep(part.subarray(from));
  }

  /** @returns where it ends, or the part */
  #endOfText(part: Buffer, from: number): number {
    let at = from;
    for (; at < part.length; at++) {
      const byte = part[at];
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) break;
    }
    this.#isText = at === part.length;
    if (this.#depth === 1) this.#key += part.toString('latin1', from, at);
    return at;
  }

  /** @returns from where on the part is not taken yet */
  #structure(
    byte: number,
    seen: { readonly part: Buffer; readonly from: number; readonly at: number },
  ): number {
    const { from, at } = seen;
    const isAtElement = this.#isListed && this.#depth === 2;
    switch (byte) {
      case QUOTE:
        this.#isText = true;
        if (this.#depth === 1) this.#key = '';
        return from;
      case COMMA:
        if (!isAtElement) return from;
        this.#element(seen);
        return at + 1;
      case OBJECT_BEGINS:
        this.#depth += 1;
        return from;
      case LIST_BEGINS:
        this.#depth += 1;
        if (this.#isListed || this.#depth !== 2 || this.#key !== this.#name) return from;
        this.#keep(seen.part.subarray(from, at + 1));
        this.#isListed = true;
        return at + 1;
      case OBJECT_ENDS:
        this.#depth -= 1;
        return from;
      case LIST_ENDS:
        this.#depth -= 1;
        if (!isAtElement) return from;
        this.#element(seen);
        this.#isListed = false;
        return at;
      default:
        return from;
    }
  }

  #element({ part, from, at }: { readonly part: Buffer; readonly from: number; readonly at: number }): void {
    const last = part.subarray(from, at);
    const text = (this.#begun.length === 0 ? last : Buffer.concat([...this.#begun, last])).toString('utf8');
    this.#begun = [];
    // `[]`, and not `[1,]`.
    if (this.#taken === 0 && part[at] === LIST_ENDS && text.trim() === '') return;
    this.#taken += 1;
    const element = parsed(text);
    if (element === undefined) this.#rest.push(Buffer.from(`${text},`));
    else this.#take(element.value);
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.#isListed) this.#begun.push(bytes);
    else this.#rest.push(bytes);
  }
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
