// runtime: how many questions one server is asked at the same time, and who does not count against it.

interface Waiting {
  go(): void;
}

/** Places for questions that are on their way; whoever finds none waits for its turn, the longest first. */
export class Slots {
  #free: number;
  readonly #waiting = new Set<Waiting>();

  constructor(most: number) {
    this.#free = most;
  }

  /**
   * @returns gives the place back; a second time does nothing
   * @throws `signal.reason` when it is aborted before there is a place
   */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(signal);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const [next] = this.#waiting;
      if (next === undefined) this.#free += 1;
      else next.go();
    };
  }

  #turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = {
      go: () => {
        this.#waiting.delete(waiting);
        signal.removeEventListener('abort', leave);
        resolve();
      },
    };
    const leave = (): void => {
      this.#waiting.delete(waiting);
      reject(signal.reason);
    };
    this.#waiting.add(waiting);
    signal.addEventListener('abort', leave, { once: true });
    return promise;
  }
}

/** Questions of one reader that are on their way; an answer that comes late is waited for while the next one is asked. */
const MOST_OF_ONE = 2;

/**
 * The questions of one reader. One that stays without an answer keeps nobody else from asking: when it ends, or when the
 * reader asks again, its place is given back, and until the server answers this reader again it takes none of the shared.
 *
 * ```
 *             round 1                    round 2
 * reader A    ├─ a shared place ─ ─ ─ ─ ─│─ ─ ─ ─ ─   no answer: the place is given back
 *                                        ├─ ─ ─ ─ ─   without a shared place
 * ```
 * So it costs the others one place for one round, once, and the server gets no more questions at a time than there are
 * shared places, and MOST_OF_ONE for each reader that it leaves without an answer.
 */
export class ReaderSlots {
  readonly #shared: Slots;
  readonly #own = new Slots(MOST_OF_ONE);
  /** Give back the shared places of the questions on their way. */
  readonly #onTheirWay = new Set<() => void>();
  #isUnanswered = false;

  constructor(shared: Slots) {
    this.#shared = shared;
  }

  /** @param ask is called once there is a place; it fails where no answer came */
  async run<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (const giveBack of this.#onTheirWay) giveBack();
    const giveBackOwn = await this.#own.take(signal);
    try {
      return await this.#askInShared(ask, signal);
    } finally {
      giveBackOwn();
    }
  }

  async #askInShared<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const isSuspect = this.#isUnanswered || this.#onTheirWay.size > 0;
    const giveBack = isSuspect ? () => undefined : await this.#shared.take(signal);
    // Two of them may have waited for a place, and both may get one.
    if (this.#onTheirWay.size > 0) giveBack();
    this.#onTheirWay.add(giveBack);
    try {
      const answer = await ask();
      this.#isUnanswered = false;
      return answer;
    } catch (error) {
      this.#isUnanswered = true;
      throw error;
    } finally {
      this.#onTheirWay.delete(giveBack);
      giveBack();
    }
  }
}
