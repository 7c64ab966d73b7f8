// simulator: the part of a replay in which another policy asks for the same counts as were asked for: so long what happened
// is what would have happened, and what was observed is what it would have observed.

import { decide } from '../../core/decide.ts';
import type { AppDecision, Decision, DecisionMemory } from '../../core/decision.ts';
import { questionOf } from '../../recorder/frame/inputs.ts';
import type { RecordedRound } from '../../recorder/read/rounds.ts';
import type { Question, Trial } from './candidate.ts';

/** One round, decided again. */
export interface Redecided {
  readonly round: RecordedRound;
  /** As it was put, and what it comes to now. */
  readonly recorded: { readonly question: Question; readonly decision: Decision };
  /** As the trial puts it; absent from the first round on in which it came to something else. */
  readonly tried?: { readonly question: Question; readonly decision: Decision };
}

/** Where the two part. */
export interface Parting {
  readonly round: RecordedRound;
  readonly question: Question;
  readonly decision: Decision;
  /** For people: which app, and how. */
  readonly why: string;
}

const AT_ONCE = 'all of it is to be modelled';

/** Decides every round again, as it was and as the trial would, until the two part. */
export class Redecider {
  readonly #trial: Trial;
  readonly #atOnce: boolean;
  #recorded: DecisionMemory | undefined;
  #tried: DecisionMemory | undefined;
  #parting: Parting | undefined;
  /** Rounds in which another count was asked for than is decided now from what was known then. */
  #unlike = 0;

  /** @param atOnce the two part in the first round, whatever they ask for */
  constructor(trial: Trial, atOnce = false) {
    this.#trial = trial;
    this.#atOnce = atOnce;
  }

  get parting(): Parting | undefined {
    return this.#parting;
  }

  get unlike(): number {
    return this.#unlike;
  }

  /**
   * Undefined for a round in which nothing was decided.
   *
   * @param isBefore it is only there so that `decide` remembers what it did: the trial begins after it
   */
  next(round: RecordedRound, isBefore = false): Redecided | undefined {
    if (round.question === undefined) return undefined;
    if (round.memory !== undefined) {
      this.#recorded = round.memory.given;
      this.#tried = round.memory.given;
    }
    const question = questionOf(round.question);
    const decision = decided(question, round, this.#recorded);
    this.#recorded = decision.memory;
    const recorded = { question, decision };
    if (isBefore) {
      this.#tried = decision.memory;
      return { round, recorded };
    }
    if (asksOtherwise(decision, round)) this.#unlike += 1;
    if (this.#parting !== undefined) return { round, recorded };
    const tried = this.#try(round);
    const why = this.#atOnce ? AT_ONCE : differenceOf(decision.apps, tried.decision.apps);
    if (why !== undefined) this.#parting = { round, ...tried, why };
    return { round, recorded, tried };
  }

  #try(round: RecordedRound): { readonly question: Question; readonly decision: Decision } {
    const question = this.#trial.question(round) ?? { budget: { kind: 'slots', slots: 0 }, apps: [] };
    const decision = decided(question, round, this.#tried);
    this.#tried = decision.memory;
    return { question, decision };
  }
}

function decided(
  question: Question,
  { atMs: nowMs }: RecordedRound,
  memory: DecisionMemory | undefined,
): Decision {
  return decide({ ...question, nowMs, ...(memory && { memory }) });
}

function differenceOf(recorded: readonly AppDecision[], tried: readonly AppDecision[]): string | undefined {
  const counts = new Map(tried.map(({ id, to }) => [id, to]));
  const others = recorded.filter(({ id, to }) => counts.get(id) !== to);
  if (others.length === 0) return undefined;
  return others
    .map(({ id, name, to }) => `${name}: ${counts.get(id) ?? 'nothing'} in the place of ${to}`)
    .join(', ');
}

/** Of a round that wrote: whether it was something else. */
function asksOtherwise({ apps }: Decision, { writes }: RecordedRound): boolean {
  return writes.some(({ kind, app, to }) => {
    const now = apps.find(({ id }) => id === app);
    return kind === 'scale' && to !== undefined && now !== undefined && now.to !== to;
  });
}
