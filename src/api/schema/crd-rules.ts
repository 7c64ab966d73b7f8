// api: rules between fields, in the words in which Kubernetes checks them itself (CEL, since 1.25; older servers drop them).
// A subset of rules/: what a person gets wrong first, so that `kubectl apply` says it at once instead of a condition later.

import type { JsonSchema } from './json-schema.ts';

/** One of `x-kubernetes-validations`. */
export interface CelRule {
  /** True where the object is right. Below a list nothing has a default here: every optional field needs `has`. */
  readonly rule: string;
  readonly message: string;
}

/** By path below the root, `[]` for the elements of a list. */
export const POLICY_RULES: Readonly<Record<string, readonly CelRule[]>> = {
  spec: [
    { rule: 'has(self.capacity) != has(self.pool)', message: 'give exactly one of capacity and pool' },
    {
      rule: "duration(self.interval) >= duration('100ms') && duration(self.interval) <= duration('1h')",
      message: 'interval must lie between 100ms and 1h',
    },
  ],
  'spec.apps[]': [
    {
      rule: '(has(self.instances) && has(self.instances.fixed)) || has(self.priority)',
      message: 'needs priority (1 is highest), or instances.fixed to be left to people',
    },
    {
      rule: '(has(self.instances) && has(self.instances.fixed)) || has(self.targets) || has(self.remainder)',
      message: 'needs targets, or remainder to take what others leave',
    },
    {
      rule: '!(has(self.targets) && has(self.remainder))',
      message: 'has targets and remainder, which exclude each other: remove one of them',
    },
    {
      rule: '!(has(self.instances) && has(self.instances.fixed)) || !(has(self.priority) || has(self.targets) || has(self.remainder) || has(self.schedules) || has(self.instances.min) || has(self.instances.max))',
      message:
        'is fixed, which excludes priority, targets, remainder, schedules, instances.min and instances.max',
    },
    {
      rule: '(has(self.instances) && has(self.instances.fixed)) || !has(self.pageControl)',
      message: 'pageControl goes with instances.fixed only',
    },
    {
      rule: '!(has(self.envFrom) && size(self.envFrom) > 0) || has(self.app)',
      message: 'has envFrom but no app: variables go with a definition',
    },
  ],
  'spec.apps[].instances': [
    { rule: '!has(self.min) || !has(self.max) || self.min <= self.max', message: 'min is greater than max' },
  ],
  'spec.apps[].targets[]': [
    {
      rule: '!has(self.algorithm) || !has(self.algorithm.type) || self.algorithm.type == "Fluid" || has(self.queueLength)',
      message: 'Queue and SimpleQueue work towards a queueLength',
    },
  ],
  'spec.apps[].behavior.onMetricFailure': [
    {
      rule: "!has(self.action) || self.action != 'Fixed' || has(self.instances)",
      message: 'needs instances: action Fixed goes to that count',
    },
  ],
};

export const INTERVENTION_RULES: Readonly<Record<string, readonly CelRule[]>> = {
  spec: [
    {
      rule: "(self.type == 'Pause') != has(self.app)",
      message: 'app goes with Override, PutBack and Keep, which need it',
    },
    {
      rule: "(self.type == 'Override') == has(self.instances)",
      message: 'instances goes with Override, which needs it',
    },
    {
      rule: '!has(self.for) || !has(self.until)',
      message: 'for and until exclude each other: keep one of them',
    },
    {
      rule: "self.type == 'PutBack' || has(self.for) || has(self.until)",
      message: 'needs for or until: it ends by itself',
    },
    {
      rule: "!has(self.for) || duration(self.for) <= duration(self.type == 'Pause' ? '8784h' : '24h')",
      message: 'for is at most 24h, and 8784h for a Pause',
    },
    {
      rule: 'self.policyRef == oldSelf.policyRef && self.type == oldSelf.type && has(self.app) == has(oldSelf.app) && (!has(self.app) || self.app == oldSelf.app)',
      message: 'policyRef, type and app cannot be changed: make another intervention',
    },
  ],
};

/** In words: what Kubernetes says by itself of a `not` names no field. */
function notBoth(fields: readonly string[]): CelRule {
  return {
    rule: `!(${fields.map((field) => `has(self.${field})`).join(' && ')})`,
    message: `${fields.join(' and ')} exclude each other: keep one of them`,
  };
}

type KubernetesSchema = Readonly<Record<string, unknown>>;

/**
 * A schema as a CustomResourceDefinition takes it, with `rules`. A whole number is compared with a minimum between 0
 * and 1 as if that were 0 (kube-apiserver 1.33), so such a minimum becomes an exclusive one.
 *
 * Below a list no default is declared, only told: clients own a list element or an atomic list as they wrote it, so
 * what a server adds there is a conflict between two field managers, and a change in every `kubectl apply`. The
 * operator fills these in when it reads the object.
 */
export function withKubernetesRules(
  schema: JsonSchema,
  rules: Readonly<Record<string, readonly CelRule[]>>,
  path = '',
): KubernetesSchema {
  const { allOf = [], ...plain } = schema;
  const { properties, items, minimum } = plain;
  const own = [...(rules[path] ?? []), ...allOf.map(({ not }) => notBoth(not.required))];
  const shown = path.includes('[]') ? withToldDefault(plain) : plain;
  const fractional = minimum !== undefined && minimum > 0 && minimum < 1;
  const below = (name: string): string => (path === '' ? name : `${path}.${name}`);
  return {
    ...shown,
    ...(fractional && { minimum: 0, exclusiveMinimum: true }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, field]) => [
          name,
          withKubernetesRules(field, rules, below(name)),
        ]),
      ),
    }),
    ...(items && { items: withKubernetesRules(items, rules, `${path}[]`) }),
    ...(own.length > 0 && { 'x-kubernetes-validations': own }),
  };
}

/** `kubectl explain` still says what a field is without being given. */
function withToldDefault({ default: preset, ...schema }: JsonSchema): JsonSchema {
  if (preset === undefined || (typeof preset === 'object' && preset !== null)) return schema;
  return { ...schema, description: `${schema.description} Default: ${String(preset)}.` };
}
