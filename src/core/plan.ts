// core: demand × world → changes. The only place that compares the two; everybody else prints or executes.

import type { AppDefinition, EnvFrom, IdleVictims } from '../api/policy.ts';
import type { Change, FieldDiff } from './change.ts';
import { inOrder } from './change-order.ts';
import type { AppObservation, OperationObservation } from './observation.ts';

/** One app as far as its plan goes. */
export interface PlanApp {
  /** Its name in the scheduler. */
  readonly id: string;
  /** `namespace/name` of its policy. */
  readonly owner: string;
  /** Absent: the app must exist. */
  readonly definition?: AppDefinition;
  readonly envFrom: readonly EnvFrom[];
  /** Apps that are made before it. */
  readonly after?: readonly string[];
  /** Absent: the app does not exist. */
  readonly observed?: AppObservation;
  /** The count to have and why; absent: the count is left alone. */
  readonly count?: { readonly to: number; readonly reason: string };
  /** How to learn which instances are idle, where they tell. */
  readonly idleVictims?: IdleVictims;
  /** Where the definition must change; empty when it must not. */
  readonly drift: readonly FieldDiff[];
  /** The app was made by somebody else and is to be adopted. */
  readonly adopt: boolean;
  /** Deployment of our own last update, still under way: the next one takes its place. */
  readonly supersedes?: string;
}

/**
 * What to do, in the order in which to do it (change-order.ts); creations with their dependencies first.
 *
 * A definition change restarts every task and locks the app, a scale locks it for a moment; the two are never
 * mixed. So an app whose definition must change is updated while nothing else is under way for it, and until
 * then may fall but not rise: it comes to rest, and the update gets its turn. An app whose instances wait to be
 * launched may never come to rest, and the update may be its cure: it does not wait.
 */
export function planChanges(apps: readonly PlanApp[]): readonly Change[] {
  const falls = apps.flatMap(scaleOf).filter(({ from, to }) => to < from);
  const falling = new Set(falls.map(({ app }) => app));
  const settled = apps.filter((app) => app.drift.length === 0);
  return inOrder([
    ...falls,
    ...apps.flatMap(adoptionOf),
    ...settled.flatMap(scaleOf).filter(({ from, to }) => to > from),
    ...inDependencyOrder(apps).flatMap(creationOf),
    ...apps.filter((app) => isStuck(app) || !(isBusy(app) || falling.has(app.id))).flatMap(updateOf),
  ]);
}

export function scaleOf(app: PlanApp): readonly Extract<Change, { kind: 'scale' }>[] {
  const { id, observed, count, idleVictims } = app;
  if (observed === undefined || count === undefined || count.to === observed.requested) return [];
  const scale = {
    kind: 'scale',
    app: id,
    from: observed.requested,
    to: count.to,
    reason: count.reason,
  } as const;
  return [idleVictims !== undefined && scale.to < scale.from ? { ...scale, idleVictims } : scale];
}

export function adoptionOf({ id, observed, adopt, owner }: PlanApp): readonly Change[] {
  if (observed === undefined || !adopt) return [];
  return [{ kind: 'adopt', app: id, reason: `policy ${owner} takes it on as it is; nothing restarts` }];
}

export function creationOf(app: PlanApp): readonly Change[] {
  const { id, owner, definition, envFrom, observed, count } = app;
  if (observed !== undefined || definition === undefined || count === undefined) return [];
  return [{ kind: 'create', app: id, instances: count.to, definition, envFrom, owner, reason: count.reason }];
}

export function updateOf({
  id,
  definition,
  envFrom,
  observed,
  drift,
  supersedes,
}: PlanApp): readonly Change[] {
  if (observed === undefined || definition === undefined || drift.length === 0) return [];
  const fields = drift.map(({ field }) => field).join(', ');
  return [
    {
      kind: 'update',
      app: id,
      definition,
      envFrom,
      fields: drift,
      reason: `differs from the policy in ${fields}`,
      ...(supersedes !== undefined && { supersedes }),
    },
  ];
}

/**
 * The apps so that each comes after those it depends on, otherwise in the order given. A circle is broken at the app
 * that comes first: the scheduler will say what it thinks of it.
 */
export function inDependencyOrder(apps: readonly PlanApp[]): readonly PlanApp[] {
  const byId = new Map(apps.map((app) => [app.id, app]));
  const visited = new Set<string>();
  const ordered: PlanApp[] = [];
  const visit = (app: PlanApp): void => {
    if (visited.has(app.id)) return;
    visited.add(app.id);
    for (const id of app.after ?? []) {
      const dependency = byId.get(id);
      if (dependency !== undefined) visit(dependency);
    }
    ordered.push(app);
  };
  for (const app of apps) visit(app);
  return ordered;
}

/** Something is under way for it that an update would have to wait for. */
function isBusy({ observed, supersedes }: PlanApp): boolean {
  return observed?.operations.some(({ id }) => id !== supersedes) ?? false;
}

/** Instances wait, perhaps for ever, and nothing but its own start and scaling is under way. */
function isStuck({ id, observed }: PlanApp): boolean {
  if (observed === undefined || observed.waiting === 0) return false;
  return observed.operations.every((each) => isOwnScaling(id, each));
}

function isOwnScaling(id: string, { kinds, affectedApps }: OperationObservation): boolean {
  return (
    affectedApps.every((app) => app === id) &&
    kinds.every((action) => action === 'Start' || action === 'Scale')
  );
}
