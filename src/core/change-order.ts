// core: the order in which changes are made, for rounds, for plans and in simulation.

import type { Change } from './change.ts';

/**
 * Falls go first, so that what they free is free early; then changes of ownership, which touch no task; then rises,
 * creations and updates. An update comes last, since it locks its app the longest.
 */
export const PHASES = ['fall', 'ownership', 'rise', 'create', 'update'] as const;

export type Phase = (typeof PHASES)[number];

export function phaseOf(change: Change): Phase {
  switch (change.kind) {
    case 'scale':
      return change.to < change.from ? 'fall' : 'rise';
    case 'create':
    case 'update':
      return change.kind;
    case 'adopt':
    case 'release':
    case 'delete':
      return 'ownership';
  }
}

/** Changes of one phase stay in the order given. */
export function inOrder<C extends Change>(changes: readonly C[]): readonly C[] {
  return PHASES.flatMap((phase) => changes.filter((change) => phaseOf(change) === phase));
}
