// schedulers/swarm/room: what the nodes of a swarm have left, from the tasks of all its services.

import type { Clock } from '../../../runtime/clock.ts';
import type { SwarmApi } from '../api/client.ts';
import type { Task } from '../api/task.ts';
import { phaseOf } from '../observation.ts';
import type { Listing } from '../read/service-list.ts';
import { needsOf } from './needs.ts';
import { roomFor } from './room.ts';

export interface SwarmRoomDeps {
  readonly api: SwarmApi;
  readonly clock: Clock;
}

/** Tasks of services that nobody looks at come and go, too. */
const SERVES_MS = 2_000;

export class SwarmRoom {
  readonly #deps: SwarmRoomDeps;
  #known: { readonly tasks: readonly Task[]; readonly of: Listing; readonly atMs: number } | undefined;

  constructor(deps: SwarmRoomDeps) {
    this.#deps = deps;
  }

  /**
   * By name, for the services that there are.
   *
   * @throws TransientError when the tasks cannot be read
   */
  async of(
    { names, headroom }: { readonly names: readonly string[]; readonly headroom: number },
    listing: Listing,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, number>> {
    const tasks = await this.#tasks(listing, signal);
    const nodes = [...listing.nodes.values()];
    const room = new Map<string, number>();
    for (const name of names) {
      const sight = listing.byName.get(name);
      if (sight === undefined) continue;
      const { service } = sight;
      const claim = { needs: needsOf(service), serviceId: service.id };
      // What is held back is not launched, but has its place.
      const heldBack = sight.tasks.filter(
        (task) => task.nodeId !== undefined && phaseOf(task, listing.nodes) === 'waiting',
      ).length;
      room.set(name, heldBack + roomFor(claim, { nodes, tasks }, headroom));
    }
    return room;
  }

  async #tasks(listing: Listing, signal: AbortSignal): Promise<readonly Task[]> {
    const { api, clock } = this.#deps;
    const nowMs = clock.monotonic();
    const known = this.#known;
    if (known?.of === listing && nowMs - known.atMs < SERVES_MS) return known.tasks;
    const tasks = await api.tasks([], signal);
    this.#known = { tasks, of: listing, atMs: nowMs };
    return tasks;
  }
}
