// emulator: how each action of a deployment comes to its end. No timeout anywhere: it holds, or is cancelled.

import { type AppDefinition, configVersion } from '../../definition/app.ts';
import type { EventBus } from '../event-bus.ts';
import { type Instance, isPresent, isRunning } from '../instances/instance.ts';
import type { InstanceManager } from '../instances/instance-manager.ts';
import type { Action } from './plan.ts';

export interface ActionDeps {
  readonly instances: InstanceManager;
  readonly events: EventBus;
  /** Awaited before anything is started or waited for: the change is told of before its tasks are. */
  readonly pause: () => Promise<void>;
}

/** Resolves when the action's condition holds; rejects when `signal` is aborted. */
export function runAction(action: Action, deps: ActionDeps, signal: AbortSignal): Promise<void> {
  switch (action.action) {
    case 'StartApplication':
      return Promise.resolve();
    case 'StopApplication':
      return stop(action.app, deps, signal);
    case 'ScaleApplication':
      return scale(action, deps, signal);
    case 'RestartApplication':
      return restart(action.app, deps, signal);
  }
}

async function stop(
  app: AppDefinition,
  { instances, events, pause }: ActionDeps,
  signal: AbortSignal,
): Promise<void> {
  instances.decommissionAll(app.id);
  if (instances.tracker.count(app.id) > 0) await pause();
  await instances.tracker.whenever(app.id, () => instances.tracker.count(app.id) === 0, signal);
  instances.forget(app.id);
  events.publish('app_terminated_event', { appId: app.id });
}

/**
 * Kills first, waits until the victims are gone, then launches. How many to add is computed once; the action
 * ends when that many more run (well and ready, where the app has checks), whatever became of those that were there before.
 */
async function scale(action: Action, { instances, pause }: ActionDeps, signal: AbortSignal): Promise<void> {
  const { app, victims } = action;
  const { tracker } = instances;
  const before = new Set(instances.present(app.id).map(({ id }) => id));
  instances.shrink(app, instances.presentCount(app.id) - app.instances, victims);
  const leaving = tracker.of(app.id).filter((instance) => before.has(instance.id) && !isPresent(instance));
  if (leaving.length > 0 || instances.presentCount(app.id) < app.instances) await pause();
  await gone(leaving, instances, signal);

  const kept = new Set(instances.present(app.id).map(({ id }) => id));
  const missing = app.instances - instances.presentCount(app.id);
  await tracker.whenever(
    app.id,
    () => {
      // Here too what is still ending holds its place.
      instances.schedule(app, app.instances - tracker.count(app.id));
      const added = tracker.of(app.id).filter((instance) => !kept.has(instance.id));
      return added.filter((instance) => instances.isUp(instance, signal)).length >= missing;
    },
    signal,
  );
}

function gone(
  leaving: readonly Instance[],
  { tracker }: InstanceManager,
  signal: AbortSignal,
): Promise<void> {
  const [first] = leaving;
  if (first === undefined) return Promise.resolve();
  const isGone = (instance: Instance): boolean => tracker.get(instance.appId, instance.id) === undefined;
  return tracker.whenever(first.appId, () => leaving.every(isGone), signal);
}

/** How far a rolling restart may go down and up. */
export interface RestartBounds {
  /** How many old ones are killed before a new one runs. */
  readonly killAtOnce: number;
  /** How many instances there may be at any time. */
  readonly ceiling: number;
}

/** `ceil(n * minimumHealthCapacity)` stay, at most `floor(n * (1 + maximumOverCapacity))` exist; where that leaves no room, one extra. */
function restartBounds(app: AppDefinition, running: number): RestartBounds {
  const { minimumHealthCapacity, maximumOverCapacity } = app.upgradeStrategy;
  const floor = Math.ceil(app.instances * minimumHealthCapacity);
  const ceiling = Math.floor(app.instances * (1 + maximumOverCapacity));
  const stuck = floor === ceiling && ceiling <= running;
  return { killAtOnce: Math.max(0, running - floor), ceiling: stuck ? ceiling + 1 : ceiling };
}

/** For every new instance that is up an old one goes, ill ones first; for every old one that is gone a new one starts. */
async function restart(
  app: AppDefinition,
  { instances, pause }: ActionDeps,
  signal: AbortSignal,
): Promise<void> {
  const { tracker } = instances;
  const isOld = (instance: Instance): boolean => configVersion(instance.runSpec) !== configVersion(app);
  // What runs counts, well or not, as in Marathon: an app that is ill altogether is not taken away at once.
  const running = instances.present(app.id).filter((i) => isOld(i) && isRunning(i)).length;
  const { killAtOnce, ceiling } = restartBounds(app, running);
  const worth = (instance: Instance): number =>
    Number(isRunning(instance)) + Number(instances.isWell(instance));
  instances.resetDelay(app.id);
  await pause();
  await tracker.whenever(
    app.id,
    () => {
      instances.dropOldBacklog(app);
      const present = instances.present(app.id);
      const fresh = present.filter((instance) => !isOld(instance));
      const ready = fresh.filter((instance) => instances.isUp(instance, signal)).length;
      const keep = Math.max(0, running - killAtOnce - ready);
      const old = present.filter(isOld).sort((a, b) => worth(b) - worth(a));
      instances.decommission(old.slice(keep));
      const begun = fresh.length + tracker.backlog.countOf(app);
      const room = Math.min(ceiling - tracker.count(app.id), app.instances - begun);
      instances.schedule(app, room);
      return ready >= app.instances && !tracker.of(app.id).some(isOld);
    },
    signal,
  );
}
