// schedulers/marathon: which apps an app depends on, by their absolute ids.

import type { AppDefinition } from '../../../api/policy.ts';

/** @param app its id: a relative dependency counts from its group */
export function dependenciesOf(app: string, definition: AppDefinition): readonly string[] {
  const named = definition['dependencies'];
  if (!Array.isArray(named)) return [];
  return named.filter((name) => typeof name === 'string').map((name) => absoluteId(name, app));
}

function absoluteId(name: string, from: string): string {
  if (name.startsWith('/')) return name;
  const path = from.split('/').slice(1, -1);
  for (const part of name.split('/')) {
    if (part === '..') path.pop();
    else if (part !== '.' && part !== '') path.push(part);
  }
  return `/${path.join('/')}`;
}
