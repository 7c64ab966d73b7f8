// schedulers/marathon: where a wanted definition differs from what Marathon echoes.

import { CREATION_LABEL } from '../../api/labels.ts';
import type { EnvFrom, MarathonAppDefinition } from '../../api/policy.ts';
import type { ValueResolver } from '../../api/values.ts';
import type { FieldDiff } from '../../core/change.ts';
import type { AppObservation } from '../../core/observation.ts';
import { normalised } from './definition.ts';
import { tryResolveEnv } from './environment.ts';
import { isObject, type Json } from './schema.ts';

export interface Wanted {
  readonly definition: MarathonAppDefinition;
  readonly envFrom: readonly EnvFrom[];
}

/** Stands for a value that is not shown. */
const SECRET = '(secret)';
const NEW_SECRET = '(new secret)';
const LOOKS_SECRET = /KEY|SECRET|TOKEN|PASSW|CREDENTIAL|CONNECTION|SAS\b|_SAS/i;

/** Marathon keeps these as sets, so their order means nothing. */
const SETS: ReadonlySet<string> = new Set([
  'constraints',
  'acceptedResourceRoles',
  'dependencies',
  'healthChecks',
]);

/** 0 lets Marathon choose; it echoes what it chose. */
const CHOSEN_WHEN_ZERO: ReadonlySet<string> = new Set(['port', 'hostPort', 'servicePort']);

/**
 * Fields that the policy does not name are not compared, nor is anything that Marathon adds inside a field.
 * `env` and `labels` are compared key by key. In an app that we made, a key that the policy does not have is a
 * difference; in an adopted one it belongs to whoever set it.
 */
export function diffDefinition(
  wanted: Wanted,
  observed: AppObservation,
  values: ValueResolver,
): readonly FieldDiff[] {
  const { env, labels, ...rest } = normalised(wanted.definition, observed.id);
  const echoed = observed.definition;
  const owned = observed.owner !== undefined;
  const fields = Object.entries(rest).flatMap(([key, value]) => compare(key, value, own(echoed, key)));
  return [
    ...fields,
    ...compareEnv({ ...wanted, named: env }, { echoed: mapOf(echoed['env']), owned }, values),
    ...compareLabels(labels, mapOf(echoed['labels']), owned),
  ];
}

function compareEnv(
  wanted: Wanted & { readonly named: unknown },
  observed: { readonly echoed: Json; readonly owned: boolean },
  values: ValueResolver,
): FieldDiff[] {
  const secret = tryResolveEnv(wanted.envFrom, values);
  const fromElsewhere = new Set(wanted.envFrom.map((e) => e.name));
  const plain = Object.entries(mapOf(wanted.named)).filter(([name]) => !fromElsewhere.has(name));
  const extra = Object.keys(observed.echoed).filter(
    (name) =>
      observed.owned &&
      isObject(wanted.named) &&
      !Object.hasOwn(wanted.named, name) &&
      !fromElsewhere.has(name),
  );
  return [
    ...plain
      .filter(([name, value]) => !same(value, own(observed.echoed, name)))
      .map(([name, value]) => envDiff(name, own(observed.echoed, name), value)),
    ...Object.entries(secret.values)
      .filter(([name, value]) => own(observed.echoed, name) !== value)
      .map(([name]) => ({
        field: `env.${name}`,
        before: hidden(own(observed.echoed, name)),
        after: NEW_SECRET,
      })),
    // Nobody says what this was, so it may have been a secret.
    ...extra.map((name) => ({ field: `env.${name}`, before: SECRET, after: undefined })),
  ];
}

function envDiff(name: string, before: unknown, after: unknown): FieldDiff {
  const secret = LOOKS_SECRET.test(name);
  return {
    field: `env.${name}`,
    before: secret ? hidden(before) : before,
    after: secret ? NEW_SECRET : after,
  };
}

function hidden(value: unknown): string | undefined {
  return value === undefined ? undefined : SECRET;
}

/** Our creation label is bookkeeping: changing it would restart every task. */
function compareLabels(named: unknown, echoed: Json, owned: boolean): FieldDiff[] {
  if (!isObject(named)) return [];
  const extra = owned ? Object.keys(echoed).filter((name) => !Object.hasOwn(named, name)) : [];
  return [...Object.keys(named), ...extra]
    .filter((name) => name !== CREATION_LABEL && !same(own(named, name), own(echoed, name)))
    .map((name) => ({ field: `labels.${name}`, before: own(echoed, name), after: own(named, name) }));
}

/** Descends into objects, so that the difference is named as exactly as it can be. */
function compare(path: string, wanted: unknown, echoed: unknown): FieldDiff[] {
  if (isObject(wanted) && isObject(echoed)) {
    return Object.entries(wanted).flatMap(([key, value]) =>
      compare(`${path}.${key}`, value, own(echoed, key)),
    );
  }
  const equal = SETS.has(path) ? sameSet(wanted, echoed) : same(wanted, echoed);
  return equal ? [] : [{ field: path, before: echoed, after: wanted }];
}

function same(wanted: unknown, echoed: unknown): boolean {
  if (Array.isArray(wanted) && Array.isArray(echoed)) {
    return wanted.length === echoed.length && wanted.every((item, i) => same(item, echoed[i]));
  }
  if (isObject(wanted) && isObject(echoed)) {
    return Object.entries(wanted).every(
      ([key, value]) => (CHOSEN_WHEN_ZERO.has(key) && value === 0) || same(value, own(echoed, key)),
    );
  }
  if (typeof wanted === 'number' && typeof echoed === 'number') {
    return Math.abs(wanted - echoed) <= 1e-9 * Math.max(1, Math.abs(wanted));
  }
  // Marathon omits what is empty (reference §10.3).
  return wanted === echoed || (isEmpty(wanted) && isEmpty(echoed));
}

function sameSet(wanted: unknown, echoed: unknown): boolean {
  if (!Array.isArray(wanted) || !Array.isArray(echoed)) return same(wanted, echoed);
  const left = [...echoed];
  for (const item of wanted) {
    const found = left.findIndex((other) => same(item, other));
    if (found === -1) return false;
    left.splice(found, 1);
  }
  return left.length === 0;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return true;
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/** A definition comes from outside: a field may be called `constructor`. */
function own(map: Json, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function mapOf(value: unknown): Json {
  return isObject(value) ? value : {};
}
