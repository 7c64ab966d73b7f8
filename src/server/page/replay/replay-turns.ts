// server: whose turn it is to replay: one at a time, and no token that may only read keeps others from it.

import type { Clock } from '../../../runtime/clock.ts';
import type { Grant } from '../../access/access.ts';

/** A token that may only read has the place for so long more than its share of the time. */
const BURST_MS = 120_000;
const SHARE = 0.2;

/** Somebody who may write has asked meanwhile. */
export class Displaced extends Error {}

export interface ReplayTurn {
  /** Aborts when somebody else takes the place. */
  readonly signal: AbortSignal;
  /** The place is free. Idempotent. */
  end(): void;
}

/** Why it is not this one's turn; `waitMs`: until it is, where that is known. */
export interface NoTurn {
  readonly message: string;
  readonly waitMs?: number;
}

interface Taken {
  readonly grant: Grant;
  readonly over: AbortController;
  readonly ended: PromiseWithResolvers<void>;
}

/**
 * | the place is         | who may only read asks | who may write asks |
 * |----------------------|------------------------|--------------------|
 * | free                 | has it, within bounds  | has it             |
 * | one's who only reads | is refused             | takes it           |
 * | one's who may write  | is refused             | is refused         |
 */
export class ReplayTurns {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #taken: Taken | undefined;
  /** Of tokens that may only read, by name: when all that they have used is given back. */
  readonly #freeAtMs = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Waits for nobody but a replay that makes room. */
  async begin(grant: Grant): Promise<ReplayTurn | NoTurn> {
    const waitMs = this.#waitMs(grant);
    if (waitMs > 0)
      return {
        message: `token ${grant.name} may only read, and has had its share of replays; try again in ${Math.ceil(waitMs / 1_000)} s`,
        waitMs,
      };
    const before = this.#taken;
    if (before !== undefined && !isDisplacing(grant, before.grant))
      return { message: 'another replay is running; try again when it is done' };
    const mine: Taken = { grant, over: new AbortController(), ended: Promise.withResolvers() };
    this.#taken = mine;
    before?.over.abort(new Displaced());
    // Two of them at once would have twice the memory.
    await before?.ended.promise;
    const beganAtMs = this.#clock.monotonic();
    let hasEnded = false;
    return {
      signal: mine.over.signal,
      end: () => {
        if (hasEnded) return;
        hasEnded = true;
        this.#used(grant, this.#clock.monotonic() - beganAtMs);
        if (this.#taken === mine) this.#taken = undefined;
        mine.ended.resolve();
      },
    };
  }

  #waitMs({ role, name }: Grant): number {
    if (role === 'write' || name === undefined) return 0;
    const owedMs = (this.#freeAtMs.get(name) ?? 0) - this.#clock.monotonic();
    return Math.max(0, owedMs - BURST_MS / SHARE + 1);
  }

  #used({ role, name }: Grant, ms: number): void {
    if (role === 'write' || name === undefined) return;
    const now = this.#clock.monotonic();
    for (const [other, atMs] of this.#freeAtMs) if (atMs <= now) this.#freeAtMs.delete(other);
    this.#freeAtMs.set(name, Math.max(now, this.#freeAtMs.get(name) ?? 0) + ms / SHARE);
  }
}

export function isTurn(turn: ReplayTurn | NoTurn): turn is ReplayTurn {
  return 'signal' in turn;
}

function isDisplacing(grant: Grant, before: Grant): boolean {
  return grant.role === 'write' && before.role !== 'write';
}
