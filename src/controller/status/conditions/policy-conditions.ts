// controller: the conditions of policies from round to round, and over restarts.

import { type Condition, initialConditions, setConditions } from '../../../api/conditions.ts';
import type { ResourceKey } from '../../../api/policy.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { ClusterSpec } from '../../../schedulers/scheduler.ts';
import { PLAIN_WORDS, type SchedulerWords } from '../../../schedulers/words.ts';
import type { HistoryStore } from '../../persistence/history-store.ts';
import { type PolicyRecord, shownVersion } from '../../policies/records.ts';
import type { Round } from '../../round/round.ts';
import { conditionEvents, type NewEvent, versionEvents } from '../events/event-rules.ts';
import { conditionsOf, type NewCondition, overdueOf, saysWell } from './conditions.ts';

export interface PolicyConditionsDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly history: HistoryStore;
  readonly wordsOf: (cluster: ClusterSpec | undefined) => SchedulerWords;
  /** Masks secrets. */
  readonly redact: (text: string) => string;
}

export class PolicyConditions {
  readonly #deps: PolicyConditionsDeps;
  readonly #conditions = new Map<ResourceKey, readonly Condition[]>();
  /** The generation that the conditions of a policy are about. */
  readonly #observedGenerations = new Map<ResourceKey, number>();

  constructor(deps: PolicyConditionsDeps) {
    this.#deps = deps;
  }

  /**
   * @param part of the round, as far as the policy is concerned
   * @param storeTrouble why the store cannot be written, if so
   * @returns the events that say what changed
   */
  update(record: PolicyRecord, part: Round, storeTrouble: string | undefined): readonly NewEvent[] {
    const { clock, history, redact, wordsOf } = this.#deps;
    const words = wordsFor(part, wordsOf);
    const { key } = record;
    const nowMs = clock.now();
    const before =
      this.#conditions.get(key) ??
      history.take(key) ??
      initialConditions(shownVersion(record).generation, nowMs);
    const found = withStoreTrouble(conditionsOf(record, part, words), storeTrouble);
    const shown = found.map((each) => ({ ...each, message: redact(each.message) }));
    const after = setConditions(before, shown, nowMs);
    this.#observedGenerations.set(key, record.generation);
    this.#conditions.set(key, after);
    if (after === before) return [];
    history.keep(key, before, after);
    return versionEvents(conditionEvents(`policy ${key}`, before, after), record, { before, after });
  }

  /** No round has ended since `sinceMs`: whether the policy is still ready nobody knows. */
  overdue(key: ResourceKey, sinceMs: number): void {
    const { clock, history } = this.#deps;
    const before = this.#conditions.get(key);
    const ready = before?.find(({ type }) => type === 'Ready');
    if (before === undefined || ready === undefined || !saysWell(ready.reason)) return;
    const { observedGeneration } = ready;
    const after = setConditions(before, [{ ...overdueOf(sinceMs), observedGeneration }], clock.now());
    this.#conditions.set(key, after);
    history.keep(key, before, after);
  }

  forget(key: ResourceKey): void {
    this.#conditions.delete(key);
    this.#observedGenerations.delete(key);
    this.#deps.history.forget(key);
  }

  /** As a policy shows them. */
  of(key: ResourceKey): { readonly observedGeneration: number; readonly conditions: readonly Condition[] } {
    return {
      observedGeneration: this.#observedGenerations.get(key) ?? 0,
      conditions: this.#conditions.get(key) ?? [],
    };
  }
}

/** Of the scheduler that all of them live in; of several, the names of all. */
function wordsFor({ pool, assessments }: Round, wordsOf: PolicyConditionsDeps['wordsOf']): SchedulerWords {
  const places = [...new Set(assessments.map(({ app }) => app.cluster))].map(wordsOf);
  const [first = wordsOf(pool.cluster), ...others] = [...new Set(places)];
  if (others.length === 0) return first;
  const name = [first, ...others].map((words) => words.name).join(' and ');
  return { ...PLAIN_WORDS, name, several: true, app: (app) => app };
}

/** Nothing else is wrong with a policy for it, but whoever looks at one should know that edits of it are refused. */
function withStoreTrouble(
  found: readonly NewCondition[],
  trouble: string | undefined,
): readonly NewCondition[] {
  if (trouble === undefined) return found;
  return found.map((condition) =>
    condition.type === 'Accepted' ? { ...condition, message: `${condition.message}; ${trouble}` } : condition,
  );
}
