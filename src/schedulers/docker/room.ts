// schedulers/docker: how many more containers the engine's machine has room for. The engine reserves nothing, so that what running
// containers may use counts as used.

import type { Clock } from '../../runtime/clock.ts';
import type { EngineClient } from '../docker-engine/client.ts';
import type { RoomQuestion } from '../scheduler.ts';
import { footprintOf } from './container/definition.ts';
import { originOf } from './container/labels.ts';

interface Reservation {
  readonly cpus: number;
  readonly mem: number;
}

export interface RoomDeps {
  readonly client: EngineClient;
  readonly clock: Clock;
}

const MIB = 1024 * 1024;
/** `docker update` changes what a container may use, and is not told by the events that are followed. */
const KNOWN_FOR_MS = 30_000;
const ASKED_AT_ONCE = 8;

export class EngineRoom {
  readonly #deps: RoomDeps;
  /** By container id. */
  readonly #known = new Map<string, Reservation & { readonly untilMs: number }>();

  constructor(deps: RoomDeps) {
    this.#deps = deps;
  }

  /** Of each app, by id. Throws TransientError when the engine cannot be read. */
  async room({ headroom, apps }: RoomQuestion, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const { client } = this.#deps;
    const [info, used] = await Promise.all([client.info(signal), this.#used(signal)]);
    const share = 1 - headroom;
    const free = { cpus: info.cpus * share - used.cpus, mem: (info.memBytes / MIB) * share - used.mem };
    return new Map(apps.map(({ id, definition }) => [id, howMany(free, footprintOf(definition))]));
  }

  async #used(signal: AbortSignal): Promise<Reservation> {
    const { client, clock } = this.#deps;
    const rows = await client.containers({ status: ['running', 'paused', 'restarting'] }, signal);
    const running = new Set(rows.map(({ id }) => id));
    for (const id of this.#known.keys()) if (!running.has(id)) this.#known.delete(id);
    const nowMs = clock.monotonic();
    const unknown = rows.filter(({ id }) => (this.#known.get(id)?.untilMs ?? 0) <= nowMs);
    for (let i = 0; i < unknown.length; i += ASKED_AT_ONCE) {
      const asked = unknown.slice(i, i + ASKED_AT_ONCE);
      await Promise.all(asked.map((row) => this.#ask(row, signal)));
    }
    const each = [...this.#known.values()];
    return { cpus: sum(each.map(({ cpus }) => cpus)), mem: sum(each.map(({ mem }) => mem)) };
  }

  /** One of ours without limits is taken for what an instance of its app is. */
  async #ask(
    { id, labels }: { readonly id: string; readonly labels: Readonly<Record<string, string>> },
    signal: AbortSignal,
  ): Promise<void> {
    const { client, clock } = this.#deps;
    const details = await client.container(id, signal);
    if (details === undefined) return;
    const origin = originOf(labels);
    const least = origin === undefined ? undefined : footprintOf(origin.definition);
    this.#known.set(id, {
      cpus: details.cpus || (least?.cpus ?? 0),
      mem: details.memBytes / MIB || (least?.mem ?? 0),
      untilMs: clock.monotonic() + KNOWN_FOR_MS,
    });
  }
}

function howMany(free: Reservation, each: Reservation): number {
  const ratios = [free.cpus / each.cpus, free.mem / each.mem].filter((n) => !Number.isNaN(n));
  // Amounts are sums of decimal fractions.
  return Math.max(0, Math.floor(Math.min(...ratios) + 1e-9));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
