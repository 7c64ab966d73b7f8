// api: a budget must cover the minimums that it has promised.

import type { AppSpec, PolicySpec, Resources } from '../policy.ts';
import { isObject } from '../schema/json-schema.ts';
import { error, type Finding } from '../validation/finding.ts';
import { below } from '../validation/pointer.ts';
import { type Partly, present } from './partly.ts';

/** What Marathon gives an app whose definition does not say. */
const MARATHON_DEFAULTS = { cpus: 1, mem: 128, disk: 0, gpus: 0 } as const;

const CAPACITY = '/spec/capacity';

/** Fixed apps promise nothing: their use is what it is. */
export function checkBudget(spec: Partly<PolicySpec>): readonly Finding[] {
  const scaled = present(spec.apps)
    .map(([app]) => app)
    .filter((app) => app.instances?.fixed === undefined && (app.instances?.min ?? 0) > 0);
  const { slots, resources } = spec.capacity ?? {};
  return [...checkSlots(slots, scaled), ...checkResources(resources, scaled)];
}

function checkSlots(slots: number | undefined, apps: readonly Partly<AppSpec>[]): readonly Finding[] {
  const minimums = apps.map((app) => ({ name: app.name, uses: app.instances?.min ?? 0 }));
  return slots === undefined ? [] : exceeds('slots', slots, minimums);
}

/** Apps without a definition here are left out: what they use is known to Marathon only. */
function checkResources(
  budget: Partly<Resources> | undefined,
  apps: readonly Partly<AppSpec>[],
): readonly Finding[] {
  return (['cpus', 'mem', 'disk', 'gpus'] as const).flatMap((unit) => {
    const limit = budget?.[unit];
    if (limit === undefined) return [];
    const minimums = apps.flatMap(({ name, app, instances }) => {
      if (!isObject(app)) return [];
      const each = typeof app[unit] === 'number' ? app[unit] : MARATHON_DEFAULTS[unit];
      return [{ name, uses: each * (instances?.min ?? 0) }];
    });
    return exceeds(`resources/${unit}`, limit, minimums);
  });
}

/** Sums of decimals are off by a little; a budget is not. */
const ROUNDING = 1e-9;

function exceeds(
  field: string,
  limit: number,
  minimums: readonly { readonly name: string | undefined; readonly uses: number }[],
): readonly Finding[] {
  const total = minimums.reduce((sum, { uses }) => sum + uses, 0);
  if (total <= limit * (1 + ROUNDING)) return [];
  const unit = field.slice(field.lastIndexOf('/') + 1);
  const shown = minimums.slice(0, 8).map(({ name, uses }) => `${name ?? '?'} ${round(uses)}`);
  const rest = minimums.length > shown.length ? `, and ${minimums.length - shown.length} more` : '';
  const message =
    `the minimums of the apps need ${round(total)} ${unit} (${shown.join(', ')}${rest}), ` +
    `but the capacity is ${limit}: lower a min or raise the capacity`;
  return [error(below(CAPACITY, ...field.split('/')), message)];
}

function round(value: number): number {
  return Number(value.toPrecision(12));
}
