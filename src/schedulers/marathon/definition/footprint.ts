// schedulers/marathon: what one instance of an app takes of the cluster.

import type { AppDefinition } from '../../../api/policy.ts';
import type { Footprint } from '../../../core/observation.ts';
import { statedFootprint } from '../../definition/footprint.ts';

/** Marathon's own, for what a definition does not say. */
const DEFAULTS: Footprint = { cpus: 1, mem: 128, disk: 0, gpus: 0 };

const known = new WeakMap<AppDefinition, Footprint>();

/** The same object for the same definition: every round asks for it of every app. */
export function footprintOf(definition: AppDefinition): Footprint {
  const footprint = known.get(definition) ?? statedFootprint(definition, DEFAULTS);
  known.set(definition, footprint);
  return footprint;
}
