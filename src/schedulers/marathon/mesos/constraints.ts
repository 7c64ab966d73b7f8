// schedulers/marathon/mesos: which agents an app may use and how many of it fit beside each other there.

import type { AppDefinition } from '../../../api/policy.ts';
import type { Agent } from './schema.ts';

/** At most `limit` instances on all agents that share a value of `field`. */
export interface Spread {
  readonly field: string;
  readonly limit: number;
}

const HOSTNAMES: ReadonlySet<string> = new Set(['hostname', '@hostname']);

/** The value of a constraint's field at an agent; undefined when the agent has no such attribute. */
export function valueAt(agent: Agent, field: string): string | undefined {
  if (HOSTNAMES.has(field)) return agent.hostname;
  return Object.hasOwn(agent.attributes, field) ? agent.attributes[field] : undefined;
}

/** `[field, operator, value]`, whatever of it is well-formed. */
function constraintsOf(definition: AppDefinition): readonly (readonly [string, string, string])[] {
  const listed = definition['constraints'];
  if (!Array.isArray(listed)) return [];
  return listed.filter(Array.isArray).map(([field, operator, value]) => {
    return [String(field), String(operator).toUpperCase(), value === undefined ? '' : String(value)];
  });
}

/** Whether Marathon would take an offer of this agent, as far as its attributes go (its `Constraints`). */
export function mayUse(definition: AppDefinition, agent: Agent): boolean {
  return constraintsOf(definition).every(([field, operator, value]) => {
    const has = valueAt(agent, field);
    if (has === undefined) return operator === 'UNLIKE';
    switch (operator) {
      case 'IS':
        return has === value;
      case 'CLUSTER':
        return value === '' || has === value;
      case 'LIKE':
        return matches(has, value) ?? true;
      case 'UNLIKE':
        return !(matches(has, value) ?? false);
      default:
        return true;
    }
  });
}

/** Fixed ports of the host spread like `UNIQUE` on its name. GROUP_BY only balances: it limits nothing. */
export function spreadsOf(definition: AppDefinition): readonly Spread[] {
  const spreads = constraintsOf(definition).flatMap(([field, operator, value]): Spread[] => {
    if (operator === 'UNIQUE') return [{ field, limit: 1 }];
    const most = Number(value);
    return operator === 'MAX_PER' && Number.isSafeInteger(most) ? [{ field, limit: Math.max(0, most) }] : [];
  });
  return hasFixedPorts(definition) ? [...spreads, { field: 'hostname', limit: 1 }] : spreads;
}

function hasFixedPorts({ requirePorts, portDefinitions }: AppDefinition): boolean {
  return (
    requirePorts === true &&
    Array.isArray(portDefinitions) &&
    portDefinitions.some((each: unknown) => {
      return typeof each === 'object' && each !== null && 'port' in each && Number(each.port) > 0;
    })
  );
}

/** The whole text must match; undefined for an expression that only Java understands. */
function matches(text: string, expression: string): boolean | undefined {
  try {
    return new RegExp(`^(?:${expression})$`).test(text);
  } catch {
    return undefined;
  }
}
