// api: the part of JSON Schema that Kubernetes calls structural, and what is derived from a schema in it.

/**
 * Required on every node: `type` and `description`. A union has `oneOf` of nothing but `required`, a pair of fields
 * that exclude each other stands in `allOf`.
 */
export interface JsonSchema {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly { readonly required: readonly string[] }[];
  readonly allOf?: readonly { readonly not: { readonly required: readonly string[] } }[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  /** Of a map: never beside `properties`. */
  readonly additionalProperties?: JsonSchema | false;
  readonly 'x-kubernetes-preserve-unknown-fields'?: true;
  readonly 'x-kubernetes-list-type'?: 'map' | 'atomic' | 'set';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `oneOf` for a group of fields of which exactly one is given. */
export function exactlyOne(
  ...fields: readonly string[]
): readonly { readonly required: readonly string[] }[] {
  return fields.map((field) => ({ required: [field] }));
}

/** `oneOf` for two groups of fields: exactly one field of each is given. */
export function exactlyOneOfEach(
  first: readonly string[],
  second: readonly string[],
): readonly { readonly required: readonly string[] }[] {
  return first.flatMap((one) => second.map((other) => ({ required: [one, other] })));
}

/** The groups of fields that `oneOf` stands for: exactly one field of each is given. */
export function choices(schema: Partial<JsonSchema> | undefined): readonly (readonly string[])[] {
  const branches = (schema?.oneOf ?? []).map(({ required }) => required);
  return (branches[0] ?? []).map((_, group) => [
    ...new Set(branches.flatMap((fields) => fields.slice(group, group + 1))),
  ]);
}

/** `allOf` for two fields of which at most one is given. */
export function atMostOne(
  ...pairs: readonly (readonly [string, string])[]
): readonly { readonly not: { readonly required: readonly string[] } }[] {
  return pairs.map((required) => ({ not: { required } }));
}

/**
 * The same schema with unknown fields refused. Kubernetes prunes them instead and takes no
 * `additionalProperties: false` beside `properties`, hence the copy.
 */
export function strictCopy(schema: JsonSchema): JsonSchema {
  const closed = schema.properties !== undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true;
  return {
    ...schema,
    ...(schema.properties && { properties: mapValues(schema.properties, strictCopy) }),
    ...(schema.items && { items: strictCopy(schema.items) }),
    ...(schema.additionalProperties && { additionalProperties: strictCopy(schema.additionalProperties) }),
    ...(closed && { additionalProperties: false }),
  };
}

/** The schema of what `pointer` names; positions of lists are numbers. */
export function schemaAt(schema: JsonSchema, pointer: string): JsonSchema | undefined {
  let node: JsonSchema | undefined = schema;
  for (const segment of pointer.split('/').slice(1))
    node = /^\d+$/.test(segment) ? node?.items : node?.properties?.[segment];
  return node;
}

export function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  change: (value: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
