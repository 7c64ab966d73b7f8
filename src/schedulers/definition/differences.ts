// schedulers: definitions compared field by field, variables of the environment one by one, for schedulers that keep a definition as it
// was written.

import type { AppDefinition, EnvFrom } from '../../api/policy.ts';
import type { ValueResolver } from '../../api/values.ts';
import type { FieldDiff } from '../../core/change.ts';
import { tryResolveEnv } from './environment.ts';

export interface Wanted {
  readonly definition: AppDefinition;
  readonly envFrom: readonly EnvFrom[];
}

/** What is there, and whether the policy's definition is the whole of it. */
export interface Current {
  readonly definition: AppDefinition;
  readonly owned: boolean;
}

export type Fields = Readonly<Record<string, unknown>>;

/** The count and the name are not part of a definition, and null is not given. */
export function fieldsOf(definition: AppDefinition): Fields {
  const { id: _id, instances: _instances, ...fields } = definition;
  return fieldsIn(withoutNull(fields));
}

function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (typeof value !== 'object' || value === null) return value;
  const given = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(given.map(([key, item]) => [key, withoutNull(item)]));
}

/** A value that cannot be resolved is not compared, and a secret that differs is named without its values. */
export function differences(
  wanted: Wanted,
  { definition, owned }: Current,
  values: ValueResolver | undefined,
): readonly FieldDiff[] {
  const { env, ...fields } = fieldsOf(wanted.definition);
  const { env: presentEnv, ...present } = fieldsOf(definition);
  const currentEnv = fieldsIn(presentEnv);
  const secret = values === undefined ? {} : tryResolveEnv(wanted.envFrom, values).values;
  const elsewhere = new Set(wanted.envFrom.map(({ name }) => name));
  const plainEnv = Object.entries(fieldsIn(env)).filter(([name]) => !Object.hasOwn(secret, name));
  const extraEnv = Object.entries(currentEnv).filter(([name]) => !elsewhere.has(name));
  return [
    ...differing('', fields, present),
    ...(owned ? removed('', fields, present) : []),
    ...differing('env.', Object.fromEntries(plainEnv), currentEnv),
    ...(owned ? removed('env.', fieldsIn(env), Object.fromEntries(extraEnv)) : []),
    ...differing('env.', secret, currentEnv).map(({ field }) => ({
      field,
      before: '(secret)',
      after: '(secret)',
    })),
  ];
}

function differing(prefix: string, wanted: Fields, current: Fields): FieldDiff[] {
  return Object.entries(wanted)
    .filter(([key, value]) => !isSame(value, current[key]))
    .map(([key, value]) => ({ field: `${prefix}${key}`, before: current[key], after: value }));
}

/** Of an app that we made, what the policy does not have does not stay. */
function removed(prefix: string, wanted: Fields, current: Fields): FieldDiff[] {
  return Object.keys(current)
    .filter((key) => !Object.hasOwn(wanted, key))
    .map((key) => ({ field: `${prefix}${key}`, before: '(removed)', after: undefined }));
}

/** Whatever the order of their fields. */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
  );
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fieldsIn(value: unknown): Fields {
  return isRecord(value) ? value : {};
}
