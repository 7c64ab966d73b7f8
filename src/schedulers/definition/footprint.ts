// schedulers: reads from a definition what one instance takes. What a scheduler takes for granted is its own business.

import type { AppDefinition } from '../../api/policy.ts';
import type { Footprint } from '../../core/observation.ts';

/** @param defaults what an instance takes of each resource that its definition does not name */
export function statedFootprint(definition: AppDefinition, defaults: Footprint): Footprint {
  const of = (name: keyof Footprint): number => {
    const value = definition[name];
    return typeof value === 'number' ? value : defaults[name];
  };
  return { cpus: of('cpus'), mem: of('mem'), disk: of('disk'), gpus: of('gpus') };
}
