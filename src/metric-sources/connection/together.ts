// metric-sources: several questions of one read: the first that fails ends the others, and so does whoever waits for the read.

/** One for all reads: an error of its own for each costs more than a read that is answered at once. */
const OVER = new DOMException('nobody waits for this answer any more', 'AbortError');

/**
 * A signal that is made of two stays with the longer-lived of them until garbage is collected; here nothing is left
 * behind at `signal` when the work ends.
 *
 * @param ask gets a signal that ends with the work, and throws `signal.reason` when that is aborted
 */
export async function together<T>(signal: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const asked = new AbortController();
  const abort = (): void => asked.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await ask(asked.signal);
  } finally {
    signal.removeEventListener('abort', abort);
    asked.abort(OVER);
  }
}
