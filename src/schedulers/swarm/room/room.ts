// schedulers/swarm/room: how many more tasks of a service fit, node by node. Pure.

import { MAX_COUNT } from '../../../api/schema/shapes.ts';
import type { Node } from '../api/node.ts';
import type { Amounts } from '../api/resources.ts';
import { hasEnded, type Task } from '../api/task.ts';
import { type Needs, takes } from './needs.ts';

export interface RoomClaim {
  readonly needs: Needs;
  readonly serviceId: string;
}

/**
 * As if nobody else took any of it:
 *
 *     Σ nodes that take it  min over resources ⌊free / reserved⌋      within what the headroom leaves of all nodes
 *
 * An upper bound: plugins, volumes, addresses of networks and `node.ip` are not looked at, the swarm has the last word.
 *
 * @param tasks of the whole swarm: each reserves what it does until it is gone
 * @param headroom share of the resources that stays free, 0 to 1
 */
export function roomFor(
  { needs, serviceId }: RoomClaim,
  { nodes, tasks }: { readonly nodes: readonly Node[]; readonly tasks: readonly Task[] },
  headroom: number,
): number {
  const placed = Map.groupBy(
    tasks.filter((task) => !hasEnded(task)),
    ({ nodeId }) => nodeId ?? '',
  );
  const open = nodes
    .filter((node) => takes(node, needs))
    .map((node) => ({ node, on: placed.get(node.id) ?? [], free: freeOn(node, placed.get(node.id) ?? []) }));
  const inAll = open.reduce((total, { on, free }) => {
    const present = on.filter((task) => task.serviceId === serviceId).length;
    return total + Math.min(Math.max(0, needs.mostPerNode - present), fitting(free, needs.reserved));
  }, 0);
  const beyond = combined(open.map(({ node, free }) => beyondHeadroom(node, free, headroom)));
  return Math.min(MAX_COUNT, inAll, open.length === 0 ? 0 : fitting(beyond, needs.reserved));
}

function freeOn({ resources }: Node, tasks: readonly Task[]): Amounts {
  const taken = combined(tasks.map(({ reserved }) => reserved));
  return new Map([...resources].map(([name, all]) => [name, all - (taken.get(name) ?? 0)]));
}

/** A node that has less than nothing takes nothing from the others. */
function beyondHeadroom({ resources }: Node, free: Amounts, headroom: number): Amounts {
  return new Map(
    [...free].map(([name, left]) => [name, Math.max(0, left) - headroom * (resources.get(name) ?? 0)]),
  );
}

function combined(all: readonly Amounts[]): Amounts {
  const sums = new Map<string, number>();
  for (const amounts of all)
    for (const [name, amount] of amounts) sums.set(name, (sums.get(name) ?? 0) + amount);
  return sums;
}

/** What a task reserves and a node does not offer, it has none of. */
function fitting(free: Amounts, each: Amounts): number {
  let most = MAX_COUNT;
  // Amounts are sums of decimal fractions.
  for (const [name, amount] of each)
    if (amount > 0) most = Math.min(most, Math.floor((free.get(name) ?? 0) / amount + 1e-9));
  return Math.max(0, most);
}
