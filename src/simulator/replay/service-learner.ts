// simulator: how fast instances work, where neither the source counts nor the recorded law learns it: what a law that learns
// would have learned from the same readings. Its counts are not used.

import { decide } from '../../core/decide.ts';
import type { AppInput, DecisionMemory } from '../../core/decision.ts';
import { type LearnedService, serviceLearned } from '../../core/learned.ts';
import type { RecordedRound } from '../../recorder/read/rounds.ts';
import { Trial } from './candidate.ts';

export class ServiceLearner {
  readonly #trial = new Trial({
    change: (app) => ({
      ...app,
      ...(app.targets && {
        targets: app.targets.map((target) => ({
          ...target,
          algorithm: { ...target.algorithm, type: 'Fluid' as const },
        })),
      }),
    }),
  });
  #memory: DecisionMemory | undefined;

  /**
   * @param recorded the apps as they were decided
   * @returns what is known of each after the round; empty where the recorded laws learn it themselves
   */
  next(round: RecordedRound, recorded: readonly AppInput[]): ReadonlyMap<string, LearnedService> {
    const question = recorded.some(learnsNothing) ? this.#trial.question(round) : undefined;
    if (question === undefined) return NOTHING;
    const memory = this.#memory;
    this.#memory = decide({ ...question, nowMs: round.atMs, ...(memory && { memory }) }).memory;
    return new Map(
      question.apps.flatMap(({ id }) => {
        const [known] = serviceLearned(this.#memory, id);
        return known === undefined ? [] : [[id, known] as const];
      }),
    );
  }
}

const NOTHING: ReadonlyMap<string, LearnedService> = new Map();

/** Of a law that does not ask how fast instances work. */
function learnsNothing({ role, targets }: Pick<AppInput, 'role' | 'targets'>): boolean {
  return role === 'scaled' && targets.some(({ algorithm }) => algorithm.type !== 'Fluid');
}
