// controller: the interventions of each pool when this operator and the pool's Lease last agreed on them: by that it is known
// which of two is newer, also after a restart.

import type { JsonSchema } from '../../api/schema/json-schema.ts';
import { storedAs } from '../../api/validation/stored.ts';
import type { CarriedInterventions } from '../../policy-sources/pools-to-run.ts';
import type { DocumentChange } from '../../runtime/document-store.ts';

export interface CarriedMark extends CarriedInterventions {
  /** By the wall clock of this machine, in ms: what was said later is of after it. */
  readonly atMs: number;
  /** Another operator had the pool then: what it says of that is newer, as long as it does not count less. */
  readonly isLeft?: boolean;
}

export interface CarriedMarksDeps {
  readonly known: ReadonlyMap<string, unknown>;
  /** After whatever was taken over before it, or not at all. Throws when it cannot be written. */
  readonly write: (changes: readonly DocumentChange[]) => void;
}

export const MARKS = 'hands-mark';

/** The oldest ones make room: a pool without a mark takes what its Lease says. */
const MOST_MARKS = 2_000;

const SCHEMA: JsonSchema = {
  type: 'object',
  description: 'The interventions of a pool when its Lease said so.',
  required: ['generation', 'atMs'],
  properties: {
    text: { type: 'string', description: 'The interventions, as JSON.' },
    generation: {
      type: 'integer',
      description: 'How often that was changed.',
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
    },
    atMs: { type: 'number', description: 'When, by the wall clock.' },
    isLeft: { type: 'boolean', description: 'Another operator had the pool.' },
  },
};
const isMark = storedAs<CarriedMark>(SCHEMA);

export class CarriedMarks {
  readonly #deps: CarriedMarksDeps;
  /** By pool, in the order of their times. */
  readonly #marks: Map<string, CarriedMark>;

  constructor(deps: CarriedMarksDeps) {
    this.#deps = deps;
    const known = [...deps.known].flatMap(([pool, mark]) => (isMark(mark) ? [[pool, mark] as const] : []));
    this.#marks = new Map(known.sort(([, a], [, b]) => a.atMs - b.atMs));
  }

  of(pool: string): CarriedMark | undefined {
    return this.#marks.get(pool);
  }

  /** What cannot be written is known until the process ends, and after that the Lease is believed. */
  set(pool: string, mark: CarriedMark): void {
    this.#marks.delete(pool);
    this.#marks.set(pool, mark);
    const changes: DocumentChange[] = [{ do: 'put', collection: MARKS, key: pool, value: mark }];
    for (const oldest of this.#marks.keys()) {
      if (this.#marks.size <= MOST_MARKS) break;
      this.#marks.delete(oldest);
      changes.push({ do: 'remove', collection: MARKS, key: oldest });
    }
    try {
      this.#deps.write(changes);
    } catch {
      // The store says so itself with the next write of somebody who waits for it.
    }
  }
}
