// schedulers/memory: definitions compared and merged, field by field, env key by key, and what an instance takes.

import type { AppDefinition, EnvFrom } from '../../api/policy.ts';
import type { ValueResolver } from '../../api/values.ts';
import type { FieldDiff } from '../../core/change.ts';
import type { Footprint } from '../../core/observation.ts';
import { TerminalError } from '../../runtime/errors.ts';
import { statedFootprint } from '../footprint.ts';

export interface Wanted {
  readonly definition: AppDefinition;
  readonly envFrom: readonly EnvFrom[];
}

type Fields = Readonly<Record<string, unknown>>;

/** What is there, and whether the policy's definition is the whole of it. */
export interface Current {
  readonly definition: AppDefinition;
  readonly owned: boolean;
}

/** Nothing but a cpu: an app that says nothing must not be free. */
const DEFAULTS: Footprint = { cpus: 1, mem: 0, disk: 0, gpus: 0 };

export function footprintOf(definition: AppDefinition): Footprint {
  return statedFootprint(definition, DEFAULTS);
}

/** The count and the name are not part of a definition, and null is not given. */
function fieldsOf(definition: AppDefinition): Fields {
  const { id: _id, instances: _instances, ...fields } = definition;
  return fieldsIn(withoutNull(fields));
}

function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (typeof value !== 'object' || value === null) return value;
  const given = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(given.map(([key, item]) => [key, withoutNull(item)]));
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
  const env = { ...stays, ...fieldsIn(fields['env']), ...secrets(wanted.envFrom, values) };
  return { ...(owned ? {} : definition), ...fields, ...(Object.keys(env).length > 0 && { env }) };
}

export function difference(
  wanted: Wanted,
  { definition, owned }: Current,
  values: ValueResolver | undefined,
): readonly FieldDiff[] {
  const { env, ...fields } = fieldsOf(wanted.definition);
  const { env: presentEnv, ...present } = fieldsOf(definition);
  const currentEnv = fieldsIn(presentEnv);
  const secret = secrets(wanted.envFrom, values);
  const elsewhere = new Set(wanted.envFrom.map(({ name }) => name));
  const extraEnv = Object.entries(currentEnv).filter(([name]) => !elsewhere.has(name));
  return [
    ...differing('', fields, present),
    ...(owned ? removed('', fields, present) : []),
    ...differing('env.', fieldsIn(env), currentEnv),
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
    .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(current[key]))
    .map(([key, value]) => ({ field: `${prefix}${key}`, before: current[key], after: value }));
}

/** Of an app that we made, what the policy does not have does not stay. */
function removed(prefix: string, wanted: Fields, current: Fields): FieldDiff[] {
  return Object.keys(current)
    .filter((key) => !Object.hasOwn(wanted, key))
    .map((key) => ({ field: `${prefix}${key}`, before: '(removed)', after: undefined }));
}

/** Only what can be had. */
function secrets(envFrom: readonly EnvFrom[], values: ValueResolver | undefined): Fields {
  const found: Record<string, string> = {};
  for (const { name, from } of values === undefined ? [] : envFrom) {
    try {
      found[name] = values?.resolve(from) ?? '';
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error;
    }
  }
  return found;
}

function fieldsIn(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
