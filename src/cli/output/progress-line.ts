// cli: one line that says what is waited for, rewritten in place; nothing at all where nobody looks.

const CLEAR = '\x1b[2K';
/** A line that is wider than the terminal is cut: wrapped, it could not be taken back. */
const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';

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
    this.#raw(`\r${CLEAR}${NO_WRAP}${text}${WRAP}`);
  }

  /** Takes the line away: what comes next says how it ended. */
  end(): void {
    if (this.#shown !== '') this.#raw(`\r${CLEAR}`);
    this.#shown = '';
  }
}
