// emulator: from the tree that is wanted to the one that is stored: service ports are assigned, versions given.

import { type AppDefinition, type AppDraft, fieldsOf } from '../../definition/app.ts';
import { nextVersion } from '../../definition/next-version.ts';
import { assignServicePorts, servicePortsOf } from '../../definition/service-ports.ts';
import { appsIn, type Group, type GroupApp, putApp, type WantedGroup } from './group.ts';
import type { AppChange, Root } from './root.ts';

export interface NextTree {
  readonly target: Group;
  /** Apps that go first, then those that come or differ. */
  readonly changes: readonly AppChange[];
}

export interface NextTreeOptions {
  readonly version: string;
  readonly victims?: ReadonlyMap<string, ReadonlySet<string>> | undefined;
}

export function nextTree(root: Root, wanted: WantedGroup, options: NextTreeOptions): NextTree {
  const { version, victims } = options;
  const all = [...appsIn(wanted)];
  const listed = new Set(all.map(idOf));
  const changes: AppChange[] = [...root.apps()]
    .filter(({ id }) => !listed.has(id))
    .map((before) => ({ id: before.id, before }));
  const drafts = all.flatMap((app) => draftOf(root, app));
  const ports = new FreePorts(root, drafts);
  let target = stored(root, wanted);
  for (const draft of drafts) {
    const before = root.app(draft.fields.id);
    const fields = assignServicePorts(draft.fields, before, ports.taken);
    ports.take(servicePortsOf(fields));
    const after = nextVersion({ ...draft, fields }, before, version);
    target = putApp(target, after.id, after);
    if (after.version !== before?.version) changes.push({ id: after.id, after, ...(before && { before }) });
  }
  for (const [id, named] of victims ?? []) addVictims(root, changes, { id, named });
  return { target, changes };
}

function idOf(app: GroupApp): string {
  return 'fields' in app ? app.fields.id : app.id;
}

/** Nothing for what is stored already as it is. */
function draftOf(root: Root, app: GroupApp): AppDraft[] {
  if ('fields' in app) return [app];
  return root.app(app.id) === app ? [] : [{ fields: fieldsOf(app) }];
}

/** The tree with what is stored of it; what is new comes afterwards. */
function stored(root: Root, { apps, groups, ...group }: WantedGroup): Group {
  const known = [...apps.keys()].flatMap((id): [string, AppDefinition][] => {
    const app = root.app(id);
    return app === undefined ? [] : [[id, app]];
  });
  return {
    ...group,
    apps: new Map(known),
    groups: new Map([...groups].map(([id, sub]) => [id, stored(root, sub)])),
  };
}

/** Whose instances are named is in the deployment though the app stays as it is. */
function addVictims(
  root: Root,
  changes: AppChange[],
  { id, named }: { readonly id: string; readonly named: ReadonlySet<string> },
): void {
  const index = changes.findIndex((change) => change.id === id);
  const change = changes[index];
  const app = root.app(id);
  if (change !== undefined) changes[index] = { ...change, victims: named };
  else if (app !== undefined) changes.push({ id, before: app, after: app, victims: named });
}

/** Service ports that nobody has or asks for. */
class FreePorts {
  readonly #root: Root;
  readonly #used: Set<number>;

  constructor(root: Root, drafts: readonly AppDraft[]) {
    this.#root = root;
    this.#used = new Set(drafts.flatMap(({ fields }) => servicePortsOf(fields)).filter((port) => port !== 0));
  }

  readonly taken = (port: number): boolean =>
    this.#used.has(port) || this.#root.servicePortOwner(port) !== undefined;

  take(ports: readonly number[]): void {
    for (const port of ports) this.#used.add(port);
  }
}
