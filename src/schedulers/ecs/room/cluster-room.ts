// schedulers/ecs/room: the room of clusters, from the machines that are registered with them. Read once somebody asks.

import { MAX_COUNT } from '../../../api/schema/shapes.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { TransientError } from '../../../runtime/errors.ts';
import type { EcsApi } from '../api/ecs-api.ts';
import { EcsFailure } from '../api/failure.ts';
import type { SeenService } from '../read/look.ts';
import { serviceNameOf } from '../target.ts';
import { type Machine, machinesOf, roomFor } from './fit.ts';

/** Free room changes with every task; each look at a cluster is two calls or more. */
const VALID_MS = 2_000;

export class ClusterRoom {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #api: () => EcsApi;
  readonly #machines = new Map<string, { readonly atMs: number; readonly found: readonly Machine[] }>();

  constructor(clock: Pick<Clock, 'monotonic'>, api: () => EcsApi) {
    this.#clock = clock;
    this.#api = api;
  }

  /**
   * By id. On Fargate there is no bound but the account's quota, which is not asked for.
   *
   * @throws TransientError when the machines cannot be read
   */
  async of(
    services: ReadonlyMap<string, SeenService>,
    headroom: number,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, number>> {
    const room = new Map<string, number>();
    for (const [id, { facts, template }] of services) {
      const cluster = serviceNameOf(id)?.cluster;
      if (cluster === undefined) continue;
      const fits = async (): Promise<number> =>
        roomFor(template, await this.#machinesOf(cluster, signal), headroom);
      room.set(id, facts.onFargate ? MAX_COUNT : await fits());
    }
    return room;
  }

  async #machinesOf(cluster: string, signal: AbortSignal): Promise<readonly Machine[]> {
    const nowMs = this.#clock.monotonic();
    const known = this.#machines.get(cluster);
    if (known !== undefined && nowMs - known.atMs < VALID_MS) return known.found;
    try {
      const found = machinesOf(await this.#api().containerInstances(cluster, signal));
      this.#machines.set(cluster, { atMs: nowMs, found });
      return found;
    } catch (error) {
      if (!(error instanceof EcsFailure)) throw error;
      throw new TransientError(`counting room in cluster ${cluster}: ${error.message}`);
    }
  }
}
