// schedulers/ecs/api: how many calls a second this operator makes: AWS counts those of a whole account, and of everybody in it.

import { abortable } from '../../../runtime/abort/abortable.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { Backoff } from '../../../runtime/work/backoff.ts';
import { EcsFailure } from './failure.ts';

export interface CallRate {
  /** Sustained. */
  readonly perSecond: number;
  /** At once, after a time in which there were none. */
  readonly burst: number;
}

const LEAST_PER_SECOND = 0.25;
/** For each call that was answered: half a minute from half the rate back to the whole, at that rate. */
const REGAINED_PER_CALL = 0.02;
const BACKOFF = { baseMs: 1_000, maxMs: 30_000 };

interface BudgetDeps {
  readonly clock: Clock;
  /** In [0, 1); keeps several operators from coming back in step. */
  readonly random: () => number;
}

/**
 * A bucket of tokens, one a call, filled at a rate. When AWS refuses a call for there being too many, nothing is asked for a
 * while, twice as long each time, and afterwards at half the rate, which grows back while calls are answered.
 */
export class CallBudget {
  readonly #most: CallRate;
  readonly #clock: Clock;
  readonly #backoff: Backoff<'calls'>;
  #perSecond: number;
  #tokens: number;
  #filledMs: number;
  #pausedUntilMs = 0;
  /** Those before it have their turn first. */
  #last: Promise<void> = Promise.resolve();

  constructor(most: CallRate, { clock, random }: BudgetDeps) {
    this.#most = most;
    this.#clock = clock;
    this.#backoff = new Backoff({ ...BACKOFF, random });
    this.#perSecond = most.perSecond;
    this.#tokens = most.burst;
    this.#filledMs = clock.monotonic();
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  /** 0 when calls may be made. */
  get pausedMs(): number {
    return Math.max(0, this.#pausedUntilMs - this.#clock.monotonic());
  }

  /**
   * Waits for a turn; whoever came first goes first.
   *
   * @throws EcsFailure while nothing is asked; `signal.reason` when aborted
   */
  async take(signal: AbortSignal): Promise<void> {
    const turn = this.#last.then(() => this.#wait(signal));
    this.#last = turn.catch(() => undefined);
    await abortable(turn, signal);
  }

  answered(): void {
    this.#backoff.forget('calls');
    this.#perSecond = Math.min(
      this.#most.perSecond,
      this.#perSecond + REGAINED_PER_CALL * this.#most.perSecond,
    );
  }

  throttled(): void {
    // Calls that were on their way together are refused together: that is one refusal.
    if (this.pausedMs > 0) return;
    this.#pausedUntilMs = this.#clock.monotonic() + this.#backoff.next('calls');
    this.#perSecond = Math.max(LEAST_PER_SECOND, this.#perSecond / 2);
    this.#tokens = 0;
  }

  async #wait(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      if (this.pausedMs > 0) throw this.#paused();
      const waitMs = this.#fill();
      if (waitMs <= 0) break;
      await this.#clock.sleep(waitMs, signal);
    }
    this.#tokens -= 1;
  }

  #paused(): EcsFailure {
    const inS = Math.ceil(this.pausedMs / 1_000);
    return new EcsFailure(`ECS has too many requests of this account; asked again in ${inS} s`, {
      code: 'ThrottlingException',
    });
  }

  /** ms until there is a token. */
  #fill(): number {
    const nowMs = this.#clock.monotonic();
    const sinceMs = Math.max(0, nowMs - Math.max(this.#filledMs, this.#pausedUntilMs));
    this.#filledMs = nowMs;
    this.#tokens = Math.min(this.#most.burst, this.#tokens + (sinceMs / 1_000) * this.#perSecond);
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1_000);
  }
}
