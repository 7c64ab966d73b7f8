// emulator: tasks: lists, kills, kill-and-scale, wipe.

import { ApiError, groupNotFound, invalidShape, notFound } from '../api-error.ts';
import { type AppDraft, fieldsOf } from '../definition/app.ts';
import { isObject } from '../definition/shape.ts';
import { type Instance, isPresent } from '../marathon/instance.ts';
import type { Marathon } from '../marathon/marathon.ts';
import { isTerminal } from '../mesos/task-status.ts';
import { existingApp, idOf } from './app-reads.ts';
import { type Call, flag, json, param, readJson } from './call.ts';
import { accepted } from './results.ts';
import { type Route, route } from './router.ts';
import { tasksOf } from './views.ts';

export function taskRoutes(marathon: Marathon): Route[] {
  return [
    route('GET', '/v2/tasks', (call) => listAll(marathon, call)),
    route('POST', '/v2/tasks/delete', (call) => killNamed(marathon, call)),
    route('GET', '/v2/apps/{id+}/*/tasks', (call) => listGroup(marathon, call)),
    route('GET', '/v2/apps/{id+}/tasks', (call) => listApp(marathon, call)),
    route('DELETE', '/v2/apps/{id+}/tasks/{taskId}', (call) => killOne(marathon, call)),
    route('DELETE', '/v2/apps/{id+}/tasks', (call) => killApp(marathon, call)),
  ];
}

function listAll(marathon: Marathon, call: Call): Response {
  const asked = [...call.query.getAll('status'), ...call.query.getAll('status[]')];
  const states = asked.map((status) => `TASK_${status.toUpperCase()}`);
  const tasks = [...marathon.instances.tracker.all()]
    .flatMap((instance) => tasksOf(marathon, [instance]))
    .filter((task) => states.length === 0 || states.includes(String(task['state'])));
  return json(200, { tasks });
}

function listApp(marathon: Marathon, call: Call): Response {
  const app = existingApp(marathon, idOf(call));
  return json(200, { tasks: tasksOf(marathon, marathon.instances.tracker.of(app.id)) });
}

function listGroup(marathon: Marathon, call: Call): Response {
  const group = idOf(call);
  if (!marathon.root.hasGroup(group)) throw groupNotFound(group);
  const apps = marathon.root.appsBelow(group);
  return json(200, {
    tasks: apps.flatMap((app) => tasksOf(marathon, marathon.instances.tracker.of(app.id))),
  });
}

async function killNamed(marathon: Marathon, call: Call): Promise<Response> {
  const way = wayOf(call);
  const ids = idsIn(await readJson(call));
  const instances = ids.flatMap((id) => {
    if (!/\.instance-[^.]+(\._app\.\d+|\.\d+)?$/.test(id))
      throw new ApiError(400, `Unable to parse task id: ${id}`);
    const instance = marathon.instances.tracker.byTask(id);
    return instance === undefined ? [] : [instance];
  });
  return kill(marathon, call, { way, instances: [...new Set(instances)], body: (tasks) => ({ tasks }) });
}

function idsIn(body: unknown): readonly string[] {
  const ids: unknown = isObject(body) ? body['ids'] : undefined;
  if (Array.isArray(ids) && ids.every((id) => typeof id === 'string')) return ids;
  const error = ids === undefined ? 'error.path.missing' : 'error.expected.jsarray';
  throw invalidShape([{ path: '/ids', errors: [error] }]);
}

function killApp(marathon: Marathon, call: Call): Response {
  const way = wayOf(call);
  const app = existingApp(marathon, idOf(call));
  const host = call.query.get('host');
  const instances = marathon.instances.tracker
    .of(app.id)
    .filter(({ task }) => task !== undefined && (host === null || task.placement.hostname === host));
  return kill(marathon, call, { way, instances, body: (tasks) => ({ tasks }) });
}

function killOne(marathon: Marathon, call: Call): Response {
  const way = wayOf(call);
  const app = existingApp(marathon, idOf(call));
  const taskId = param(call, 'taskId');
  const instance = marathon.instances.tracker.byTask(taskId);
  if (instance === undefined || instance.appId !== app.id) throw notFound(`Task '${taskId}' does not exist`);
  return kill(marathon, call, { way, instances: [instance], body: ([task]) => ({ task }) });
}

type Way = 'kill' | 'scale' | 'wipe';

function wayOf(call: Call): Way {
  const scale = flag(call, 'scale');
  const wipe = flag(call, 'wipe');
  if (scale && wipe) throw new ApiError(400, 'You cannot use scale and wipe at the same time.');
  return scale ? 'scale' : wipe ? 'wipe' : 'kill';
}

interface Killing {
  readonly way: Way;
  readonly instances: readonly Instance[];
  readonly body: (tasks: readonly unknown[]) => unknown;
}

function kill(marathon: Marathon, call: Call, { way, instances, body }: Killing): Response {
  if (way === 'scale') return killAndScale(marathon, call, instances);
  const shown = instances.flatMap((instance) => tasksOf(marathon, [instance]));
  if (way === 'wipe') marathon.instances.wipe(instances);
  else marathon.instances.kill(instances);
  return json(200, body(shown));
}

/** Each app shrinks by those of its killed ones that were there to stay, and they are the ones to go. */
function killAndScale(marathon: Marathon, call: Call, instances: readonly Instance[]): Response {
  const victims = new Map<string, ReadonlySet<string>>();
  for (const [appId, own] of Map.groupBy(instances.filter(isActive), ({ appId }) => appId))
    victims.set(appId, new Set(own.map(({ id }) => id)));
  const result = marathon.groups.update({
    groupId: '/',
    force: flag(call, 'force'),
    victims,
    draft: (root) => ({
      put: [...victims].flatMap(([appId, own]): AppDraft[] => {
        const app = root.app(appId);
        if (app === undefined) return [];
        return [{ fields: { ...fieldsOf(app), instances: Math.max(0, app.instances - own.size) } }];
      }),
    }),
  });
  return accepted(result);
}

function isActive(instance: Instance): boolean {
  const state = instance.task?.state;
  return isPresent(instance) && (state === undefined || !isTerminal(state));
}
