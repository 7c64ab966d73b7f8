// cli: one line that says what is waited for, rewritten in place; nothing at all where nobody looks.

import { ERASED, rewritten } from './rewritten.ts';

/** Whoever waits longer wants to know what for. */
const SLOW_MS = 700;

/** Says `text` while `work` takes longer than people expect. */
export async function whileSlow<T>(line: ProgressLine, text: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => line.show(text), SLOW_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    line.end();
  }
}

/** Fewer of anything are done before somebody wonders. */
const MANY = 20;

/** The items one by one, and how many of many are done. */
export function* counted<T>(
  items: readonly T[],
  done: string,
  {
    noteRaw: raw,
    stderrIsTty: isTty,
  }: { readonly noteRaw: (text: string) => void; readonly stderrIsTty: boolean },
): Generator<T> {
  const line = new ProgressLine({ raw, isTty: isTty && items.length > MANY });
  try {
    for (const [i, item] of items.entries()) {
      line.show(`${done} ${i} of ${items.length}`);
      yield item;
    }
  } finally {
    line.end();
  }
}

export class ProgressLine {
  readonly #raw: (text: string) => void;
  readonly #isTty: boolean;
  #shown = '';

  constructor({ raw, isTty }: { readonly raw: (text: string) => void; readonly isTty: boolean }) {
    this.#raw = raw;
    this.#isTty = isTty;
  }

  show(text: string): void {
    if (!this.#isTty || text === this.#shown) return;
    this.#shown = text;
    this.#raw(rewritten(text));
  }

  /** Takes the line away: what comes next says how it ended. */
  end(): void {
    if (this.#shown !== '') this.#raw(ERASED);
    this.#shown = '';
  }
}
