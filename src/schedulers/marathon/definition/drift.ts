// schedulers/marathon: where a wanted definition differs from what Marathon echoes.

import { AnyOf, Assigned, plainly } from '../../../api/app-definition/expected.ts';
import { CREATION_LABEL } from '../../../api/labels/creation-label.ts';
import type { AppDefinition, EnvFrom } from '../../../api/policy.ts';
import type { ValueResolver } from '../../../api/values.ts';
import type { FieldDiff } from '../../../core/change.ts';
import type { AppObservation } from '../../../core/observation.ts';
import { tryResolveEnv } from '../../definition/environment.ts';
import { isObject, type Json } from '../schema.ts';
import { compared, comparedAgain, DECIDED_ELSEWHERE, minorOf } from './definition.ts';

export interface Wanted {
  readonly definition: AppDefinition;
  readonly envFrom: readonly EnvFrom[];
}

/** Stands for a value that is not shown. */
const SECRET = '(secret)';
const NEW_SECRET = '(new secret)';
const LOOKS_SECRET = /KEY|SECRET|TOKEN|PASSW|CREDENTIAL|CONNECTION|SAS\b|_SAS/i;

/** Marathon keeps these as sets, so their order and repetition mean nothing. */
const SETS: ReadonlySet<string> = new Set([
  'constraints',
  'acceptedResourceRoles',
  'dependencies',
  'healthChecks',
]);

/**
 * `env` and `labels` are compared key by key. In an app that we made, a field or a key that the policy does not have
 * is a difference; in an adopted one it belongs to whoever set it.
 *
 * @param version of Marathon, where it is known
 */
export function diffDefinition(
  wanted: Wanted,
  observed: AppObservation,
  values: ValueResolver,
  version?: string,
): readonly FieldDiff[] {
  const minor = minorOf(observed.definition, version);
  // What has values by reference is compared in every round (known-drift.ts).
  const comparing = wanted.envFrom.length > 0 ? comparedAgain : compared;
  const sides = comparing(wanted.definition, observed, minor);
  const { env, labels, ...rest } = sides.wanted;
  const { env: echoedEnv, labels: echoedLabels, ...echoed } = sides.echoed;
  const owned = observed.owner !== undefined;
  const keys = new Set([...Object.keys(rest), ...Object.keys(echoed)]);
  const fields = [...keys]
    .filter((key) => sides.named.has(key) || !DECIDED_ELSEWHERE.has(key))
    .flatMap((key) => compare(key, own(rest, key), own(echoed, key)));
  return [
    ...fields,
    ...compareEnv({ ...wanted, named: mapOf(env) }, { echoed: mapOf(echoedEnv), owned }, values),
    ...compareLabels(mapOf(labels), mapOf(echoedLabels), owned),
  ];
}

function compareEnv(
  wanted: Wanted & { readonly named: Json },
  observed: { readonly echoed: Json; readonly owned: boolean },
  values: ValueResolver,
): FieldDiff[] {
  const secret = tryResolveEnv(wanted.envFrom, values);
  const fromElsewhere = new Set(wanted.envFrom.map((e) => e.name));
  const plain = Object.entries(wanted.named).filter(([name]) => !fromElsewhere.has(name));
  const extra = Object.keys(observed.echoed).filter(
    (name) => observed.owned && !Object.hasOwn(wanted.named, name) && !fromElsewhere.has(name),
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
function compareLabels(named: Json, echoed: Json, owned: boolean): FieldDiff[] {
  const extra = owned ? Object.keys(echoed).filter((name) => !Object.hasOwn(named, name)) : [];
  return [...Object.keys(named), ...extra]
    .filter((name) => name !== CREATION_LABEL && !same(own(named, name), own(echoed, name)))
    .map((name) => ({ field: `labels.${name}`, before: own(echoed, name), after: own(named, name) }));
}

/** Descends into objects, so that the difference is named as exactly as it can be. */
function compare(path: string, wanted: unknown, echoed: unknown): FieldDiff[] {
  if (isPlainObject(wanted) && isObject(echoed)) {
    const keys = new Set([...Object.keys(wanted), ...Object.keys(echoed)]);
    return [...keys].flatMap((key) => compare(`${path}.${key}`, own(wanted, key), own(echoed, key)));
  }
  const equal = SETS.has(path) ? sameSet(wanted, echoed) : same(wanted, echoed);
  return equal ? [] : [{ field: path, before: echoed, after: plainly(wanted) }];
}

function same(wanted: unknown, echoed: unknown): boolean {
  if (wanted instanceof Assigned) return typeof echoed === 'number';
  if (wanted instanceof AnyOf) return wanted.values.some((value) => same(value, echoed));
  if (Array.isArray(wanted) && Array.isArray(echoed)) {
    return wanted.length === echoed.length && wanted.every((item, i) => same(item, echoed[i]));
  }
  if (isObject(wanted) && isObject(echoed)) {
    const keys = new Set([...Object.keys(wanted), ...Object.keys(echoed)]);
    return [...keys].every((key) => same(own(wanted, key), own(echoed, key)));
  }
  if (typeof wanted === 'number' && typeof echoed === 'number') {
    return wanted === echoed || Math.abs(wanted - echoed) <= 1e-9 * Math.abs(wanted);
  }
  // Marathon omits what is empty.
  return wanted === echoed || (isEmpty(wanted) && isEmpty(echoed));
}

function sameSet(wanted: unknown, echoed: unknown): boolean {
  if (!Array.isArray(wanted) || !Array.isArray(echoed)) return same(wanted, echoed);
  return (
    wanted.every((item) => echoed.some((other) => same(item, other))) &&
    echoed.every((item) => wanted.some((other) => same(other, item)))
  );
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return true;
  return Array.isArray(value) ? value.length === 0 : isPlainObject(value) && Object.keys(value).length === 0;
}

function isPlainObject(value: unknown): value is Json {
  return isObject(value) && !(value instanceof AnyOf) && !(value instanceof Assigned);
}

/** A definition comes from outside: a field may be called `constructor`. */
function own(map: Json, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function mapOf(value: unknown): Json {
  return isObject(value) ? value : {};
}
