// emulator: on which agents an app may run (Marathon's Constraints). The pretend agents have no attributes, so
// only the host can be asked about.

import type { AgentSpec } from './cluster.ts';

/** `[field, operator, value?]`. */
export type Constraint = readonly string[];

const HOST_FIELDS = ['hostname', '@hostname'];
const OPERATORS = ['UNIQUE', 'CLUSTER', 'GROUP_BY', 'LIKE', 'UNLIKE', 'MAX_PER', 'IS'];

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
  return new RegExp(`^(?:${pattern})$`).test(text);
}

/** What is wrong with a constraint; undefined when nothing is. */
export function constraintProblem([field, operator = '', value]: Constraint): string | undefined {
  if (field === undefined || field === '') return 'Missing field and operator';
  if (!OPERATORS.includes(operator)) return `Operator must be one of: ${OPERATORS.join(', ')}`;
  switch (operator) {
    case 'UNIQUE':
      return value === undefined ? undefined : 'Value specified but not used';
    case 'IS':
      return value === undefined ? 'A value is required for this operator' : undefined;
    case 'LIKE':
    case 'UNLIKE':
      return value !== undefined && isPattern(value)
        ? undefined
        : `A regular expression value is required for ${operator} operator`;
    case 'MAX_PER':
      return isCount(value) ? undefined : 'An integer value is required for MAX_PER operator';
    case 'GROUP_BY':
      return value === undefined || isCount(value) ? undefined : 'Value was specified but is not a number';
    default:
      return undefined;
  }
}

function isCount(value: string | undefined): boolean {
  return value !== undefined && /^\d{1,9}$/.test(value);
}

function isPattern(value: string): boolean {
  try {
    return new RegExp(value) instanceof RegExp;
  } catch {
    return false;
  }
}
