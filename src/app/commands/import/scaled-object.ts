// app: one ScaledObject as an app of a policy.

import { defined } from '../../../lang/defined.ts';
import { type Authentications, parametersOf } from './authentication.ts';
import type { Fields } from './fields.ts';
import { TRIGGERS } from './triggers/table.ts';
import type { Imported } from './triggers/trigger.ts';

/** Its name is given where all apps of the policy are known. */
export interface ScaledApp {
  readonly priority: number;
  readonly instances: { readonly min: number; readonly max: number };
  readonly targets?: readonly object[];
  readonly schedules?: readonly object[];
  readonly behavior?: object;
  readonly kubernetes: Workload;
}

interface Workload {
  readonly scaleTargetRef: { readonly apiVersion: string; readonly kind: string; readonly name: string };
  readonly namespace?: string;
}

/** KEDA's own defaults. */
const DEFAULTS = { min: 0, max: 100, pollingS: 30 };

export function appOf(
  object: Fields,
  {
    key,
    priority,
    authentications,
  }: { readonly key: string; readonly priority: number; readonly authentications: Authentications },
): ScaledApp {
  const spec = object.at('spec');
  const kubernetes = scaledBy(object, spec.at('scaleTargetRef'), key);
  const min = spec.number('minReplicaCount') ?? DEFAULTS.min;
  const max = spec.number('maxReplicaCount') ?? DEFAULTS.max;
  spec.explain('idleReplicaCount', 'has no counterpart: min holds also while nothing waits');
  const pollingS = spec.number('pollingInterval') ?? DEFAULTS.pollingS;
  if (spec.has('pollingInterval'))
    spec.note(
      'pollingInterval',
      `is not taken over: all metrics of a policy are read every 500 ms, unless its spec.interval says otherwise; to read no more often than KEDA did, write spec.interval: ${pollingS}s, and behavior.onMetricFailure.staleAfter: ${2 * pollingS}s or more`,
    );
  spec.explain(
    'cooldownPeriod',
    'is not taken over: behavior.giveBackAfter (10 s) is how long a lower need must last',
  );
  spec.explain(
    'initialCooldownPeriod',
    'has no counterpart: counts are kept until the metrics have been read',
  );
  const imported = spec.list('triggers').map((trigger) => triggerOf(trigger, { key, min, authentications }));
  const targets = imported.flatMap((each) => (each.kind === 'target' ? [targetOf(each)] : []));
  if (targets.length === 0)
    spec.note(
      'triggers',
      'none of them is a target here: give the app targets, or `remainder: {}` to take what others leave',
    );
  const schedules = imported.flatMap((each) => (each.kind === 'schedule' ? [each.schedule] : []));
  const behavior = { ...behaviorOf(spec.at('advanced')), ...failureOf(spec, pollingS) };
  return {
    priority,
    instances: { min, max },
    ...(schedules.length > 0 && { schedules }),
    ...(targets.length > 0 && { targets }),
    ...(Object.keys(behavior).length > 0 && { behavior }),
    kubernetes,
  };
}

/** What is there already stays where it is, and only its count changes hands. */
function scaledBy(object: Fields, target: Fields, key: string): Workload {
  // The first version of KEDA called it so.
  const name = target.text('name') ?? target.text('deploymentName') ?? key.slice(key.indexOf('/') + 1);
  const apiVersion = target.text('apiVersion') ?? 'apps/v1';
  const kind = target.text('kind') ?? 'Deployment';
  target.explain('envSourceContainerName', 'is not looked at: variables are those of the operator');
  // Without one it is the policy's own, which has none either.
  const namespace = object.at('metadata').text('namespace');
  return { scaleTargetRef: { apiVersion, kind, name }, ...defined({ namespace }) };
}

function triggerOf(
  trigger: Fields,
  {
    key,
    min,
    authentications,
  }: { readonly key: string; readonly min: number; readonly authentications: Authentications },
): Imported & { readonly activateAt?: number } {
  const type = trigger.text('type') ?? '';
  trigger.explain('name', 'is not needed');
  trigger.explain('useCachedMetrics', 'is not needed');
  if (trigger.text('metricType') === 'Value')
    trigger.note(
      'metricType',
      'Value compares the sum with the threshold; here each instance is to have its share of it',
    );
  const reference = trigger.at('authenticationRef');
  const [name, kind] = [reference.text('name'), reference.text('kind') ?? 'TriggerAuthentication'];
  const at = kind === 'TriggerAuthentication' ? `${key.slice(0, key.indexOf('/'))}/${name}` : (name ?? '');
  const authentication = name === undefined ? undefined : authentications.get(at);
  if (name !== undefined && authentication === undefined)
    reference.note('name', `${kind} ${name} is not among the files: give its values by reference`);
  const metadata = trigger.at('metadata');
  // Where earlier versions had it.
  metadata.take('metricType');
  const activateAt = type.startsWith('external') ? undefined : activationOf(metadata, min);
  const [namespace = '', ...rest] = key.split('/');
  const parameters = parametersOf(metadata, authentication);
  const scaledObject = { name: rest.join('/'), namespace };
  const imported = TRIGGERS[type]?.({ metadata, parameters, scaledObject }) ?? {
    kind: 'none',
    why: `there is no source for a trigger of type ${type}`,
  };
  if (imported.kind === 'none') {
    metadata.takeAll();
    trigger.note('type', `${imported.why}: the trigger is left out`);
  }
  return { ...imported, ...defined({ activateAt }) };
}

function targetOf({
  perInstance,
  activateAt,
  metric,
}: Extract<Imported, { kind: 'target' }> & { readonly activateAt?: number }): object {
  return { perInstance, ...defined({ activateAt }), metric };
}

/** `activationQueueLength` and its like: a trigger is active above it, which is `activateAt` here. */
function activationOf(metadata: Fields, min: number): number | undefined {
  const [name] = metadata.rest().filter((each) => /^activation[A-Z]/.test(each));
  const above = name === undefined ? undefined : metadata.number(name);
  if (name === undefined || above === undefined || above === 0) return undefined;
  if (min === 0 && above > 0) return Math.floor(above);
  metadata.note(
    name,
    min === 0
      ? 'is not taken over: below zero the trigger is active also while nothing waits; give instances.min 1 for an instance that is always there'
      : 'is not needed: it says when the first instance comes, and there always is one',
  );
  return undefined;
}

function behaviorOf(advanced: Fields): object {
  advanced.explain('restoreToOriginalReplicaCount', 'has no counterpart: nothing is scaled on the way out');
  advanced.explain(
    'scalingModifiers',
    'is not taken over: give targets names and the app a formula, which works on the counts that they want, not on their metrics',
  );
  const hpa = advanced.at('horizontalPodAutoscalerConfig');
  hpa.explain('name', 'is not needed');
  const behavior = hpa.at('behavior');
  const up = rulesOf(behavior, 'scaleUp');
  const down = rulesOf(behavior, 'scaleDown');
  return { ...(up && { scaleUp: up }), ...(down && { scaleDown: down }) };
}

/** The HorizontalPodAutoscaler's words are ours, but for what is counted. */
function rulesOf(behavior: Fields, direction: 'scaleUp' | 'scaleDown'): object | undefined {
  if (!behavior.has(direction)) return undefined;
  const rules = behavior.at(direction);
  const window = rules.number('stabilizationWindowSeconds');
  const select = rules.text('selectPolicy');
  const tolerance = rules.number('tolerance');
  const policies = rules.list('policies').map((policy) => ({
    type: policy.text('type') === 'Percent' ? 'Percent' : 'Instances',
    value: policy.number('value') ?? 1,
    periodSeconds: policy.number('periodSeconds') ?? 15,
  }));
  return {
    ...(window !== undefined && { stabilizationWindowSeconds: window }),
    ...(policies.length > 0 && { policies }),
    ...(select !== undefined && { selectPolicy: select }),
    ...(tolerance !== undefined && { tolerance }),
  };
}

/** So many failed polls, then a fixed count. */
function failureOf(spec: Fields, pollingS: number): object {
  if (!spec.has('fallback')) return {};
  const fallback = spec.at('fallback');
  const [threshold, instances] = [fallback.number('failureThreshold'), fallback.number('replicas')];
  fallback.explain('behavior', 'is not taken over: the count is fixed once `after` has passed');
  if (threshold === undefined || instances === undefined) return {};
  return { onMetricFailure: { action: 'Fixed', after: `${Math.max(10, threshold * pollingS)}s`, instances } };
}
