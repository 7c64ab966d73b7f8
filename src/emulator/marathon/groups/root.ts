// emulator: all apps and groups that are wanted, with their former versions. In memory, changed in one place.

import type { AppDefinition } from '../../definition/app.ts';
import { isBelow } from '../../definition/app-id.ts';
import { servicePortsOf } from '../../definition/service-ports.ts';
import { aGroup, appsIn, findGroup, type Group } from './group.ts';

/** As `--zk_max_versions`. */
const MAX_VERSIONS = 50;

export interface RootSnapshot {
  readonly version: string;
  readonly group: Group;
}

/** One app before and after; absent on the side where it does not exist. */
export interface AppChange {
  readonly id: string;
  readonly before?: AppDefinition;
  readonly after?: AppDefinition;
  /** Ids of instances that go first when it shrinks. */
  readonly victims?: ReadonlySet<string>;
}

export class Root {
  #apps: ReadonlyMap<string, AppDefinition> = new Map();
  readonly #appVersions = new Map<string, AppDefinition[]>();
  readonly #servicePorts = new Map<number, string>();
  #history: readonly RootSnapshot[];

  constructor(version: string) {
    this.#history = [{ version, group: aGroup('/') }];
  }

  /** Of the tree, and so of every group in it. */
  get version(): string {
    return this.#history[0]?.version ?? '';
  }

  get tree(): Group {
    return this.#history[0]?.group ?? aGroup('/');
  }

  app(id: string): AppDefinition | undefined {
    return this.#apps.get(id);
  }

  apps(): Iterable<AppDefinition> {
    return this.#apps.values();
  }

  appsBelow(group: string): AppDefinition[] {
    return [...this.#apps.values()].filter(({ id }) => isBelow(id, group));
  }

  group(path: string): Group | undefined {
    return findGroup(this.tree, path);
  }

  /** Whether apps below a top-level group run with the role of the group. */
  enforcesRole(topLevel: string): boolean {
    return this.group(topLevel)?.enforceRole ?? false;
  }

  /** Of an existing app, newest first. */
  versionsOf(appId: string): readonly AppDefinition[] {
    return this.#appVersions.get(appId) ?? [];
  }

  /** Newest first. */
  get history(): readonly RootSnapshot[] {
    return this.#history;
  }

  /** The tree as it was then. */
  at(atMs: number): Group | undefined {
    return this.#history.find((past) => Date.parse(past.version) === atMs)?.group;
  }

  servicePortOwner(port: number): string | undefined {
    return this.#servicePorts.get(port);
  }

  store(version: string, group: Group, changes: readonly AppChange[]): void {
    for (const change of changes) {
      this.#freePorts(change);
      if (change.after === undefined) this.#appVersions.delete(change.id);
      else this.#put(change.after);
    }
    this.#apps = new Map([...appsIn(group)].map((app) => [app.id, app]));
    this.#history = [{ version, group }, ...this.#history].slice(0, MAX_VERSIONS);
  }

  /** In place of the newest tree: what says something about groups and changes no version. */
  patch(group: Group): void {
    this.#history = [{ version: this.version, group }, ...this.#history.slice(1)];
  }

  #put(app: AppDefinition): void {
    const versions = [app, ...this.versionsOf(app.id)].slice(0, MAX_VERSIONS);
    this.#appVersions.set(app.id, versions);
    for (const port of servicePortsOf(app)) this.#servicePorts.set(port, app.id);
  }

  #freePorts({ id, before }: AppChange): void {
    if (before === undefined) return;
    for (const port of servicePortsOf(before))
      if (this.#servicePorts.get(port) === id) this.#servicePorts.delete(port);
  }
}
