// policy-sources: why the Leases of pools, or one of them, cannot be had: each trouble is said once.

import type { Logger } from '../../runtime/log.ts';

export class LeaseTrouble {
  readonly #log: Logger;
  /** Why a pool could not be taken last, and how often one after the other. */
  readonly #untaken = new Map<string, { readonly reason: string; readonly times: number }>();
  #ofAll: string | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Of all Leases. */
  get ofAll(): string | undefined {
    return this.#ofAll;
  }

  untaken(pool: string): string | undefined {
    return this.#untaken.get(pool)?.reason;
  }

  noteTaken(pool: string): void {
    this.#untaken.delete(pool);
  }

  /** Once is what happens where two want a pool; what stays is for people to mend. */
  noteUntaken(pool: string, reason: string): void {
    const before = this.#untaken.get(pool);
    const times = before?.reason === reason ? before.times + 1 : 1;
    this.#untaken.set(pool, { reason, times });
    if (times === 2) this.#log.warn('a pool cannot be taken; it is tried again', { pool, reason });
    else this.#log.debug('the lease of a pool was not taken', { pool, reason });
  }

  /** @param trouble undefined: all is well */
  noteAll(trouble: string | undefined): void {
    if (trouble === this.#ofAll) return;
    this.#ofAll = trouble;
    if (trouble !== undefined)
      this.#log.warn('the leases of pools cannot be had; it is tried again', { reason: trouble });
  }
}
