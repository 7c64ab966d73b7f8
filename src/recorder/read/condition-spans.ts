// recorder: conditions as spans of time: since when one said what it said, and until when.

import type { Condition } from '../../api/conditions.ts';

export interface ConditionSpan extends Pick<Condition, 'type' | 'status' | 'reason' | 'message'> {
  readonly fromMs: number;
  /** Absent: it still was so at the end. */
  readonly toMs?: number;
}

/** A condition that says the same with other numbers goes on, with its newest message. */
export class ConditionSpans {
  readonly #over: ConditionSpan[] = [];
  readonly #open = new Map<string, ConditionSpan>();

  add(conditions: readonly Condition[], wallMs: number): void {
    for (const { type, status, reason, message } of conditions) {
      const open = this.#open.get(type);
      const goesOn = open?.status === status && open.reason === reason;
      if (open !== undefined && !goesOn) this.#over.push({ ...open, toMs: wallMs });
      const fromMs = open !== undefined && goesOn ? open.fromMs : wallMs;
      if (!goesOn || open?.message !== message)
        this.#open.set(type, { type, status, reason, message, fromMs });
    }
  }

  /** By when they began; of more than `most` the newest. */
  list(most: number): readonly ConditionSpan[] {
    const all = [...this.#over, ...this.#open.values()];
    return all.sort((a, b) => a.fromMs - b.fromMs).slice(-most);
  }
}
