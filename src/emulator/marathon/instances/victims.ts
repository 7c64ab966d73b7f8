// emulator: who goes when an app shrinks (Marathon's ScalingProposition). Health plays no part.

import type { AppDefinition } from '../../definition/app.ts';
import { type Condition, type Instance, isPresent } from './instance.ts';

/** Early ones die first. What is none of these comes last, as waiting instances do since 1.8. */
const ORDER: readonly Condition[] = ['Staging', 'Starting', 'Running'];

/**
 * @param instances in the order in which they came to be, which decides between equal start times
 * @param named chosen by kill-and-scale; they go before all others
 * @returns `count` present instances, or fewer when there are not that many
 */
export function victims(
  app: AppDefinition,
  instances: readonly Instance[],
  count: number,
  named: ReadonlySet<string> = new Set(),
): Instance[] {
  if (count <= 0) return [];
  const rank = ({ id, condition }: Instance): number => {
    if (named.has(id)) return -1;
    const index = ORDER.indexOf(condition);
    return index < 0 ? ORDER.length : index;
  };
  const oldestFirst = instances.filter(isPresent).sort((a, b) => startOf(a) - startOf(b));
  const byAge = app.killSelection === 'YOUNGEST_FIRST' ? oldestFirst.reverse() : oldestFirst;
  return byAge.sort((a, b) => rank(a) - rank(b)).slice(0, count);
}

function startOf({ task }: Instance): number {
  return task?.startedAtMs ?? task?.stagedAtMs ?? Number.MAX_SAFE_INTEGER;
}
