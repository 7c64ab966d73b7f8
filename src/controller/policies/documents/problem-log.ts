// controller: problems of documents, logged once, when they are new.

import type { Logger } from '../../../runtime/log.ts';

export interface DocumentProblem {
  /** File and line, or the source's name. */
  readonly source: string;
  readonly message: string;
}

/** What was said of some documents before, and what is said now. */
export interface ProblemChange {
  readonly before: readonly DocumentProblem[];
  readonly now: readonly DocumentProblem[];
}

/** More than anybody reads at once; all of them are on the page and in what `validate` prints. */
const MAX_LINES = 20;

export class ProblemLog {
  readonly #log: Logger;
  #logged = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Takes all problems there are; one that went away and came back is news again. */
  report(problems: readonly DocumentProblem[]): void {
    this.#tell(problems);
    this.#logged = new Set(problems.map(keyOf));
  }

  /** Takes those of some documents; all others are as they were. */
  change({ before, now }: ProblemChange): void {
    this.#tell(now);
    for (const problem of before) this.#logged.delete(keyOf(problem));
    for (const problem of now) this.#logged.add(keyOf(problem));
  }

  #tell(problems: readonly DocumentProblem[]): void {
    const fresh = problems.filter((problem) => !this.#logged.has(keyOf(problem)));
    for (const { source, message } of fresh.slice(0, MAX_LINES)) {
      this.#log.warn('problem in the policies', { source, problem: message });
    }
    const left = fresh.length - MAX_LINES;
    if (left > 0)
      this.#log.warn('more problems in the policies; `microscaling validate` lists them', { left });
  }
}

function keyOf({ source, message }: DocumentProblem): string {
  return `${source} ${message}`;
}
