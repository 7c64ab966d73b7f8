// emulator: the one door through which the wanted state changes. An update runs to its end without waiting for
// anything, so updates are judged one after the other, as by Marathon's single writer.

import { ApiError, illegalArgument, invalidObject, locked } from '../api-error.ts';
import type { AppDefinition, AppDraft } from '../definition/app.ts';
import { parentOf } from '../definition/app-id.ts';
import { nextVersion } from '../definition/next-version.ts';
import { assignServicePorts, servicePortsOf } from '../definition/service-ports.ts';
import { dependencyLevels, hasCycle } from './dependencies.ts';
import type { Deployments } from './deployments.ts';
import type { EventBus } from './event-bus.ts';
import { type DeploymentPlan, planView, type Step, stepsOf } from './plan.ts';
import type { AppChange, Root } from './root.ts';
import type { VersionClock } from './timestamp.ts';

/** As `--max_running_deployments`. */
const MAX_RUNNING = 100;

export interface RootDraft {
  readonly put?: readonly AppDraft[];
  readonly remove?: readonly string[];
  readonly addGroups?: readonly string[];
  readonly removeGroups?: readonly string[];
}

export interface RootUpdate {
  /** Named in the events: the group in which the change was asked for. */
  readonly groupId: string;
  /** Cancels the deployments that are in the way. */
  readonly force: boolean;
  /** What is wanted; judged inside the queue, so that it may throw ApiError 404 and 409. */
  readonly draft: (root: Root) => RootDraft;
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
      const draft = update.draft(root);
      const plan = this.#plan(draft, version, update.victims);
      this.#takeLocks(plan, update.force);
      root.store(version, plan.changes);
      for (const group of draft.removeGroups ?? []) root.removeGroup(group);
      for (const group of draft.addGroups ?? []) root.addGroup(group);
      this.stats.writes++;
      events.publish('group_change_success', { groupId: update.groupId, version });
      deployments.start(plan);
      return { version, deploymentId: plan.id };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      events.publish('group_change_failed', { groupId: update.groupId, version, reason });
      throw error;
    }
  }

  /** The steps that a change would take, without taking them. */
  preview(draft: (root: Root) => RootDraft): readonly Step[] {
    const { root, versions } = this.#deps;
    return this.#plan(draft(root), versions.next()).steps;
  }

  #plan(draft: RootDraft, version: string, victims?: RootUpdate['victims']): DeploymentPlan {
    const { root, uuid } = this.#deps;
    const changes = this.#changes(draft, version, victims);
    const after = new Map(changes.map((change) => [change.id, change.after]));
    const appAfter = (id: string): AppDefinition | undefined =>
      after.has(id) ? after.get(id) : root.app(id);
    if (hasCycle(after.keys(), appAfter)) throw illegalArgument('Dependency graph has cyclic dependencies.');
    return { id: uuid(), version, changes, steps: stepsOf(changes, dependencyLevels(appAfter)) };
  }

  #changes(draft: RootDraft, version: string, victims: RootUpdate['victims']): AppChange[] {
    const { root } = this.#deps;
    const removed = (draft.remove ?? []).flatMap((id): AppChange[] => {
      const before = root.app(id);
      return before === undefined ? [] : [{ id, before }];
    });
    const gone = new Set(removed.map(({ id }) => id));
    const assigned = new Set<number>();
    const put = (draft.put ?? []).flatMap((wanted): AppChange[] => {
      const { id } = wanted.fields;
      const before = root.app(id);
      if (before === undefined) this.#checkPath(id, gone);
      const taken = (port: number): boolean =>
        assigned.has(port) || (root.servicePortOwner(port) ?? id) !== id;
      const fields = assignServicePorts(wanted.fields, before, taken);
      for (const port of servicePortsOf(fields)) assigned.add(port);
      const after = nextVersion({ ...wanted, fields }, before, version);
      const named = victims?.get(id);
      if (after === before && named === undefined) return [];
      return [{ id, after, ...(before && { before }), ...(named && { victims: named }) }];
    });
    return [...removed, ...put];
  }

  /** An app and a group cannot share a path. */
  #checkPath(id: string, gone: ReadonlySet<string>): void {
    const { root } = this.#deps;
    const exists = (path: string): boolean => root.app(path) !== undefined && !gone.has(path);
    let above = parentOf(id);
    while (above !== '/' && !exists(above)) above = parentOf(above);
    const below = root.appsBelow(id).find((app) => !gone.has(app.id));
    const other = above === '/' ? below?.id : above;
    if (other === undefined) return;
    const problem = `Groups and Applications may not have the same identifier: ${other}`;
    throw invalidObject([{ path: '/id', errors: [problem] }]);
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
