// schedulers/ecs/write: whose a count is. ECS keeps neither who wrote it nor a version, so that what we wrote last is held against
// what is seen, as with Marathon.

import type { Clock } from '../../../runtime/clock.ts';

/** What is seen of a count. */
export interface CountSight {
  readonly createdAtMs: number;
  readonly desired: number;
}

export interface ShownCount {
  readonly requested: number;
  /** Another one after every change that was seen. */
  readonly version: string;
  readonly isOurs: boolean;
}

interface Kept {
  readonly createdAtMs: number;
  readonly count: number;
  readonly changes: number;
  readonly isOurs: boolean;
  /** The count before our last write, which ECS may still show. */
  readonly unseen?: { readonly before: number; readonly untilMs: number };
}

/** For so long after a write the count before it is taken for an old answer; afterwards somebody has put it back. */
const SHOWN_WITHIN_MS = 10_000;

export class Counts {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #kept = new Map<string, Kept>();
  /** What whoever plans was told last, or has written since. */
  readonly #told = new Map<string, CountSight>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  wrote(id: string, before: CountSight, count: number): void {
    const { createdAtMs } = before;
    const changes = (this.#kept.get(id)?.changes ?? 0) + 1;
    const unseen = { before: before.desired, untilMs: this.#clock.monotonic() + SHOWN_WITHIN_MS };
    this.#kept.set(id, { createdAtMs, count, changes, isOurs: true, unseen });
    this.#told.set(id, { createdAtMs, desired: count });
  }

  /** As `show`, to whoever plans by it. */
  tell(id: string, sight: CountSight): ShownCount {
    const shown = this.show(id, sight);
    this.#told.set(id, { createdAtMs: sight.createdAtMs, desired: shown.requested });
    return shown;
  }

  /** The count that a write is planned against; undefined where nobody was told one. */
  told(id: string): CountSight | undefined {
    return this.#told.get(id);
  }

  /** What is asked for now: never less new than our last write. */
  show(id: string, sight: CountSight): ShownCount {
    const next = this.#next(this.#kept.get(id), sight);
    this.#kept.set(id, next);
    const { createdAtMs, count, changes, isOurs } = next;
    return { requested: count, version: `${createdAtMs}/${changes}`, isOurs };
  }

  /** It is not there any more. */
  forget(id: string): void {
    this.#kept.delete(id);
    this.#told.delete(id);
  }

  #next(kept: Kept | undefined, { createdAtMs, desired }: CountSight): Kept {
    if (kept === undefined || kept.createdAtMs !== createdAtMs)
      return {
        createdAtMs,
        count: desired,
        changes: kept === undefined ? 0 : kept.changes + 1,
        isOurs: false,
      };
    if (desired === kept.count) return kept;
    // Of two answers the later one may be the older one.
    if (kept.unseen?.before === desired && this.#clock.monotonic() < kept.unseen.untilMs) return kept;
    return { createdAtMs, count: desired, changes: kept.changes + 1, isOurs: false };
  }
}
