// emulator: every instance there is, by app; says what changes and lets others wait for it.

import type { AppDefinition } from '../../definition/app.ts';
import { safePath } from '../../definition/app-id.ts';
import type { Placement } from '../../mesos/cluster.ts';
import { isTerminal, type TaskState, type TaskStatus } from '../../mesos/task-status.ts';
import type { EventBus } from '../event-bus.ts';
import { Backlog } from './backlog.ts';
import { type Condition, conditionOf, type Goal, type Instance, type Task } from './instance.ts';

export interface InstanceTrackerDeps {
  readonly events: EventBus;
  readonly uuid: () => string;
}

export class InstanceTracker {
  /** Counted, and nothing else yet. */
  readonly backlog = new Backlog();
  readonly #deps: InstanceTrackerDeps;
  readonly #byApp = new Map<string, Map<string, Instance>>();
  readonly #byId = new Map<string, Instance>();
  readonly #watchers = new Map<string, Set<() => void>>();
  readonly #changed = new Set<string>();

  constructor(deps: InstanceTrackerDeps) {
    this.#deps = deps;
  }

  /** All instances of an app, oldest first, dying ones included. */
  of(appId: string): readonly Instance[] {
    return [...(this.#byApp.get(appId)?.values() ?? [])];
  }

  count(appId: string): number {
    return (this.#byApp.get(appId)?.size ?? 0) + this.backlog.count(appId);
  }

  get(appId: string, instanceId: string): Instance | undefined {
    return this.#byApp.get(appId)?.get(instanceId);
  }

  byId(instanceId: string): Instance | undefined {
    return this.#byId.get(instanceId);
  }

  *all(): Iterable<Instance> {
    for (const instances of this.#byApp.values()) yield* instances.values();
  }

  schedule(app: AppDefinition): Instance {
    const instance: Instance = {
      id: `${safePath(app.id)}.instance-${this.#deps.uuid()}`,
      appId: app.id,
      runSpec: app,
      condition: 'Scheduled',
      goal: 'Running',
      incarnation: 0,
    };
    const instances = this.#byApp.get(app.id) ?? new Map<string, Instance>();
    this.#byApp.set(app.id, instances.set(instance.id, instance));
    this.#byId.set(instance.id, instance);
    this.#announce(instance);
    return instance;
  }

  /** Gives a waiting instance its next task. */
  provision(instance: Instance, placement: Placement, stagedAtMs: number): Task {
    instance.incarnation++;
    const id = `${instance.id}._app.${instance.incarnation}`;
    const task: Task = { id, placement, version: instance.runSpec.version, stagedAtMs };
    instance.task = task;
    this.#enter(instance, 'Provisioned');
    return task;
  }

  /**
   * Takes a report into the record; tells the task's status before the instance's condition.
   *
   * @param when resolves when it may be told; at once when absent
   */
  update(instance: Instance, task: Task, status: TaskStatus, when?: Promise<void>): void {
    task.state = status.state;
    if (status.state === 'TASK_RUNNING') task.startedAtMs = status.atMs;
    instance.condition = conditionOf(status.state);
    const tell = (): void => {
      this.#deps.events.publish('status_update_event', statusUpdate(instance, task, status));
      this.#announce(instance);
    };
    if (isTold(status.state)) void (when?.then(tell) ?? tell());
    this.touch(instance.appId);
  }

  setGoal(instance: Instance, goal: Goal): void {
    if (instance.goal === goal) return;
    instance.goal = goal;
    this.#announce(instance);
  }

  /** Back to waiting, which nobody is told; the ended task stays on record until the next one. */
  reschedule(instance: Instance): void {
    instance.condition = 'Scheduled';
    this.touch(instance.appId);
  }

  /** Forgets the instance. */
  remove(instance: Instance): void {
    const instances = this.#byApp.get(instance.appId);
    instances?.delete(instance.id);
    if (instances?.size === 0) this.#byApp.delete(instance.appId);
    this.#byId.delete(instance.id);
    this.touch(instance.appId);
  }

  /**
   * Resolves when `done` says so; it is asked at once and after every burst of changes of the app.
   * Rejects with `signal.reason` when aborted.
   */
  whenever(appId: string, done: () => boolean, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (done()) return Promise.resolve();
    const watchers = this.#watchers.get(appId) ?? new Set<() => void>();
    this.#watchers.set(appId, watchers);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        watchers.delete(look);
        if (watchers.size === 0 && this.#watchers.get(appId) === watchers) this.#watchers.delete(appId);
        signal.removeEventListener('abort', onAbort);
      };
      const look = (): void => {
        if (!done()) return;
        leave();
        resolve();
      };
      const onAbort = (): void => {
        leave();
        reject(signal.reason);
      };
      watchers.add(look);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #enter(instance: Instance, condition: Condition): void {
    if (instance.condition === condition) return;
    instance.condition = condition;
    this.#announce(instance);
  }

  #announce(instance: Instance): void {
    const { placement } = instance.task ?? {};
    this.#deps.events.publish('instance_changed_event', {
      instanceId: instance.id,
      condition: instance.condition,
      runSpecId: instance.appId,
      agentId: placement?.agentId ?? null,
      host: placement?.hostname ?? null,
      runSpecVersion: instance.runSpec.version,
    });
    this.touch(instance.appId);
  }

  /** Something that watchers of an app look at has changed. They are asked once a burst, when whoever makes the changes has finished. */
  touch(appId: string): void {
    if (!this.#watchers.has(appId)) return;
    if (this.#changed.size === 0) queueMicrotask(() => this.#notify());
    this.#changed.add(appId);
  }

  #notify(): void {
    const apps = [...this.#changed];
    this.#changed.clear();
    for (const app of apps) for (const look of [...(this.#watchers.get(app) ?? [])]) look();
  }
}

/** The agents that Marathon was recorded with tell that a task runs and how it ended, and nothing in between. */
function isTold(state: TaskState): boolean {
  return state === 'TASK_RUNNING' || isTerminal(state);
}

function statusUpdate(instance: Instance, task: Task, status: TaskStatus): Record<string, unknown> {
  return {
    slaveId: task.placement.agentId,
    taskId: task.id,
    taskStatus: status.state,
    message: status.message,
    appId: instance.appId,
    host: task.placement.hostname,
    ipAddresses: [{ ipAddress: task.placement.hostname, protocol: 'IPv4' }],
    ports: task.placement.ports,
    version: task.version,
  };
}
