// bench: carrying out counts that a rival wants, the way a cluster with priorities would: at once, and whoever
// is of higher priority gets the places, those of remainders included, as soon as their holders are gone.

import type { Member, World } from '../../src/simulator/world/world.ts';

/** Asks for what is wanted, as far as there are places, and for remainders with what is left. */
export function carryOut(world: World, wanted: ReadonlyMap<Member, number>): void {
  const shared = world.members.filter(({ terms }) => terms.role !== 'fixed');
  const order = shared.toSorted(
    (a, b) => a.terms.priority - b.terms.priority || Number(wanted.has(b)) - Number(wanted.has(a)),
  );
  let left = slotsOf(world) - shared.reduce((sum, { terms }) => sum + terms.min, 0);
  const asked = new Map<Member, number>();
  for (const member of order) {
    const { min, max } = member.terms;
    const more = Math.min(
      Math.max(0, Math.min(max, wanted.get(member) ?? Infinity) - min),
      Math.max(0, left),
    );
    asked.set(member, min + more);
    left -= more;
  }
  for (const [member, to] of asked) if (to < member.instances.requested) world.scale(member, to);
  for (const [member, to] of asked) if (to > member.instances.requested) world.scale(member, to);
}

/** Places that the pool shares; in a budget of resources, as many as fit of the dearest app. */
function slotsOf({ options, members }: World): number {
  const { budget } = options;
  if (budget.kind === 'slots') return budget.slots;
  if (budget.kind === 'cluster') return members.reduce((sum, m) => sum + m.instances.held, 0);
  const { cpus, mem, disk, gpus } = budget.total;
  const total = [cpus, mem, disk, gpus];
  let slots = 1_000_000;
  for (const { cost } of members)
    cost.forEach((each, d) => {
      if (each > 0) slots = Math.min(slots, Math.floor((total[d] ?? 0) / each + 1e-9));
    });
  return slots;
}
