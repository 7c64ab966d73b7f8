// emulator: groups: the tree of apps, changed as a whole in one deployment.

import {
  ApiError,
  groupMissing,
  groupNotFound,
  invalidObject,
  invalidShape,
  wrongTimestamp,
} from '../../api-error.ts';
import { canonicalPath, isTopLevelPath, parentOf } from '../../definition/app-id.ts';
import { type GroupRequest, type GroupSurroundings, readGroupChange } from '../../definition/group.ts';
import { isObject } from '../../definition/shapes/shape.ts';
import { stepView } from '../../marathon/deployments/plan.ts';
import { aGroup, appsIn, findGroup, type Group, putGroup, removeGroup } from '../../marathon/groups/group.ts';
import { changedTree } from '../../marathon/groups/group-draft.ts';
import type { Marathon } from '../../marathon/marathon.ts';
import { parseTimestamp } from '../../marathon/timestamp.ts';
import { type Call, empty, flag, json, param, readJson } from '../protocol/call.ts';
import { type Route, route } from '../protocol/router.ts';
import { appInfo, type Embeds, embedsOf } from '../views/views.ts';
import { idOf } from './app-reads.ts';
import { accepted } from './results.ts';

type Wire = Record<string, unknown>;

export function groupRoutes(marathon: Marathon): Route[] {
  const read = (call: Call): Response => readGroup(marathon, call);
  const ofGroup = { resource: '/v2/groups/{id+}' };
  return [
    route('GET', '/v2/groups', read),
    route('GET', '/v2/groups/versions', (call) => versions(marathon, call), ofGroup),
    route('GET', '/v2/groups/versions/{version}', (call) => version(marathon, call), ofGroup),
    route('GET', '/v2/groups/apps', (call) => apps(marathon, call), ofGroup),
    route('GET', '/v2/groups/{id+}/versions', (call) => versions(marathon, call), ofGroup),
    route('GET', '/v2/groups/{id+}/versions/{version}', (call) => version(marathon, call), ofGroup),
    route('GET', '/v2/groups/{id+}/apps', (call) => apps(marathon, call), ofGroup),
    route('GET', '/v2/groups/{id+}', read),
    route('POST', '/v2/groups', (call) => create(marathon, call)),
    route('POST', '/v2/groups/{id+}', (call) => create(marathon, call)),
    route('PUT', '/v2/groups', (call) => change(marathon, call)),
    route('PUT', '/v2/groups/{id+}', (call) => change(marathon, call)),
    route('PATCH', '/v2/groups/{id+}', (call) => patch(marathon, call)),
    route('DELETE', '/v2/groups', (call) => remove(marathon, call)),
    route('DELETE', '/v2/groups/{id+}', (call) => remove(marathon, call)),
  ];
}

/** @throws ApiError 404 */
function existing(marathon: Marathon, id: string): Group {
  const group = marathon.root.group(id);
  if (group === undefined) throw groupNotFound(id);
  return group;
}

function readGroup(marathon: Marathon, call: Call): Response {
  const group = existing(marathon, idOf(call));
  return json(200, tree(group, marathon.root.version, viewOf(marathon, call, embedsOf(call.query))));
}

interface TreeView {
  readonly marathon: Marathon;
  /** What nested apps carry; undefined: they are left out. */
  readonly apps: Embeds | undefined;
  readonly groups: boolean;
}

function viewOf(marathon: Marathon, { query }: Call, embeds: Embeds): TreeView {
  const asked = query.getAll('embed');
  const has = (name: string): boolean => asked.length === 0 || asked.includes(name);
  return { apps: has('group.apps') ? embeds : undefined, groups: has('group.groups'), marathon };
}

function tree(group: Group, version: string, view: TreeView): Wire {
  const { marathon, apps: embeds, groups } = view;
  const { id, dependencies, enforceRole } = group;
  return {
    id,
    version,
    dependencies,
    apps: embeds === undefined ? [] : [...group.apps.values()].map((app) => appInfo(marathon, app, embeds)),
    pods: [],
    groups: groups ? [...group.groups.values()].map((sub) => tree(sub, version, view)) : [],
    ...(enforceRole === undefined ? {} : { enforceRole }),
  };
}

/** A group that does not exist has no apps. */
function apps(marathon: Marathon, call: Call): Response {
  const embeds = embedsOf(call.query);
  const group = marathon.root.group(idOf(call));
  return json(
    200,
    group === undefined ? [] : [...appsIn(group)].map((app) => appInfo(marathon, app, embeds)),
  );
}

/** Every version of the root in which the group exists. */
function versions(marathon: Marathon, call: Call): Response {
  const { id } = existing(marathon, idOf(call));
  const with_ = marathon.root.history.filter(({ group }) => findGroup(group, id) !== undefined);
  return json(
    200,
    with_.map((past) => past.version),
  );
}

function version(marathon: Marathon, call: Call): Response {
  const id = idOf(call);
  const wanted = param(call, 'version');
  const atMs = parseTimestamp(wanted);
  if (atMs === undefined) throw wrongTimestamp(wanted);
  const past = marathon.root.history.find((snapshot) => Date.parse(snapshot.version) === atMs);
  const group = past === undefined ? undefined : findGroup(past.group, id);
  if (past === undefined || group === undefined) throw groupNotFound(id);
  return json(200, tree(group, past.version, viewOf(marathon, call, {})));
}

function surroundings({ root, settings }: Marathon): GroupSurroundings {
  return {
    settings,
    enforceRoleOf: (id) => root.group(id)?.enforceRole,
    hasGroup: (id) => root.group(id) !== undefined,
    roleOf: (id) => root.app(id)?.role,
  };
}

async function create(marathon: Marathon, call: Call): Promise<Response> {
  const request: GroupRequest = { path: canonicalPath(param(call, 'id')), base: 'path' };
  const wanted = readGroupChange(await readJson(call), request, surroundings(marathon));
  const { id } = wanted;
  const result = marathon.groups.update({
    groupId: parentOf(request.path),
    force: flag(call, 'force'),
    change: (root) => {
      if (root.group(id) !== undefined)
        throw new ApiError(409, `Group ${id} is already created. Use PUT to change this group.`);
      if (root.app(id) !== undefined) throw new ApiError(409, `An app with the path ${id} already exists.`);
      return changedTree(root, wanted);
    },
  });
  const headers = { Location: `${call.url.origin}${id}`, 'Marathon-Deployment-Id': result.deploymentId };
  return json(201, result, headers);
}

async function change(marathon: Marathon, call: Call): Promise<Response> {
  const request: GroupRequest = { path: idOf(call), base: 'group' };
  const wanted = readGroupChange(await readJson(call), request, surroundings(marathon));
  if (flag(call, 'dryRun')) {
    const steps = marathon.groups.preview((root) => changedTree(root, wanted));
    return json(200, { steps: steps.map(stepView) });
  }
  return accepted(
    marathon.groups.update({
      groupId: parentOf(request.path),
      force: flag(call, 'force'),
      change: (root) => changedTree(root, wanted),
    }),
  );
}

/** Says whether roles are enforced; deploys nothing. */
async function patch(marathon: Marathon, call: Call): Promise<Response> {
  const body = await readJson(call);
  const given = isObject(body) ? (body['enforceRole'] ?? false) : false;
  if (typeof given !== 'boolean')
    throw invalidShape([{ path: '/enforceRole', errors: ['error.expected.jsboolean'] }]);
  const id = idOf(call);
  if (!isTopLevelPath(id)) throw invalidObject([{ path: '/', errors: ['Path needs to be top-level'] }]);
  marathon.root.patch(putGroup(marathon.root.tree, { ...existing(marathon, id), enforceRole: given }));
  return empty(200);
}

function remove(marathon: Marathon, call: Call): Response {
  const id = idOf(call);
  const result = marathon.groups.update({
    groupId: parentOf(id),
    force: flag(call, 'force'),
    change: (root) => {
      if (root.group(id) === undefined) throw groupMissing(id);
      return id === '/' ? aGroup('/') : removeGroup(root.tree, id);
    },
  });
  return accepted(result);
}
