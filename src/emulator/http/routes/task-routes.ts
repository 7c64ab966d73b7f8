// emulator: tasks: lists, kills, kill-and-scale, wipe.

import {
  ApiError,
  appNotFound,
  groupNotFound,
  illegalArgument,
  invalidShape,
  notFound,
} from '../../api-error.ts';
import { fieldsOf } from '../../definition/app.ts';
import { isObject } from '../../definition/shapes/shape.ts';
import { appsIn, type GroupApp, putApp, type WantedGroup } from '../../marathon/groups/group.ts';
import { type Condition, type Instance, isPresent } from '../../marathon/instances/instance.ts';
import type { Marathon } from '../../marathon/marathon.ts';
import { isTerminal } from '../../mesos/task-status.ts';
import { type Call, flag, json, param, readJson } from '../protocol/call.ts';
import { type Route, route } from '../protocol/router.ts';
import { tasksOf } from '../views/views.ts';
import { existingApp, idOf } from './app-reads.ts';
import { accepted } from './results.ts';

export function taskRoutes(marathon: Marathon): Route[] {
  return [
    route('GET', '/v2/tasks', (call) => listAll(marathon, call)),
    route('POST', '/v2/tasks/delete', (call) => killNamed(marathon, call)),
    route('GET', '/v2/apps/{id+}/*/tasks', (call) => listGroup(marathon, call), {
      resource: '/v2/apps/{id+}/tasks',
    }),
    route('GET', '/v2/apps/{id+}/tasks', (call) => listApp(marathon, call)),
    route('DELETE', '/v2/apps/{id+}/tasks/{taskId}', (call) => killOne(marathon, call)),
    route('DELETE', '/v2/apps/{id+}/tasks', (call) => killApp(marathon, call)),
  ];
}

function listAll(marathon: Marathon, call: Call): Response {
  const asked = [...call.query.getAll('status').slice(0, 1), ...call.query.getAll('status[]')];
  const conditions = new Set<string>(asked.map((status) => status.toLowerCase()).flatMap(knownCondition));
  const tasks = [...marathon.instances.tracker.all()]
    .filter(({ condition }) => conditions.size === 0 || conditions.has(condition))
    .flatMap((instance) => tasksOf(marathon, [instance], { servicePorts: true }));
  return json(200, { tasks });
}

/** A word that is none of these asks for nothing. */
function knownCondition(status: string): Condition[] {
  return status === 'running' ? ['Running'] : status === 'staging' ? ['Staging'] : [];
}

function listApp(marathon: Marathon, call: Call): Response {
  const app = existingApp(marathon, idOf(call));
  return json(200, { tasks: tasksOf(marathon, marathon.instances.tracker.of(app.id)) });
}

function listGroup(marathon: Marathon, call: Call): Response {
  const id = idOf(call);
  const group = marathon.root.group(id);
  if (group === undefined) throw groupNotFound(id);
  return json(200, {
    tasks: [...appsIn(group)].flatMap((app) => tasksOf(marathon, marathon.instances.tracker.of(app.id))),
  });
}

async function killNamed(marathon: Marathon, call: Call): Promise<Response> {
  const way = wayOf(call);
  const ids = idsIn(await readJson(call));
  const wanted = ids.map((id) => {
    const instanceId = instanceIdOf(id);
    if (instanceId !== undefined) return instanceId;
    const reason = `taskId ${id} no valid identifier (of class java.lang.String)`;
    throw new ApiError(400, `Invalid task id '${id}'. [${reason}]`);
  });
  const instances = [...new Set(wanted)].flatMap((id) => marathon.instances.tracker.byId(id) ?? []);
  const apps = new Set(instances.map(({ appId }) => appId));
  return kill(marathon, call, { way, apps, instances, body: (tasks) => ({ tasks }) });
}

/** The words of a reader that has looked for `ids`. */
function idsIn(body: unknown): readonly string[] {
  const wrong = (path: string, error: string): ApiError => invalidShape([{ path, errors: [error] }]);
  if (!isObject(body)) throw wrong('', `${JSON.stringify(body)} is not an object`);
  const ids = body['ids'];
  if (ids === undefined) throw wrong('', `'ids' is undefined on object: ${JSON.stringify(body)}`);
  if (!Array.isArray(ids)) throw wrong('', 'error.expected.jsarray');
  return ids.map((id: unknown, index) => {
    if (typeof id !== 'string') throw wrong(`(${index})`, 'error.expected.jsstring');
    return id;
  });
}

const UUID = /^[0-9a-f]{1,8}(-[0-9a-f]{1,4}){3}-[0-9a-f]{1,12}$/i;

/** Of any task that the instance has ever had; undefined for what cannot be an id. @throws ApiError 422 */
function instanceIdOf(taskId: string): string | undefined {
  const found = /^(.+\.(?:instance-|marathon-)([^_.]+))[._][^.]+(?:\.\d+)?$/s.exec(taskId);
  const legacy = /^(.+[._]([^_.]+))(?:\.\d+)?$/s.exec(taskId);
  const [, instanceId, uuid = ''] = found ?? legacy ?? [];
  if (instanceId !== undefined && !UUID.test(uuid)) throw illegalArgument(`Invalid UUID string: ${uuid}`);
  return instanceId;
}

function killApp(marathon: Marathon, call: Call): Response {
  const way = wayOf(call);
  const id = idOf(call);
  const host = call.query.get('host');
  const instances = marathon.instances.tracker
    .of(id)
    .filter(({ task }) => host === null || host === '*' || task?.placement.hostname === host);
  return kill(marathon, call, { way, apps: new Set([id]), instances, body: (tasks) => ({ tasks }) });
}

function killOne(marathon: Marathon, call: Call): Response {
  const way = wayOf(call);
  const id = idOf(call);
  const taskId = param(call, 'taskId');
  const instanceId = instanceIdOf(taskId);
  const instances = marathon.instances.tracker.of(id).filter((instance) => instance.id === instanceId);
  const body = ([task]: readonly unknown[]): unknown => {
    if (task === undefined) throw notFound(`Task '${taskId}' does not exist`);
    return { task };
  };
  return kill(marathon, call, { way, apps: new Set([id]), instances, body });
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
  readonly apps: ReadonlySet<string>;
  readonly instances: readonly Instance[];
  readonly body: (tasks: readonly unknown[]) => unknown;
}

function kill(marathon: Marathon, call: Call, { way, apps, instances, body }: Killing): Response {
  if (way === 'scale') return killAndScale(marathon, call, apps, instances);
  for (const id of apps) if (marathon.root.app(id) === undefined) throw appNotFound(id);
  const shown = body(instances.flatMap((instance) => tasksOf(marathon, [instance])));
  if (way === 'wipe') marathon.instances.wipe(instances);
  else marathon.instances.kill(instances);
  return json(200, shown);
}

/** Each app shrinks by those of its killed ones that were there to stay, and they are the ones to go. */
function killAndScale(
  marathon: Marathon,
  call: Call,
  apps: ReadonlySet<string>,
  instances: readonly Instance[],
): Response {
  for (const id of apps)
    if (marathon.instances.tracker.count(id) === 0) throw new ApiError(404, `Path '${id}' does not exist`);
  const victims = new Map<string, ReadonlySet<string>>();
  for (const [appId, own] of Map.groupBy(instances.filter(isActive), ({ appId }) => appId))
    victims.set(appId, new Set(own.map(({ id }) => id)));
  const result = marathon.groups.update({
    groupId: '/',
    force: flag(call, 'force'),
    victims,
    change: (root) =>
      [...victims].reduce<WantedGroup>((tree, [appId, own]) => {
        const app = root.app(appId);
        if (app === undefined) return tree;
        const fields = { ...fieldsOf(app), instances: Math.max(0, app.instances - own.size) };
        return putApp<GroupApp>(tree, appId, { fields });
      }, root.tree),
  });
  return accepted(result);
}

function isActive(instance: Instance): boolean {
  const state = instance.task?.state;
  return instance.task !== undefined && isPresent(instance) && (state === undefined || !isTerminal(state));
}
