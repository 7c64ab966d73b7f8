// schedulers/swarm/read: services with their tasks, as a manager listed them last. Its events tell of services, of nodes, and of
// containers on its own machine, never of tasks: while something is on its way the list is read in short intervals.

import type { Clock } from '../../../runtime/clock.ts';
import type { EngineClient } from '../../docker-engine/client.ts';
import { Followed, type Reading } from '../../docker-engine/followed.ts';
import type { SwarmApi } from '../api/client.ts';
import { isGone, readingFailure } from '../api/failure.ts';
import type { Node } from '../api/node.ts';
import type { Service } from '../api/service.ts';
import { hasEnded, type Task } from '../api/task.ts';
import { isSettled } from './settled.ts';

export interface ServiceSight {
  readonly service: Service;
  /** Also those that ended, as far as the swarm keeps them, and those of a service of this name that was removed. */
  readonly tasks: readonly Task[];
}

interface Listed {
  readonly byName: ReadonlyMap<string, ServiceSight>;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly isSettled: boolean;
}

export type Listing = Listed & Reading;

export interface ServiceListDeps {
  readonly api: SwarmApi;
  readonly client: EngineClient;
  readonly clock: Clock;
  /** How long a listing serves while nothing is on its way. */
  readonly resyncMs: number;
  /** Names of services that are not as they were in the listing before. */
  readonly onChange: (names: ReadonlySet<string>) => void;
}

/** While something is on its way; less often once it takes long. */
const SHORT_MS = 250;
const SHORT_FOR_MS = 30_000;
const LONG_MS = 2_000;
/** Nobody tells of a task that fails on another machine than the manager's. */
const SEVERAL_NODES_MS = 5_000;
/** A service that nobody has asked about for so long is not read any more. */
const FORGET_MS = 600_000;

export class ServiceList {
  readonly #deps: ServiceListDeps;
  readonly #list: Followed<Listed>;
  readonly #nodes: Followed<{ readonly all: readonly Node[] }>;
  /** When each was asked about last, monotonic. */
  readonly #names = new Map<string, number>();
  /** Services that were removed while others of their name came, by name. */
  readonly #former = new Map<string, Set<string>>();
  #marks: ReadonlyMap<string, string> = new Map();
  #last: Listing | undefined;
  #changedAtMs = 0;

  constructor(deps: ServiceListDeps, closing: AbortSignal) {
    const { api, client, clock, resyncMs } = deps;
    this.#deps = deps;
    this.#list = new Followed(
      { client, clock, servesMs: (listed) => this.#servesMs(listed), read: (signal) => this.#read(signal) },
      closing,
    );
    this.#nodes = new Followed(
      { client, clock, servesMs: () => resyncMs, read: async (signal) => ({ all: await api.nodes(signal) }) },
      closing,
    );
  }

  /** @throws TransientError when no manager answers */
  async read(names: readonly string[]): Promise<Listing> {
    const nowMs = this.#deps.clock.monotonic();
    if (names.some((name) => !this.#names.has(name))) this.#list.changed();
    for (const name of names) this.#names.set(name, nowMs);
    return await this.#again();
  }

  /** Reads it again if it is time to. */
  async refresh(): Promise<void> {
    const last = this.#last;
    const nowMs = this.#deps.clock.monotonic();
    for (const [name, atMs] of this.#names) if (nowMs - atMs > FORGET_MS) this.#names.delete(name);
    if (last === undefined || this.#names.size === 0) return;
    const isOld = last.atChange !== this.#list.changes || nowMs - last.atMs >= this.#servesMs(last);
    if (isOld) await this.#again();
  }

  changed(): void {
    this.#changedAtMs = this.#deps.clock.monotonic();
    this.#list.changed();
  }

  nodesChanged(): void {
    this.#nodes.changed();
    this.changed();
  }

  /** Ends with the result. */
  follow(): () => void {
    const ends = [this.#nodes.follow(), this.#list.follow()];
    return () => {
      for (const end of ends) end();
    };
  }

  async #again(): Promise<Listing> {
    const listing = await this.#list.read();
    this.#last = listing;
    return listing;
  }

  #servesMs({ isSettled: settled, nodes }: Listed): number {
    const { clock, resyncMs } = this.#deps;
    if (settled) return nodes.size > 1 ? Math.min(SEVERAL_NODES_MS, resyncMs) : resyncMs;
    return clock.monotonic() - this.#changedAtMs < SHORT_FOR_MS ? SHORT_MS : LONG_MS;
  }

  async #read(signal: AbortSignal): Promise<Listed> {
    const { all } = await this.#nodes.read();
    const found = await this.#find(signal).catch(async (error: unknown) => {
      if (!isGone(error)) throw error;
      // One was removed between the two questions.
      return await this.#find(signal).catch((again: unknown) => {
        throw readingFailure(again, this.#deps.client.address.text);
      });
    });
    this.#tell(found);
    return {
      byName: found,
      nodes: new Map(all.map((node) => [node.id, node])),
      isSettled: [...found.values()].every(isSettled),
    };
  }

  async #find(signal: AbortSignal): Promise<ReadonlyMap<string, ServiceSight>> {
    const { api } = this.#deps;
    if (this.#names.size === 0) return new Map();
    const services = await api.services([...this.#names.keys()], signal);
    const wanted = services.filter(({ name }) => this.#names.has(name));
    if (wanted.length === 0) return new Map();
    this.#noteFormer(wanted);
    const ids = wanted.map(({ id }) => id);
    const tasks = Map.groupBy(await api.tasks(ids, signal), ({ serviceId }) => serviceId);
    const leaving = this.#former.size > 0 ? await api.tasksBeingRemoved(signal) : [];
    return new Map(
      wanted.map((service) => {
        const own = tasks.get(service.id) ?? [];
        return [service.name, { service, tasks: [...own, ...this.#leftOver(service.name, leaving)] }];
      }),
    );
  }

  #noteFormer(services: readonly Service[]): void {
    for (const { name, id } of services) {
      const before = this.#last?.byName.get(name)?.service.id;
      if (before === undefined || before === id) continue;
      const former = this.#former.get(name) ?? new Set();
      this.#former.set(name, former.add(before));
    }
  }

  /** Until they are gone, they hold what they held. */
  #leftOver(name: string, leaving: readonly Task[]): readonly Task[] {
    const former = this.#former.get(name);
    if (former === undefined) return [];
    const left = leaving.filter((task) => former.has(task.serviceId) && !hasEnded(task));
    if (left.length === 0) this.#former.delete(name);
    return left;
  }

  #tell(found: ReadonlyMap<string, ServiceSight>): void {
    const marks = new Map([...found].map(([name, sight]) => [name, markOf(sight)]));
    const names = new Set([...marks.keys(), ...this.#marks.keys()]);
    const changed = new Set([...names].filter((name) => marks.get(name) !== this.#marks.get(name)));
    this.#marks = marks;
    if (changed.size === 0) return;
    this.#changedAtMs = this.#deps.clock.monotonic();
    this.#deps.onChange(changed);
  }
}

/** The same while nothing about it has changed. */
function markOf({ service, tasks }: ServiceSight): string {
  return `${service.id}/${service.index} ${tasks.map(({ id, index }) => `${id}/${index}`).join(' ')}`;
}
