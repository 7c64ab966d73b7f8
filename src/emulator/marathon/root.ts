// emulator: all apps and groups that are wanted, with their former versions. In memory, changed in one place.

import type { AppDefinition } from '../definition/app.ts';
import { isBelow, parentOf } from '../definition/app-id.ts';
import { servicePortsOf } from '../definition/service-ports.ts';

/** As `--zk_max_versions`. */
const MAX_VERSIONS = 50;

export interface RootSnapshot {
  readonly version: string;
  readonly apps: ReadonlyMap<string, AppDefinition>;
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
  readonly #apps = new Map<string, AppDefinition>();
  readonly #groups = new Set<string>();
  readonly #appVersions = new Map<string, AppDefinition[]>();
  readonly #servicePorts = new Map<number, string>();
  #history: RootSnapshot[] = [];

  constructor(version: string) {
    this.#history = [{ version, apps: new Map() }];
  }

  get version(): string {
    return this.#history[0]?.version ?? '';
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

  /** Of an existing app, newest first. */
  versionsOf(appId: string): readonly AppDefinition[] {
    return this.#appVersions.get(appId) ?? [];
  }

  /** Newest first. */
  get history(): readonly RootSnapshot[] {
    return this.#history;
  }

  hasGroup(path: string): boolean {
    return path === '/' || this.#groups.has(path) || this.appsBelow(path).length > 0;
  }

  /** Whether apps below a top-level group run with the role of the group. */
  enforcesRole(_topLevel: string): boolean {
    return false;
  }

  /** Paths of the groups that exist though they may be empty. */
  get namedGroups(): Iterable<string> {
    return this.#groups;
  }

  servicePortOwner(port: number): string | undefined {
    return this.#servicePorts.get(port);
  }

  store(version: string, changes: readonly AppChange[]): void {
    for (const change of changes) {
      this.#freePorts(change);
      if (change.after === undefined) this.#delete(change.id);
      else this.#put(change.after);
    }
    this.#history = [{ version, apps: new Map(this.#apps) }, ...this.#history].slice(0, MAX_VERSIONS);
  }

  /** Groups above it come with it. */
  addGroup(path: string): void {
    for (let group = path; group !== '/'; group = parentOf(group)) this.#groups.add(group);
  }

  removeGroup(path: string): void {
    for (const group of [...this.#groups]) {
      if (group === path || isBelow(group, path)) this.#groups.delete(group);
    }
  }

  #put(app: AppDefinition): void {
    this.#apps.set(app.id, app);
    this.addGroup(parentOf(app.id));
    const versions = [app, ...this.versionsOf(app.id)].slice(0, MAX_VERSIONS);
    this.#appVersions.set(app.id, versions);
    for (const port of servicePortsOf(app)) this.#servicePorts.set(port, app.id);
  }

  #delete(id: string): void {
    this.#apps.delete(id);
    this.#appVersions.delete(id);
  }

  #freePorts({ id, before }: AppChange): void {
    if (before === undefined) return;
    for (const port of servicePortsOf(before))
      if (this.#servicePorts.get(port) === id) this.#servicePorts.delete(port);
  }
}
