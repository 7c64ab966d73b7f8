// Mistakes that the schema finds, each with all that should be said about it: line, place, words.

import { describe, expect, it } from 'vitest';
import {
  aPolicyWithApp,
  aPolicyWithApps,
  aPolicyWithQueue,
  aPolicyWithSpec,
  aPolicyWithTarget,
  problemsOf,
  type Row,
} from '../documents.ts';

const APPS = 'apps: [{ name: a, priority: 1, remainder: {} }]';

const structure: readonly Row[] = [
  [
    'unknown field with a likely meaning',
    aPolicyWithApps('- name: a\n  prioritty: 1\n  remainder: {}'),
    'error 8 /spec/apps/0/prioritty: spec.apps[0].prioritty is not a field; did you mean priority?',
  ],
  [
    'unknown field without one',
    aPolicyWithSpec(`capacity: { slots: 10 }\nzebra: 1\n${APPS}`),
    'error 6 /spec/zebra: spec.zebra is not a field; here there are mode, interval, marathon, capacity, pool, onDelete, drift and apps',
  ],
  [
    'field beside spec',
    `${aPolicyWithSpec(`capacity: { slots: 10 }\n${APPS}`)}\nappps: []`,
    'error 7 /appps: appps is not a field; here there are apiVersion, kind, metadata, spec and status',
  ],
  [
    'unknown metric source',
    aPolicyWithTarget('queueLength: 5\nmetric: { azureStorageQeue: {} }'),
    'error 11 /spec/apps/0/targets/0/metric/azureStorageQeue: spec.apps[0].targets[0].metric.azureStorageQeue is not a metric source; did you mean azureStorageQueue?',
  ],
  [
    'number in quotes',
    aPolicyWithApp('instances: { max: "10" }'),
    'error 11 /spec/apps/0/instances/max: spec.apps[0].instances.max must be a whole number, but is text: remove the quotes',
  ],
  [
    'fraction of an instance',
    aPolicyWithApp('instances: { max: 1.5 }'),
    'error 11 /spec/apps/0/instances/max: spec.apps[0].instances.max must be a whole number, but is the number 1.5',
  ],
  [
    'negative count',
    aPolicyWithApp('instances:\n  min: -1'),
    'error 12 /spec/apps/0/instances/min: spec.apps[0].instances.min must be at least 0, but is -1',
  ],
  [
    'count beyond reason',
    aPolicyWithApp('instances: { max: 99999999999 }'),
    'error 11 /spec/apps/0/instances/max: spec.apps[0].instances.max must be at most 1000000, but is 99999999999',
  ],
  [
    'empty value, which is no default',
    aPolicyWithApp('instances:\n  max:\nadopt: true'),
    'error 12 /spec/apps/0/instances/max: spec.apps[0].instances.max must be a whole number, but is empty',
  ],
  [
    'text for a mapping',
    aPolicyWithSpec(`capacity: ten\n${APPS}`),
    'error 5 /spec/capacity: spec.capacity must be a mapping, but is text',
  ],
  [
    'mapping for a list',
    aPolicyWithSpec('capacity: { slots: 1 }\napps: { a: 1 }'),
    'error 6 /spec/apps: spec.apps must be a list, but is a mapping',
  ],
  [
    'yes for true',
    aPolicyWithApp('adopt: yes'),
    'error 11 /spec/apps/0/adopt: spec.apps[0].adopt must be true or false, but is text',
    "warning 11 /spec/apps/0/adopt: yes is the text 'yes' here (YAML 1.2) and true in YAML 1.1, which kubectl reads: write 'yes' with quotes, or the value that is meant",
  ],
  [
    "KEDA's and the HorizontalPodAutoscaler's names",
    aPolicyWithSpec(
      `pollingInterval: 30\ntriggers: []\ncapacity: { slots: 1 }\napps:\n  - { name: a, priority: 1, remainder: {}, minReplicas: 1, maxReplicas: 3, scaleTargetRef: { name: x } }`,
    ),
    'error 5 /spec/pollingInterval: spec.pollingInterval is not a field; it is spec.interval here, a duration such as 500ms',
    "error 6 /spec/triggers: spec.triggers is not a field; KEDA's triggers are spec.apps[].targets here",
    'error 9 /spec/apps/0/minReplicas: spec.apps[0].minReplicas is not a field; it is spec.apps[].instances.min here',
    'error 9 /spec/apps/0/maxReplicas: spec.apps[0].maxReplicas is not a field; it is spec.apps[].instances.max here',
    'error 9 /spec/apps/0/scaleTargetRef: spec.apps[0].scaleTargetRef is not a field; what is scaled is an app here: spec.apps[].id, or its definition under spec.apps[].app',
  ],
  [
    "KEDA's formula over its metrics",
    aPolicyWithSpec(
      `capacity: { slots: 1 }\napps:\n  - { name: a, priority: 1, remainder: {}, scalingModifiers: { formula: a + b } }`,
    ),
    'error 7 /spec/apps/0/scalingModifiers: spec.apps[0].scalingModifiers is not a field; it is spec.apps[].formula here, an expression over the names of targets: each is the count of instances that its target wants',
  ],
  [
    'duration without unit',
    aPolicyWithSpec(`interval: 500\ncapacity: { slots: 1 }\n${APPS}`),
    'error 5 /spec/interval: spec.interval must be a duration above zero such as 500ms, 10s, 5m or 1h, but is the number 500: 500s for seconds, 500ms for milliseconds',
  ],
  [
    'duration of another kind',
    aPolicyWithApp('behavior: { giveBackAfter: 1d }'),
    'error 11 /spec/apps/0/behavior/giveBackAfter: spec.apps[0].behavior.giveBackAfter must be a duration such as 500ms, 10s, 5m or 1h',
  ],
  [
    'duration of nothing where nothing makes no sense',
    aPolicyWithTarget('drainTime: 0s\nmetric: { random: { max: 1 } }'),
    'error 10 /spec/apps/0/targets/0/drainTime: spec.apps[0].targets[0].drainTime must be a duration above zero such as 500ms, 10s, 5m or 1h',
  ],
  [
    'word of a list, misspelt',
    aPolicyWithSpec(`mode: reconcil\ncapacity: { slots: 1 }\n${APPS}`),
    "error 5 /spec/mode: spec.mode must be Reconcile, Observe or Paused, but is 'reconcil'; did you mean Reconcile?",
  ],
  [
    'no apps',
    aPolicyWithSpec('capacity: { slots: 1 }\napps: []'),
    'error 6 /spec/apps: spec.apps must not be empty',
  ],
  [
    'app without a name',
    aPolicyWithApps('- priority: 1\n  remainder: {}'),
    'error 7 /spec/apps/0: spec.apps[0] needs name (Its name in this policy)',
  ],
  [
    'neither capacity nor pool',
    aPolicyWithSpec(APPS),
    'error 4 /spec: spec needs exactly one of capacity and pool, but has none of them',
  ],
  [
    'capacity and pool',
    aPolicyWithSpec(`capacity: { slots: 1 }\npool: shared\n${APPS}`),
    'error 4 /spec: spec needs exactly one of capacity and pool, but has capacity and pool',
  ],
  [
    'two budgets',
    aPolicyWithSpec(`capacity: { slots: 1, resources: { cpus: 1 } }\n${APPS}`),
    'error 5 /spec/capacity: spec.capacity needs exactly one of slots, resources and cluster, but has slots and resources',
  ],
  [
    'budget of nothing',
    aPolicyWithSpec(`capacity: { resources: {} }\n${APPS}`),
    'error 5 /spec/capacity/resources: spec.capacity.resources is empty: give cpus, mem, disk or gpus',
  ],
  [
    'two wishes in one target',
    aPolicyWithTarget('queueLength: 5\ndrainTime: 5s\nmetric: { random: { max: 9 } }'),
    'error 10 /spec/apps/0/targets/0: spec.apps[0].targets[0] needs exactly one of queueLength, drainTime, messageAge and perInstance, but has queueLength and drainTime',
  ],
  [
    'secret in the policy',
    aPolicyWithQueue('accountKey: { value: c2VjcmV0 }'),
    'error 14 /spec/apps/0/targets/0/metric/azureStorageQueue/accountKey/value: spec.apps[0].targets[0].metric.azureStorageQueue.accountKey.value: a secret may not stand in a policy: refer to it with fromEnv, fromFile or fromSecret',
  ],
  [
    'id with a capital letter',
    aPolicyWithApp('id: /shop/Orders'),
    'error 11 /spec/apps/0/id: spec.apps[0].id must be an absolute Marathon id such as /shop/consumer: lower-case letters, digits, hyphens and dots',
  ],
  [
    'relative id',
    aPolicyWithApp('id: ../orders'),
    'error 11 /spec/apps/0/id: spec.apps[0].id must be an absolute Marathon id such as /shop/consumer: lower-case letters, digits, hyphens and dots',
  ],
  [
    'name with an underscore',
    aPolicyWithApps('- { name: a_b, priority: 1, remainder: {} }'),
    'error 7 /spec/apps/0/name: spec.apps[0].name must be lower-case letters, digits and hyphens, with a letter or digit at both ends',
  ],
];

describe('refused by the schema', () => {
  it.each(structure)('%s', (_name, text, ...problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });
});

describe('several mistakes', () => {
  it('reports the mistakes of schema and rules together, in the order of the lines', () => {
    const text = aPolicyWithSpec(
      'mode: Obsrve\ncapacity: { slots: 1 }\napps:\n' +
        '  - { name: a, priority: one, remainder: {}, instances: { min: 3, max: 2 } }\n' +
        '  - { name: a, priority: 2, remaindr: {} }',
    );
    expect(problemsOf(text).map((problem) => problem.split(':')[0])).toEqual([
      'error 5 /spec/mode',
      'error 6 /spec/capacity/slots',
      'error 8 /spec/apps/0/priority',
      'error 8 /spec/apps/0/instances',
      'error 9 /spec/apps/1/remaindr',
      'error 9 /spec/apps/1/name',
    ]);
  });

  it('does not call missing what it has refused', () => {
    const text = aPolicyWithApps('- { name: a, priority: first, targets: none }');
    expect(problemsOf(text)).toEqual([
      'error 7 /spec/apps/0/priority: spec.apps[0].priority must be a whole number, but is text',
      'error 7 /spec/apps/0/targets: spec.apps[0].targets must be a list, but is text',
    ]);
  });

  it('shows twenty of a document and counts the rest', () => {
    const fields = Array.from({ length: 70 }, (_, i) => `x${i}: 1`).join('\n');
    const problems = problemsOf(aPolicyWithSpec(`capacity: { slots: 1 }\n${APPS}\n${fields}`));
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toContain('and 50 more problems');
  });
});

describe('a share of time', () => {
  const problems = (share: string) =>
    problemsOf(
      aPolicyWithTarget(
        `queueLength: 5\nmetric: { random: { max: 9 } }\nobjective: { withinTarget: "${share}", per: 24h }`,
      ),
    );

  it.each(['99%', '99.5%', '99.50%', '99.90%', '0.5%', '0.010%', '90.0%'])('is %s', (share) => {
    expect(problems(share)).toEqual([]);
  });

  it.each(['0%', '00%', '0.0%', '0.00%', '100%', '100.0%', '100.10%', '99', '99.%', '-1%'])(
    'is not %s',
    (share) => {
      expect(problems(share)).toHaveLength(1);
    },
  );
});
