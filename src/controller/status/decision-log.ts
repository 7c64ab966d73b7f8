// controller: the decisions that changed a count, newest first.

import type { Logger } from '../../runtime/log.ts';
import type { Round } from '../round/round.ts';
import { recordsOf } from './decision-records.ts';
import type { DecisionRecord } from './view.ts';

export class DecisionLog {
  readonly #log: Logger;
  readonly #capacity: number;
  #records: readonly DecisionRecord[] = [];
  #count = 0;

  /** @param capacity how many are kept */
  constructor({ log, capacity }: { readonly log: Logger; readonly capacity: number }) {
    this.#log = log;
    this.#capacity = capacity;
  }

  /** One record per change of a count that went through, or that an observed policy would make now; the new ones are returned. */
  add(round: Round): readonly DecisionRecord[] {
    const added: DecisionRecord[] = [];
    for (const { observedOnly, ...record } of recordsOf(round)) {
      const last = this.#records.find(({ app }) => app === record.app);
      const repeated = observedOnly && last?.from === record.from && last.to === record.to;
      if (repeated) continue;
      this.#count += 1;
      added.push(record);
      this.#records = [record, ...this.#records].slice(0, this.#capacity);
      const { app, from, to, summary } = record;
      this.#log.info(observedOnly ? 'would scale' : 'scaled', { app, from, to, summary });
    }
    return added;
  }

  /** Newest first. */
  list(): readonly DecisionRecord[] {
    return this.#records;
  }

  /** Of this process, also those that are not kept any more. */
  get count(): number {
    return this.#count;
  }
}
