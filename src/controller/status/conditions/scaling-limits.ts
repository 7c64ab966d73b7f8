// controller: what the condition ScalingLimited says: the limit of every app, in the words of its decision. Pure.

import type { Condition, ConditionReason } from '../../../api/conditions.ts';
import { occupied } from '../../../core/allocation/free-capacity.ts';
import type { AppDecision, LimitedBy } from '../../../core/decision.ts';
import type { SchedulerWords } from '../../../schedulers/words.ts';
import { overrideText } from '../../interventions/effect.ts';
import type { AppAssessment } from '../../round/assess.ts';
import type { Round } from '../../round/round.ts';

type Finding = Pick<Condition, 'status' | 'reason' | 'message'>;

/** What people read of a limit: its reason, and a clause about the app where the decision has no step for it. */
interface Limit {
  readonly by: LimitedBy;
  readonly reason: ConditionReason;
  readonly words: string;
  /** The decision's last step with one of these rules has the numbers. */
  readonly rules?: readonly string[];
}

const BEHAVIOR_RULES = ['behavior', 'giveBack', 'preemption'];

/** What matters most first. `handover` is none: what was granted is on its way. */
const LIMITS: readonly Limit[] = [
  { by: 'futility', reason: 'NoGain', words: 'gains nothing from more instances' },
  { by: 'capacity', reason: 'AtCapacity', words: 'gets less than it wants: the capacity is used up' },
  { by: 'cluster', reason: 'ClusterFull', words: 'waits for room in the cluster' },
  { by: 'creation', reason: 'NotCreated', words: 'cannot be created' },
  { by: 'launching', reason: 'BackingOff', words: 'cannot start its instances' },
  { by: 'metric', reason: 'NotRead', words: 'has a metric that is not read' },
  { by: 'held', reason: 'Held', words: 'is kept as it is' },
  {
    by: 'behavior',
    reason: 'LimitedByBehavior',
    words: 'is limited by its behavior',
    rules: BEHAVIOR_RULES,
  },
  { by: 'max', reason: 'AtMaximum', words: 'is at its maximum' },
  { by: 'min', reason: 'AtMinimum', words: 'is at its minimum' },
];

/** At most so many apps are named. */
const NAMED = 6;

export function scalingLimits(
  assessments: readonly AppAssessment[],
  round: Round,
  words: SchedulerWords,
): Finding {
  const overridden = assessments.flatMap(({ app: { spec, override } }) =>
    override === undefined ? [] : [`${spec.id} is ${overrideText(override)}`],
  );
  if (overridden.length > 0) return { status: 'True', reason: 'Overridden', message: overridden.join('; ') };
  if (round.room?.state === 'unknown') {
    const meanwhile = `meanwhile ${words.queue} decides, and remainders do not grow`;
    return { status: 'Unknown', reason: 'CapacityUnknown', message: `${round.room.reason}; ${meanwhile}` };
  }
  const decisions = assessments.flatMap(({ app }) => round.decisions.get(app.spec.id) ?? []);
  const atLimits = decisions.filter(({ limitedBy }) => limitedBy !== undefined);
  const limited = LIMITS.flatMap((limit) =>
    atLimits.filter(({ limitedBy }) => limitedBy === limit.by).map((decision) => ({ limit, decision })),
  );
  const [first] = limited;
  if (first === undefined) return withinLimits(decisions, heldUnseen(round));
  const named = limited.slice(0, NAMED).map(({ limit, decision }) => sentence(limit, decision));
  const more = limited.length > NAMED ? [`and ${limited.length - NAMED} more`] : [];
  const short = limited.some(({ limit }) => limit.by === 'capacity');
  const held = short ? heldUnseen(round) : [];
  return { status: 'True', reason: first.limit.reason, message: [...named, ...more, ...held].join('; ') };
}

function sentence({ by, words, rules = [by] }: Limit, { id, granted, wanted, steps }: AppDecision): string {
  const step = steps.findLast(({ rule }) => rules.includes(rule));
  if (step === undefined || by === 'max' || by === 'min') return `${id} ${words}`;
  if (by === 'creation') return `${id} ${words}: ${step.reason}`;
  const of = by === 'capacity' ? ` of the ${wanted} it wants` : '';
  return `${id} gets ${granted}${of}: ${step.reason}`;
}

/** What apps hold that could not be looked at: whoever waits for it should know. */
function heldUnseen({ world: { view } }: Round): readonly string[] {
  const unseen = [...(view?.unseen ?? [])].slice(0, NAMED);
  return unseen.flatMap(([id, why]) => {
    const held = occupied(view?.apps.get(id));
    if (held === 0) return [];
    return [`${id} holds ${held} ${held === 1 ? 'slot' : 'slots'} and cannot be looked at: ${why}`];
  });
}

function withinLimits(decisions: readonly AppDecision[], held: readonly string[]): Finding {
  const waiting = decisions.filter(({ limitedBy }) => limitedBy === 'handover').map(({ id }) => id);
  const message =
    waiting.length === 0
      ? 'every app gets what it wants'
      : `${waiting.slice(0, NAMED).join(', ')} will get what was granted as soon as slots are handed over${held.map((each) => `; ${each}`).join('')}`;
  return { status: 'False', reason: 'WithinLimits', message };
}
