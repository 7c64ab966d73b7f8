// schedulers/marathon: what one instance of an app takes of the cluster.

import type { AppDefinition } from '../../../api/policy.ts';
import type { Footprint } from '../../../core/observation.ts';
import { statedFootprint } from '../../definition/footprint.ts';

/** Marathon's own, for what a definition does not say. */
const DEFAULTS: Footprint = { cpus: 1, mem: 128, disk: 0, gpus: 0 };

export function footprintOf(definition: AppDefinition): Footprint {
  return statedFootprint(definition, DEFAULTS);
}
