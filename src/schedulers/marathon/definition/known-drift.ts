// schedulers/marathon: differences that were found once, for as long as both sides are the same objects.

import type { AppDefinition } from '../../../api/policy.ts';
import type { ValueResolver } from '../../../api/values.ts';
import type { FieldDiff } from '../../../core/change.ts';
import type { AppObservation } from '../../../core/observation.ts';
import { diffDefinition, type Wanted } from './drift.ts';

interface Known {
  readonly definition: AppDefinition;
  readonly version: string | undefined;
  readonly diff: readonly FieldDiff[];
}

/**
 * Every round asks for the differences of every app, and an app at rest is the same reading for half a minute. What has values
 * by reference is compared each time: a secret may be another one by now.
 */
export class KnownDrift {
  readonly #values: ValueResolver;
  readonly #known = new WeakMap<AppObservation, Known>();

  constructor(values: ValueResolver) {
    this.#values = values;
  }

  of(wanted: Wanted, observed: AppObservation, version: string | undefined): readonly FieldDiff[] {
    const { definition, envFrom } = wanted;
    if (envFrom.length > 0) return diffDefinition(wanted, observed, this.#values, version);
    const known = this.#known.get(observed);
    if (known?.definition === definition && known.version === version) return known.diff;
    const diff = diffDefinition(wanted, observed, this.#values, version);
    this.#known.set(observed, { definition, version, diff });
    return diff;
  }
}
