// emulator: the steps that lead from what is stored to what is wanted (Marathon's DeploymentPlan).

import { type AppDefinition, configVersion } from '../../definition/app.ts';
import type { Group } from '../groups/group.ts';
import type { AppChange } from '../groups/root.ts';

export type ActionName = 'StartApplication' | 'StopApplication' | 'ScaleApplication' | 'RestartApplication';

export interface Action {
  readonly action: ActionName;
  readonly app: AppDefinition;
  /** Ids of instances that go first. */
  readonly victims?: ReadonlySet<string>;
}

export interface Step {
  readonly actions: readonly Action[];
}

export interface DeploymentPlan {
  readonly id: string;
  readonly version: string;
  readonly changes: readonly AppChange[];
  readonly steps: readonly Step[];
  /** The tree before and after. */
  readonly original: Group;
  readonly target: Group;
}

/** @param levelOf 0 for an app without dependencies, else one more than the highest of them */
export function stepsOf(changes: readonly AppChange[], levelOf: (appId: string) => number): Step[] {
  const stop: Action[] = [];
  const start: Action[] = [];
  const levels: Action[][] = [];
  for (const { id, before, after, victims } of changes) {
    if (after === undefined) {
      if (before !== undefined) stop.push({ action: 'StopApplication', app: before });
      continue;
    }
    if (before === undefined) start.push({ action: 'StartApplication', app: after });
    const action = { action: runAction(before, after), app: after };
    const level = levels[levelOf(id)] ?? [];
    level.push(victims === undefined ? action : { ...action, victims });
    levels[levelOf(id)] = level;
  }
  return [stop, start, ...levels].filter((step) => step !== undefined && step.length > 0).map(step);
}

function step(actions: readonly Action[]): Step {
  return { actions };
}

function runAction(before: AppDefinition | undefined, after: AppDefinition): ActionName {
  const scales =
    before === undefined || after.instances === 0 || configVersion(before) === configVersion(after);
  return scales ? 'ScaleApplication' : 'RestartApplication';
}

/** The plan as API and events show it. */
export function planView(plan: DeploymentPlan): Record<string, unknown> {
  return { id: plan.id, version: plan.version, steps: plan.steps.map(stepView) };
}

export function stepView(step: Step): Record<string, unknown> {
  return { actions: step.actions.map(({ action, app }) => ({ action, app: app.id })) };
}
