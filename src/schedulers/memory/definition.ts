// schedulers/memory: definitions compared and merged, field by field, env key by key.

import type { EnvFrom, MarathonAppDefinition } from '../../api/policy.ts';
import type { ValueResolver } from '../../api/values.ts';
import type { FieldDiff } from '../../core/change.ts';
import { TerminalError } from '../../runtime/errors.ts';

export interface Wanted {
  readonly definition: MarathonAppDefinition;
  readonly envFrom: readonly EnvFrom[];
}

type Fields = Readonly<Record<string, unknown>>;

/** The count and the name are not part of a definition. */
function fieldsOf(definition: MarathonAppDefinition): Fields {
  const { id: _id, instances: _instances, ...fields } = definition;
  return fields;
}

/** What is stored when `wanted` is written over `current`. */
export function merged(
  current: MarathonAppDefinition,
  wanted: Wanted,
  values: ValueResolver | undefined,
): MarathonAppDefinition {
  const fields = fieldsOf(wanted.definition);
  const env = { ...fieldsIn(fields['env'] ?? current['env']), ...secrets(wanted.envFrom, values) };
  return { ...current, ...fields, ...(Object.keys(env).length > 0 && { env }) };
}

export function difference(
  wanted: Wanted,
  current: MarathonAppDefinition,
  values: ValueResolver | undefined,
): readonly FieldDiff[] {
  const { env, ...fields } = fieldsOf(wanted.definition);
  const currentEnv = fieldsIn(current['env']);
  const secret = secrets(wanted.envFrom, values);
  return [
    ...differing('', fields, current),
    ...differing('env.', fieldsIn(env), currentEnv),
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
