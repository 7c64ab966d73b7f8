// bench: the predecessor's sharing of places, step by step (microscaling/microscaling,
// engine/localEngine/scalingCalc.go and demand/task.go at 33bb219). Pure but for the tasks it is given.

/** One app as that engine saw it. */
export interface Task {
  readonly name: string;
  /** 1 is highest. */
  readonly priority: number;
  readonly min: number;
  readonly max: number;
  readonly isRemainder: boolean;
  /** What was accepted last. */
  requested: number;
  /** Marathon's `instances` when they were last looked at: what is asked for, not what runs. */
  running: number;
  /** What is to be; stays as it is until a new calculation wants something else. */
  demand: number;
}

/** What a task's target says in this round. */
export interface Opinion {
  readonly delta: number;
  /** The target is met: no scaling up. */
  readonly meeting: boolean;
  /** The target is beaten: scaling down is allowed. */
  readonly exceeding: boolean;
}

/** The remainder always wants everything (target/remainder.go). */
export function remainderOpinion(places: number): Opinion {
  return { delta: places, meeting: false, exceeding: false };
}

/**
 * Sets demands: first falls, lowest priority first; then rises, highest first. A rise that finds too few places
 * takes them from lower priorities, and takes for itself only what is free already: the rest comes in a later
 * round. A task whose last change Marathon does not show yet is passed over.
 *
 * @returns whether anything is to be done
 */
export function calculate(
  tasks: readonly Task[],
  opinionOf: (task: Task) => Opinion,
  places: number,
): boolean {
  const opinions = new Map(tasks.map((task) => [task, opinionOf(task)]));
  const byPriority = tasks.toSorted((a, b) => a.priority - b.priority);
  let available = places - tasks.reduce((sum, { requested }) => sum + requested, 0);
  let changed = false;

  for (const task of byPriority.toReversed()) {
    if (task.requested === task.min || task.running !== task.requested) continue;
    const delta = scaleDownCount(task, opinions.get(task));
    if (delta >= 0) continue;
    task.demand = task.running + delta;
    available -= delta;
    changed = true;
  }

  byPriority.forEach((task, p) => {
    if (task.running !== task.requested) return;
    let delta = scaleUpCount(task, opinions.get(task));
    if (delta <= 0) return;
    if (available < delta) {
      if (!task.isRemainder && takeFromBelow(byPriority, p, delta - available)) changed = true;
      delta = available;
    }
    if (delta <= 0) return;
    available -= delta;
    task.demand = task.demand >= task.max ? task.max : task.running + delta;
    changed = true;
  });
  return changed;
}

function takeFromBelow(byPriority: readonly Task[], p: number, missing: number): boolean {
  const asker = byPriority[p];
  let left = missing;
  for (const victim of byPriority.slice(p + 1).toReversed()) {
    if (left <= 0 || asker === undefined || victim.priority <= asker.priority) continue;
    const give = Math.min(Math.max(0, victim.requested - victim.min), left);
    if (give === 0) continue;
    victim.demand = victim.running - give;
    left -= give;
  }
  return left < missing;
}

/** At most from `min` to `max`; nothing while the target is met. */
function scaleUpCount(task: Task, opinion: Opinion | undefined): number {
  const wish = opinion === undefined || opinion.meeting ? 0 : task.running + opinion.delta - task.requested;
  return bounded(task, Math.max(0, wish));
}

/** Nothing unless the target is beaten. */
function scaleDownCount(task: Task, opinion: Opinion | undefined): number {
  const wish = opinion?.exceeding === true ? task.running + opinion.delta - task.requested : 0;
  return bounded(task, Math.min(0, wish));
}

function bounded({ requested, min, max }: Task, delta: number): number {
  return Math.min(max, Math.max(min, requested + delta)) - requested;
}
