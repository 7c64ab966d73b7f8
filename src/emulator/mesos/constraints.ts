// emulator: on which agents an app may run (Marathon's Constraints). The pretend agents have no attributes, so
// only the host can be asked about.

import { javaPattern } from '../definition/jvm/java-pattern.ts';
import type { AgentSpec } from './cluster.ts';

/** `[field, operator, value?]`. */
export type Constraint = readonly string[];

const HOST_FIELDS = ['hostname', '@hostname'];

/**
 * @param placed hosts of the instances of the app's present configuration, one entry each
 */
export function meets(
  constraints: readonly Constraint[],
  agent: AgentSpec,
  placed: readonly string[],
): boolean {
  return constraints.every((constraint) => meetsOne(constraint, agent, placed));
}

function meetsOne(
  [field = '', operator, value = '']: Constraint,
  { hostname }: AgentSpec,
  placed: readonly string[],
): boolean {
  // An agent without the attribute is unlike everything, and nothing else.
  if (!HOST_FIELDS.includes(field)) return operator === 'UNLIKE';
  const here = placed.filter((host) => host === hostname).length;
  switch (operator) {
    case 'UNIQUE':
      return here === 0;
    case 'CLUSTER':
      return value === '' ? placed.length === here : hostname === value;
    case 'IS':
      return hostname === value;
    case 'LIKE':
      return matches(hostname, value);
    case 'UNLIKE':
      return !matches(hostname, value);
    case 'MAX_PER':
      return here < Number(value);
    case 'GROUP_BY':
      return here <= fewest(placed, value === '' ? 1 : Number(value));
    default:
      return false;
  }
}

/** The smallest group; 0 as long as there are fewer groups than there should be. */
function fewest(placed: readonly string[], groups: number): number {
  const counts = Map.groupBy(placed, (host) => host);
  return counts.size < groups ? 0 : Math.min(...[...counts.values()].map(({ length }) => length));
}

function matches(text: string, pattern: string): boolean {
  return javaPattern(pattern)?.test(text) ?? false;
}
