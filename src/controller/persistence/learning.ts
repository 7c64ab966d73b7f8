// controller: what the laws of a pool have learned, on its way to the operator that has the pool next.

import type { PoolLearning } from '../../policy-sources/pools-to-run.ts';
import type { SceneMemories } from '../round/decide.ts';
import type { PoolStore } from './pool-store.ts';

export interface LearningDeps {
  readonly poolStore: Pick<PoolStore, 'learnedText' | 'scenesIn'>;
  /** Of a pool whose rounds go on. */
  readonly scenesOf: (pool: string) => SceneMemories | undefined;
}

/** It stands where people read, too: what is longer is learned anew. Room for some tens of apps. */
const MOST_CHARACTERS = 32_768;

export class Learning implements PoolLearning {
  readonly #deps: LearningDeps;
  /** Of pools whose rounds have ended because they are another operator's, and which are not given back yet. */
  readonly #left = new Map<string, string>();
  /** Of pools that were taken, until their next round. */
  readonly #taken = new Map<string, SceneMemories>();

  constructor(deps: LearningDeps) {
    this.#deps = deps;
  }

  of(pool: string): string | undefined {
    // What came with a pool that is given back before its first round goes on with it.
    const scenes = this.#taken.get(pool) ?? this.#deps.scenesOf(pool);
    const text = scenes === undefined ? this.#left.get(pool) : this.#textOf(scenes);
    this.#left.delete(pool);
    this.#taken.delete(pool);
    return text;
  }

  taken(pool: string, learned: string): void {
    this.#left.delete(pool);
    // What cannot be read is learned anew.
    const scenes = learned.length > MOST_CHARACTERS ? undefined : this.#deps.poolStore.scenesIn(learned);
    if (scenes !== undefined) this.#taken.set(pool, scenes);
  }

  /** The rounds of a pool end: another operator is to have it. */
  leave(pool: string, scenes: SceneMemories): void {
    const text = this.#textOf(scenes);
    if (text !== undefined) this.#left.set(pool, text);
  }

  /** There is no such pool any more. */
  forget(pool: string): void {
    this.#left.delete(pool);
    this.#taken.delete(pool);
  }

  /** What the last operator had learned, once. */
  takeFor(pool: string): SceneMemories | undefined {
    const scenes = this.#taken.get(pool);
    this.#taken.delete(pool);
    return scenes;
  }

  #textOf(scenes: SceneMemories): string | undefined {
    if (scenes.size === 0) return undefined;
    const text = this.#deps.poolStore.learnedText(scenes);
    return text.length > MOST_CHARACTERS ? undefined : text;
  }
}
