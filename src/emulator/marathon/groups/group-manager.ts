// emulator: the one door through which the wanted state changes. An update runs to its end without waiting for
// anything, so updates are checked one after the other, as by Marathon's single writer.

import { ApiError, locked } from '../../api-error.ts';
import type { Deployments } from '../deployments/deployments.ts';
import { type DeploymentPlan, planView, type Step, stepsOf } from '../deployments/plan.ts';
import type { EventBus } from '../event-bus.ts';
import type { VersionClock } from '../timestamp.ts';
import { dependencyGraph, dependencyLevels } from './dependencies.ts';
import type { Group, WantedGroup } from './group.ts';
import { nextTree } from './next-tree.ts';
import type { Root } from './root.ts';
import { checkChanges, checkTree } from './tree-rules.ts';

/** As `--max_running_deployments`. */
const MAX_RUNNING = 100;

export interface RootUpdate {
  /** Named in the events: the group in which the change was asked for. */
  readonly groupId: string;
  /** Cancels the deployments that are in the way. */
  readonly force: boolean;
  /** What is wanted; checked inside the queue, so that it may throw ApiError 404 and 409. */
  readonly change: (root: Root) => WantedGroup;
  /** What is told after the change itself, with the tree that it made. */
  readonly andThen?: (target: Group) => void;
  /** Instances that go first, by app. */
  readonly victims?: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface DeploymentResult {
  readonly version: string;
  readonly deploymentId: string;
}

export interface GroupManagerDeps {
  readonly root: Root;
  readonly deployments: Deployments;
  readonly events: EventBus;
  readonly versions: VersionClock;
  readonly uuid: () => string;
}

export class GroupManager {
  readonly #deps: GroupManagerDeps;
  readonly stats = { writes: 0, conflicts: 0 };

  constructor(deps: GroupManagerDeps) {
    this.#deps = deps;
  }

  /** Stores the change and starts its deployment. @throws ApiError 403, 404, 409, 422 and nothing has changed */
  update(update: RootUpdate): DeploymentResult {
    const { root, deployments, events, versions } = this.#deps;
    const version = versions.next();
    try {
      this.#checkCap();
      const plan = this.#plan(update.change(root), version, update.victims);
      this.#takeLocks(plan, update.force);
      root.store(version, plan.target, plan.changes);
      this.stats.writes++;
      // Marathon starts a deployment before it has stored the tree that the deployment leads to.
      void deployments.start(plan).then(() => {
        events.publish('group_change_success', { groupId: update.groupId, version });
        update.andThen?.(plan.target);
      });
      return { version, deploymentId: plan.id };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      events.publish('group_change_failed', { groupId: update.groupId, version, reason });
      throw error;
    }
  }

  /** The steps that a change would take, without taking them. */
  preview(change: (root: Root) => WantedGroup): readonly Step[] {
    const { root, versions } = this.#deps;
    return this.#plan(change(root), versions.next()).steps;
  }

  #plan(wanted: WantedGroup, version: string, victims?: RootUpdate['victims']): DeploymentPlan {
    const { root, uuid } = this.#deps;
    const { target, changes } = nextTree(root, wanted, { version, victims });
    checkTree(target);
    checkChanges(changes);
    const steps = stepsOf(changes, dependencyLevels(dependencyGraph(target)));
    return { id: uuid(), version, changes, steps, original: root.tree, target };
  }

  /** First of all, even for what would change nothing and for what is forced. */
  #checkCap(): void {
    if (this.#deps.deployments.running.length < MAX_RUNNING) return;
    throw new ApiError(
      403,
      `Max number (${MAX_RUNNING}) of running deployments is achieved. Wait for existing deployments to ` +
        'complete or cancel one. You can increase max deployment number by using --max_running_deployments parameter',
    );
  }

  #takeLocks(plan: DeploymentPlan, force: boolean): void {
    const { deployments, events } = this.#deps;
    const inTheWay = deployments.holding(plan.changes.map(({ id }) => id));
    if (inTheWay.length === 0) return;
    if (force) {
      for (const { id } of inTheWay) deployments.cancel(id);
      return;
    }
    this.stats.conflicts++;
    const refusal = locked(inTheWay.map(({ id }) => id));
    // Marathon tells of a deployment that nobody was ever told the id of.
    events.publish('deployment_failed', { id: plan.id, plan: planView(plan), reason: refusal.message });
    throw refusal;
  }
}
