// emulator: groups: the tree of apps, changed as a whole in one deployment.

import { ApiError, groupNotFound, illegalArgument } from '../api-error.ts';
import type { AppDefinition } from '../definition/app.ts';
import { canonicalPath, isBelow, parentOf } from '../definition/app-id.ts';
import { readGroupChange } from '../definition/group.ts';
import { groupDraft, removeGroup, subgroupsOf } from '../marathon/group-draft.ts';
import type { Marathon } from '../marathon/marathon.ts';
import { stepView } from '../marathon/plan.ts';
import { parseTimestamp } from '../marathon/timestamp.ts';
import { idOf } from './app-reads.ts';
import { type Call, empty, flag, json, param, readJson } from './call.ts';
import { accepted } from './results.ts';
import { type Route, route } from './router.ts';
import { appInfo, type Embeds, embedsOf } from './views.ts';

type Wire = Record<string, unknown>;

export function groupRoutes(marathon: Marathon): Route[] {
  const read = (call: Call): Response => readGroup(marathon, call);
  return [
    route('GET', '/v2/groups', read),
    route('GET', '/v2/groups/versions', (call) => versions(marathon, call)),
    route('GET', '/v2/groups/versions/{version}', (call) => version(marathon, call)),
    route('GET', '/v2/groups/apps', (call) => apps(marathon, call)),
    route('GET', '/v2/groups/{id+}/versions', (call) => versions(marathon, call)),
    route('GET', '/v2/groups/{id+}/versions/{version}', (call) => version(marathon, call)),
    route('GET', '/v2/groups/{id+}/apps', (call) => apps(marathon, call)),
    route('GET', '/v2/groups/{id+}', read),
    route('POST', '/v2/groups', (call) => create(marathon, call)),
    route('POST', '/v2/groups/{id+}', (call) => create(marathon, call)),
    route('PUT', '/v2/groups', (call) => change(marathon, call)),
    route('PUT', '/v2/groups/{id+}', (call) => change(marathon, call)),
    route('PATCH', '/v2/groups/{id}', (call) => {
      existing(marathon, idOf(call));
      return empty(200);
    }),
    route('DELETE', '/v2/groups', (call) => remove(marathon, call)),
    route('DELETE', '/v2/groups/{id+}', (call) => remove(marathon, call)),
  ];
}

function existing(marathon: Marathon, id: string): string {
  if (!marathon.root.hasGroup(id)) throw groupNotFound(id);
  return id;
}

function readGroup(marathon: Marathon, call: Call): Response {
  const id = existing(marathon, idOf(call));
  const asked = call.query.getAll('embed');
  const has = (name: string): boolean => asked.length === 0 || asked.includes(name);
  const view: TreeView = {
    apps: has('group.apps') ? embedsOf(call.query) : undefined,
    groups: has('group.groups'),
    marathon,
  };
  return json(200, tree(id, marathon.root.version, view));
}

interface TreeView {
  readonly marathon: Marathon;
  /** What nested apps carry; undefined: they are left out. */
  readonly apps: Embeds | undefined;
  readonly groups: boolean;
}

function tree(id: string, version: string, view: TreeView): Wire {
  const { marathon, apps: embeds, groups } = view;
  const direct = marathon.root.appsBelow(id).filter((app) => parentOf(app.id) === id);
  return {
    id,
    version,
    dependencies: [],
    apps: embeds === undefined ? [] : direct.map((app) => appInfo(marathon, app, embeds)),
    pods: [],
    groups: groups ? subgroupsOf(marathon.root, id).map((sub) => tree(sub, version, view)) : [],
  };
}

function apps(marathon: Marathon, call: Call): Response {
  const id = existing(marathon, idOf(call));
  const embeds = embedsOf(call.query);
  return json(
    200,
    marathon.root.appsBelow(id).map((app) => appInfo(marathon, app, embeds)),
  );
}

function versions(marathon: Marathon, call: Call): Response {
  existing(marathon, idOf(call));
  return json(
    200,
    marathon.root.history.map((past) => past.version),
  );
}

function version(marathon: Marathon, call: Call): Response {
  const id = idOf(call);
  const wanted = param(call, 'version');
  const atMs = parseTimestamp(wanted);
  if (atMs === undefined) throw illegalArgument(`Invalid format: "${wanted}" is malformed`);
  const past = marathon.root.history.find((snapshot) => Date.parse(snapshot.version) === atMs);
  if (past === undefined) throw new ApiError(404, `Group '${id}' does not exist in version ${wanted}`);
  return json(200, pastTree(id, past.version, [...past.apps.values()]));
}

function pastTree(id: string, version: string, all: readonly AppDefinition[]): Wire {
  const below = all.filter((app) => isBelow(app.id, id));
  const subgroups = new Set(
    below.map((app) => parentOf(app.id)).filter((group) => group !== id && parentOf(group) === id),
  );
  return {
    id,
    version,
    dependencies: [],
    apps: below.filter((app) => parentOf(app.id) === id),
    pods: [],
    groups: [...subgroups].map((sub) => pastTree(sub, version, below)),
  };
}

async function create(marathon: Marathon, call: Call): Promise<Response> {
  const given = param(call, 'id');
  const wanted = readGroupChange(await readJson(call), given === '' ? undefined : canonicalPath(given));
  if (wanted.kind !== 'define') throw illegalArgument('A new group needs a definition');
  const { id } = wanted.group;
  const result = marathon.groups.update({
    groupId: id,
    force: flag(call, 'force'),
    draft: (root) => {
      if (root.hasGroup(id))
        throw new ApiError(409, `Group ${id} is already created. Use PUT to change this group.`);
      return groupDraft(root, id, wanted);
    },
  });
  return accepted(result, 201);
}

async function change(marathon: Marathon, call: Call): Promise<Response> {
  const id = idOf(call);
  const wanted = readGroupChange(await readJson(call), id);
  if (wanted.kind !== 'define') existing(marathon, id);
  if (flag(call, 'dryRun')) {
    const steps = marathon.groups.preview((root) => groupDraft(root, id, wanted));
    return json(200, { steps: steps.map(stepView) });
  }
  const force = flag(call, 'force');
  return accepted(
    marathon.groups.update({ groupId: id, force, draft: (root) => groupDraft(root, id, wanted) }),
  );
}

function remove(marathon: Marathon, call: Call): Response {
  const id = idOf(call);
  const result = marathon.groups.update({
    groupId: id,
    force: flag(call, 'force'),
    draft: (root) => removeGroup(root, existing(marathon, id)),
  });
  return accepted(result);
}
