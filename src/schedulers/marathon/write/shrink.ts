// schedulers/marathon: how to lower a count while instances wait, without stopping work that should go on.

import type { AppObservation, TaskObservation } from '../../../core/observation.ts';
import { type Answers, NO_ANSWERS } from '../../idle/ask.ts';

export type Shrink =
  /** Marathon's own choice of victims is right. */
  | { readonly kind: 'plain' }
  /** These tasks must be the victims; the count falls by as many. */
  | { readonly kind: 'named'; readonly taskIds: readonly string[] }
  /** Any way of lowering the count would stop running work that is to stay. */
  | { readonly kind: 'hold'; readonly endangered: number };

/**
 * Since 1.8 a waiting instance is the *last* that Marathon stops (docs/design/marathon.md#who-dies): of 8 wanted, 3 running and 5
 * waiting, a plain scale to 3 stops the three that run. Waiting instances have no task id, so they cannot be
 * named as victims, and no other call removes them alone. What can be done:
 *
 * | situation                                            | call                                               |
 * |------------------------------------------------------|----------------------------------------------------|
 * | nothing waits, or a plain scale stops no more running | plain                                              |
 * | tasks than must stop anyway (a scale to 0, say)       |                                                    |
 * | more tasks exist than are to stay                     | name the surplus: unreachable, staging, then the   |
 * |                                                       | youngest running; the waiting ones stay for later  |
 * | no more tasks exist than are to stay                  | hold: once the waiting ones launch they are the    |
 * |                                                       | youngest, and a plain scale stops exactly them.    |
 * |                                                       | They may never: then the count stays, and whoever  |
 * |                                                       | shares the budget is lent their slots              |
 *
 * Where an app tells which of its tasks are idle, those go before the ones that work.
 *
 * Before 1.8 waiting work is purged first, and plain is right where nobody is known to be idle.
 */
export function shrink(
  app: AppObservation,
  to: number,
  {
    waitingDiesLast,
    answers = NO_ANSWERS,
  }: { readonly waitingDiesLast: boolean; readonly answers?: Answers },
): Shrink {
  const present = app.tasks.filter((task) => task.phase !== 'killing');
  if (app.waiting === 0) return idleFirst(app, app.requested - to, answers);
  if (!waitingDiesLast) return idleFirst(app, present.length - to, answers);
  const starting = present.filter((task) => task.phase !== 'running').length;
  const running = present.length - starting;
  const stoppedByPlain = Math.min(running, Math.max(0, app.requested - to - starting));
  const mustStop = Math.max(0, Math.min(running, present.length - to - starting));
  if (stoppedByPlain <= mustStop) return { kind: 'plain' };
  const surplus = present.length - to;
  if (surplus <= 0) return { kind: 'hold', endangered: stoppedByPlain };
  return { kind: 'named', taskIds: namesOf(expendableFirst(app, answers).slice(0, surplus)) };
}

/**
 * The surplus of running tasks is named where that spares somebody who works, and Marathon chooses where it does not. Where
 * count and tasks differ, what is listed is not what there is: then the idle alone are named, and the rest follows.
 */
function idleFirst(app: AppObservation, surplus: number, answers: Answers): Shrink {
  const tasks = expendableFirst(app, answers);
  const known = tasks.filter(({ id }) => answers.idle.has(id));
  if (known.length === 0 || surplus <= 0) return { kind: 'plain' };
  const victims = tasks.length === app.requested ? tasks : known;
  return { kind: 'named', taskIds: namesOf(victims.slice(0, surplus)) };
}

function namesOf(tasks: readonly TaskObservation[]): readonly string[] {
  return tasks.map(({ id }) => id);
}

/**
 * In the order in which they should go: what does not run yet, then the idle, then as Marathon would choose. What answers
 * runs, even where Marathon does not say so yet.
 */
export function expendableFirst(
  app: AppObservation,
  { idle, busy }: Answers = NO_ANSWERS,
): readonly TaskObservation[] {
  const rank = ({ id, phase }: TaskObservation): number =>
    idle.has(id) ? IDLE : busy.has(id) ? EXPENDABLE.running : EXPENDABLE[phase];
  const oldestFirst = app.definition['killSelection'] === 'OLDEST_FIRST';
  return app.tasks
    .filter(({ phase }) => phase !== 'killing')
    .toSorted((a, b) => {
      const age = (startOf(b) - startOf(a)) * (oldestFirst ? -1 : 1);
      return rank(a) - rank(b) || age || a.id.localeCompare(b.id);
    });
}

const IDLE = 2;
const EXPENDABLE: Readonly<Record<TaskObservation['phase'], number>> = {
  unreachable: 0,
  waiting: 1,
  staging: 1,
  running: 3,
  killing: 4,
};

function startOf(task: TaskObservation): number {
  return task.startedAtMs ?? task.stagedAtMs ?? 0;
}
