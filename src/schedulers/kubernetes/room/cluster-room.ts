// schedulers/kubernetes/room: the room of a whole cluster, from its nodes and all pods on them. Followed once somebody asks.

import { TransientError } from '../../../runtime/errors.ts';
import type { RoomQuestion } from '../../scheduler.ts';
import { ALL_NODES, ALL_PODS } from '../follow/collections.ts';
import { type Following, troubleOf } from '../follow/following.ts';
import type { Look } from '../follow/namespace.ts';
import { freeOn, roomFor } from './room.ts';

export class ClusterRoom {
  readonly #nodes = ALL_NODES();
  readonly #pods = ALL_PODS();
  readonly #following: Following;

  constructor(following: Following) {
    this.#following = following;
  }

  /**
   * By id, for the targets that are seen.
   *
   * @throws TransientError when nodes or pods cannot be followed
   */
  async of(
    { headroom, apps }: RoomQuestion,
    look: (id: string) => Promise<Look>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, number>> {
    const quiet = (): void => undefined;
    const [nodes, pods] = await Promise.all([
      this.#following.of(this.#nodes, quiet, signal),
      this.#following.of(this.#pods, quiet, signal),
    ]);
    const trouble = troubleOf(nodes) ?? troubleOf(pods);
    if (trouble !== undefined) throw new TransientError(`counting room: ${trouble}`);
    const free = freeOn(
      nodes.cache.all().map((object) => this.#nodes.facts.of(object)),
      pods.cache.all().flatMap((object) => this.#pods.facts.of(object) ?? []),
    );
    const room = new Map<string, number>();
    for (const { id } of apps) {
      const seen = await look(id);
      if (seen.state !== 'seen' || seen.workload.template === undefined) continue;
      const present = new Map<string, number>();
      // What its node holds back is not launched, but has its place.
      let heldBack = 0;
      for (const { node, phase, backsOff } of seen.pods) {
        if (node === undefined || phase === 'gone') continue;
        present.set(node, (present.get(node) ?? 0) + 1);
        if (backsOff !== undefined) heldBack += 1;
      }
      room.set(id, heldBack + roomFor({ template: seen.workload.template, present }, free, headroom));
    }
    return room;
  }
}
