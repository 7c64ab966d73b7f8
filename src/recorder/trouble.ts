// recorder: something that goes wrong for a while: told when it begins, and when it is over.

import { messageOf } from '../runtime/errors.ts';
import type { Logger } from '../runtime/log.ts';

export class Trouble {
  readonly #where: { readonly log: Logger; readonly folder: string };
  readonly #words: { readonly begins: string; readonly ends: string };
  #last: string | undefined;

  constructor(
    where: { readonly log: Logger; readonly folder: string },
    words: { readonly begins: string; readonly ends: string },
  ) {
    this.#where = where;
    this.#words = words;
  }

  /** Says it once for as long as it is the same. */
  met(error: unknown): void {
    const trouble = messageOf(error);
    if (trouble === this.#last) return;
    this.#last = trouble;
    const { log, folder } = this.#where;
    log.warn(this.#words.begins, { folder, trouble });
  }

  over(): void {
    if (this.#last === undefined) return;
    this.#last = undefined;
    const { log, folder } = this.#where;
    log.info(this.#words.ends, { folder });
  }
}
