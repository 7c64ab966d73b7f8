// metric-sources: one counter over nodes that come, go and count anew, each since it started.

import { type ChannelCounts, heldBy } from './answer.ts';

/**
 * A node that is told for the first time brings a count of its whole life: of that only what it still holds comes in at
 * this moment. What a node takes along when it goes has not been worked off.
 */
export class ArrivedTotal {
  #nodes: ReadonlyMap<string, ChannelCounts> | undefined;
  #total = 0;

  /** @param nodes what each of them has of the channel now */
  with(nodes: ReadonlyMap<string, ChannelCounts>): number {
    const before = this.#nodes;
    this.#nodes = nodes;
    for (const [node, counts] of nodes) this.#total += cameIn(counts, before && { last: before.get(node) });
    for (const [node, counts] of before ?? []) if (!nodes.has(node)) this.#total -= heldBy(counts);
    return this.#total;
  }
}

function cameIn(
  { arrived, ...counts }: ChannelCounts,
  known: { readonly last: ChannelCounts | undefined } | undefined,
): number {
  if (known === undefined) return arrived;
  if (known.last === undefined) return heldBy({ arrived, ...counts });
  // A node that was restarted counts from zero.
  return arrived >= known.last.arrived ? arrived - known.last.arrived : arrived;
}
