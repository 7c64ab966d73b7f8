// emulator: instances that wait for room or for the end of their back-off, and what the offers said.

import type { Clock } from '../../../runtime/clock.ts';
import { type AppDefinition, configVersion } from '../../definition/app.ts';
import type { Cluster, Demand, Match, Placement } from '../../mesos/cluster.ts';
import { meets } from '../../mesos/constraints.ts';
import type { Instance } from './instance.ts';
import type { LaunchDelays } from './launch-delay.ts';
import { OfferRecord } from './offer-record.ts';

export interface LaunchQueueDeps {
  readonly clock: Clock;
  readonly cluster: Cluster;
  readonly delays: LaunchDelays;
  /** Hosts of the instances of an app's configuration that have been launched, one entry each. */
  readonly hostsOf: (app: AppDefinition) => readonly string[];
  /** Starts the instance with the resources that were taken for it. */
  readonly launch: (instance: Instance, placement: Placement) => void;
}

export interface QueueEntry {
  readonly appId: string;
  readonly sinceMs: number;
  readonly waiting: ReadonlySet<Instance>;
  readonly offers: OfferRecord;
}

interface MutableEntry extends QueueEntry {
  readonly waiting: Set<Instance>;
}

export class LaunchQueue {
  readonly #deps: LaunchQueueDeps;
  /** First come, first served. */
  readonly #entries = new Map<string, MutableEntry>();
  #passWanted = false;
  #alarm: { readonly atMs: number; readonly cancel: AbortController } | undefined;
  #closed = false;

  constructor(deps: LaunchQueueDeps) {
    this.#deps = deps;
  }

  get entries(): Iterable<QueueEntry> {
    return this.#entries.values();
  }

  entry(appId: string): QueueEntry | undefined {
    return this.#entries.get(appId);
  }

  add(instance: Instance): void {
    let entry = this.#entries.get(instance.appId);
    if (entry === undefined) {
      const { appId } = instance;
      entry = { appId, sinceMs: this.#deps.clock.now(), waiting: new Set(), offers: new OfferRecord() };
      this.#entries.set(appId, entry);
    }
    entry.waiting.add(instance);
    this.wake();
  }

  remove(instance: Instance): void {
    const entry = this.#entries.get(instance.appId);
    entry?.waiting.delete(instance);
    if (entry?.waiting.size === 0) this.#entries.delete(instance.appId);
  }

  /** Something was freed: look again, once, when whoever frees has finished. */
  wake(): void {
    if (this.#passWanted || this.#closed) return;
    this.#passWanted = true;
    queueMicrotask(() => this.#pass());
  }

  close(): void {
    this.#closed = true;
    this.#alarm?.cancel.abort();
  }

  #pass(): void {
    this.#passWanted = false;
    if (this.#closed) return;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const entry of [...this.#entries.values()]) nextMs = Math.min(nextMs, this.#serve(entry));
    this.#setAlarm(nextMs);
  }

  /** Launches what fits; an app's instances are alike, so the first refusal speaks for the rest. @returns ms to its next try */
  #serve(entry: MutableEntry): number {
    const { clock, delays } = this.#deps;
    let nextMs = Number.POSITIVE_INFINITY;
    let refused: string | undefined;
    for (const instance of [...entry.waiting]) {
      const app = instance.runSpec;
      const leftMs = delays.leftMs(app);
      if (leftMs > 0) {
        nextMs = Math.min(nextMs, leftMs);
        continue;
      }
      if (refused === configVersion(app)) continue;
      const match = this.#place(app);
      entry.offers.take(match, clock.now());
      if (match.placement === undefined) {
        refused = configVersion(app);
        continue;
      }
      this.remove(instance);
      this.#deps.launch(instance, match.placement);
    }
    return nextMs;
  }

  #place(app: AppDefinition): Match {
    const { cluster, hostsOf } = this.#deps;
    const { constraints = [] } = app;
    if (constraints.length === 0) return cluster.place(demandOf(app));
    const hosts = hostsOf(app);
    return cluster.place(demandOf(app), (agent) => meets(constraints, agent, hosts));
  }

  #setAlarm(inMs: number): void {
    const atMs = this.#deps.clock.monotonic() + inMs;
    if (this.#alarm?.atMs === atMs) return;
    this.#alarm?.cancel.abort();
    this.#alarm = undefined;
    if (inMs === Number.POSITIVE_INFINITY) return;
    const cancel = new AbortController();
    this.#alarm = { atMs, cancel };
    this.#deps.clock.sleep(inMs, cancel.signal).then(
      () => {
        this.#alarm = undefined;
        this.wake();
      },
      () => undefined,
    );
  }
}

function demandOf(app: AppDefinition): Demand {
  const { cpus, mem, disk, gpus } = app;
  const mappings = app.container?.portMappings;
  const ports =
    mappings?.map(({ hostPort }) => hostPort ?? 0) ??
    (app.portDefinitions ?? []).map(({ port }) => (app.requirePorts ? port : 0));
  return { cpus, mem, disk, gpus, ports };
}
