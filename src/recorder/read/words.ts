// recorder: what was decided, said again: the same question put to the same `decide` gives the same answer in the same
// words. A record that kept the words would be ten times as large.

import { decide } from '../../core/decide.ts';
import type { AppDecision, DecisionMemory } from '../../core/decision.ts';
import { isPlain } from '../codec/json.ts';
import type { Entry } from '../codec/segment.ts';
import { isRoundFrame, type RoundFrame } from '../frame/frame.ts';
import { questionOf } from '../frame/inputs.ts';

/** Decisions by scene, then by app. */
export type Words = ReadonlyMap<string, ReadonlyMap<string, AppDecision>>;

/** Follows the rounds of one pool from the beginning of a segment. */
export class WordKeeper {
  readonly #pool: string;
  readonly #memories = new Map<string, DecisionMemory | undefined>();
  readonly #words = new Map<string, ReadonlyMap<string, AppDecision>>();

  constructor(pool: string) {
    this.#pool = pool;
  }

  take(entry: Entry): void {
    if ((entry.kind !== 'frame' && entry.kind !== 'memory') || entry.pool !== this.#pool) return;
    if (entry.kind === 'memory') this.#memories.set(entry.scene, memoryIn(entry.memory));
    else if (isRoundFrame(entry.picture)) this.#decide(entry.picture);
  }

  get words(): Words {
    return this.#words;
  }

  #decide({ asked, atMs: nowMs }: RoundFrame): void {
    for (const [scene, question] of Object.entries(asked)) {
      const memory = this.#memories.get(scene);
      const decision = decide({ ...questionOf(question), nowMs, ...(memory && { memory }) });
      this.#memories.set(scene, decision.memory);
      this.#words.set(scene, new Map(decision.apps.map((app) => [app.id, app])));
    }
  }
}

/** `decide` reads each app's part of it without trust. */
export function memoryIn(raw: unknown): DecisionMemory | undefined {
  return isMemory(raw) ? raw : undefined;
}

function isMemory(raw: unknown): raw is DecisionMemory {
  return isPlain(raw) && raw['version'] === 2 && Array.isArray(raw['apps']);
}
