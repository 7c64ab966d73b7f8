// schedulers/memory: what is stored when a definition is written, and what an instance takes.

import type { AppDefinition } from '../../api/policy.ts';
import type { ValueResolver } from '../../api/values.ts';
import type { Footprint } from '../../core/observation.ts';
import { type Current, fieldsIn, fieldsOf, type Wanted } from '../definition/differences.ts';
import { tryResolveEnv } from '../definition/environment.ts';
import { statedFootprint } from '../definition/footprint.ts';

/** Nothing but a cpu: an app that says nothing must not be free. */
const DEFAULTS: Footprint = { cpus: 1, mem: 0, disk: 0, gpus: 0 };

export function footprintOf(definition: AppDefinition): Footprint {
  return statedFootprint(definition, DEFAULTS);
}

/** What is stored when `wanted` is written over `current`. */
export function merged(
  { definition, owned }: Current,
  wanted: Wanted,
  values: ValueResolver | undefined,
): AppDefinition {
  const fields = fieldsOf(wanted.definition);
  const present = fieldsIn(definition['env']);
  const unresolved = wanted.envFrom.map(({ name }) => name).filter((name) => Object.hasOwn(present, name));
  const stays = owned ? Object.fromEntries(unresolved.map((name) => [name, present[name]])) : present;
  const secret = values === undefined ? {} : tryResolveEnv(wanted.envFrom, values).values;
  const env = { ...stays, ...fieldsIn(fields['env']), ...secret };
  return { ...(owned ? {} : definition), ...fields, ...(Object.keys(env).length > 0 && { env }) };
}
