// schedulers/kubernetes/room: how many more pods of a template fit, node by node. Pure.

import { MAX_COUNT } from '../../../api/schema/shapes.ts';
import { type Amounts, combined } from '../pods/requests.ts';
import { type Node, takes } from './node.ts';
import type { PodTemplate } from './template.ts';

/** A pod that holds something of a node. */
export interface Placed {
  readonly node: string;
  readonly requests: Amounts;
}

export interface RoomClaim {
  readonly template: PodTemplate;
  /** How many of its pods each node has. */
  readonly present: ReadonlyMap<string, number>;
}

interface FreeNode {
  readonly node: Node;
  readonly free: Amounts;
}

/** Resource of which every pod takes one. */
const PODS = 'pods';

/** What is left of each node beside the pods that are there. */
export function freeOn(nodes: readonly Node[], placed: readonly Placed[]): readonly FreeNode[] {
  const used = new Map<string, Amounts>();
  for (const { node, requests } of placed) {
    const taken = combined(requests, new Map([[PODS, 1]]), Math.max);
    used.set(
      node,
      combined(used.get(node) ?? new Map(), taken, (a, b) => a + b),
    );
  }
  return nodes.map((node) => ({
    node,
    free: combined(node.allocatable, used.get(node.name) ?? new Map(), (all, taken) => all - taken),
  }));
}

/**
 * As if nobody else took any of it:
 *
 *     Σ nodes that take it  min over resources ⌊free / request⌋      within what the headroom leaves of all nodes
 *
 * An upper bound: affinities to other pods, spread and volumes are not looked at, the scheduler has the last word.
 *
 * @param headroom share of the resources that stays free, 0 to 1
 */
export function roomFor(
  { template, present }: RoomClaim,
  nodes: readonly FreeNode[],
  headroom: number,
): number {
  const each = combined(template.requests, new Map([[PODS, 1]]), Math.max);
  const open = nodes.filter(({ node }) => takes(node, template));
  const inAll = open.reduce((total, { node, free }) => {
    const most = template.onePerNode ? Math.max(0, 1 - (present.get(node.name) ?? 0)) : MAX_COUNT;
    return total + Math.min(most, fitting(free, each));
  }, 0);
  return Math.min(MAX_COUNT, inAll, fitting(beyondHeadroom(open, headroom), each));
}

/** Of the nodes that a pod may use, what it may use in all. A node that has less than nothing takes nothing from the others. */
function beyondHeadroom(nodes: readonly FreeNode[], headroom: number): Amounts {
  let all: Amounts = new Map();
  for (const { node, free } of nodes) {
    const usable = [...free].map(([resource, left]) => {
      const kept = headroom * (node.allocatable.get(resource) ?? 0);
      return [resource, Math.max(0, left) - kept] as const;
    });
    all = combined(all, new Map(usable), (a, b) => a + b);
  }
  return all;
}

/** What a pod asks for and a node does not name, it has none of. */
function fitting(free: Amounts, each: Amounts): number {
  let most = MAX_COUNT;
  for (const [resource, amount] of each)
    if (amount > 0) most = Math.min(most, Math.floor((free.get(resource) ?? 0) / amount + 1e-9));
  return Math.max(0, most);
}
