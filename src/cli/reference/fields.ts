// cli: the reference page of the resource's fields, out of its schema.

import { DURATION_PATTERN, POSITIVE_DURATION_PATTERN } from '../../api/duration.ts';
import { choices, isObject, type JsonSchema } from '../../api/schema/json-schema.ts';
import { code, heading, table } from './markdown.ts';

interface Row {
  readonly path: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** One kind: what it is, then its fields from the top down. */
export function fieldsOf(kind: string, schema: JsonSchema): string {
  const shown = ['spec', 'status'].flatMap((name) => {
    const part = schema.properties?.[name];
    return part === undefined ? [] : [heading(3, code(name)), part.description, fieldTable(name, part)];
  });
  return [heading(2, kind), schema.description, ...shown].join('\n\n');
}

/** The shapes that many fields share. */
export const SHARED_SHAPES = [
  heading(2, 'Durations'),
  'A whole number and a unit: `500ms`, `10s`, `5m`, `1h`.',
  heading(2, 'Value sources'),
  [
    'An object with exactly one key. A plain value `x` stands by itself or comes from `xFrom`, never both; a secret has the reference only.',
    table(
      ['key', 'meaning'],
      [
        [code('fromEnv'), "The operator's environment variable of this name."],
        [code('fromFile'), "The content of this file, as the operator's machine has it."],
        [
          `${code('fromSecret')} ${code('{ name, key }')}`,
          "A key of a Kubernetes Secret in the policy's own namespace; only for policies from Kubernetes.",
        ],
      ],
    ),
  ].join('\n\n'),
].join('\n\n');

function fieldTable(path: string, schema: JsonSchema): string {
  const rows = rowsBelow(path, schema).map(({ path: at, schema: field, required }) => [
    code(at),
    typeOf(at, field),
    required ? 'required' : defaultOf(field),
    `${field.description}${boundsOf(field)}`,
  ]);
  return table(['field', 'shape', 'default', 'meaning'], rows);
}

function rowsBelow(path: string, schema: JsonSchema): readonly Row[] {
  if (schema.items !== undefined) return rowsBelow(`${path}[]`, schema.items);
  if (isReference(schema)) return [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]): readonly Row[] => {
    const at = `${path}.${name}`;
    const required = schema.required?.includes(name) === true;
    return [{ path: at, schema: field, required }, ...rowsBelow(at, field)];
  });
}

/** A value source: explained once, at the end of the page. */
function isReference({ properties }: JsonSchema): boolean {
  return properties?.['fromEnv'] !== undefined;
}

const DURATIONS: ReadonlySet<string | undefined> = new Set([DURATION_PATTERN, POSITIVE_DURATION_PATTERN]);

function typeOf(path: string, field: JsonSchema): string {
  if (isReference(field))
    return path.endsWith('From') ? '[value source](#value-sources)' : '[secret reference](#value-sources)';
  if (DURATIONS.has(field.pattern)) return 'duration';
  if (field.enum !== undefined) return field.enum.map(code).join(', ');
  if (field.type === 'array') return `list of ${field.items?.type ?? 'anything'}`;
  if (field.additionalProperties) return `map of ${field.additionalProperties.type}`;
  if (field['x-kubernetes-preserve-unknown-fields']) return 'object, any fields';
  const groups = choices(field).map((group) => `one of ${group.map(code).join(', ')}`);
  return groups.length > 0 ? `object, ${groups.join(' and ')}` : field.type;
}

function defaultOf({ default: preset }: JsonSchema): string {
  if (preset === undefined) return '';
  return isObject(preset) && Object.keys(preset).length === 0 ? '' : code(JSON.stringify(preset));
}

function boundsOf({ minimum, maximum, minItems, maxItems, pattern }: JsonSchema): string {
  const bounds = [
    ...(minimum === undefined || minimum === 0 ? [] : [`at least ${minimum}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
    ...(minItems === undefined ? [] : [`at least ${minItems} of them`]),
    ...(maxItems === undefined ? [] : [`at most ${maxItems} of them`]),
    ...(pattern === undefined || DURATIONS.has(pattern) ? [] : [`pattern ${code(pattern)}`]),
  ];
  return bounds.length === 0 ? '' : ` (${bounds.join('; ')})`;
}
