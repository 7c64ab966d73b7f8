// Every row is a mistake that somebody makes, with all that should be said about it: line, place, words.

import { describe, expect, it } from 'vitest';
import {
  aPolicyWithApp,
  aPolicyWithApps,
  aPolicyWithSpec,
  aPolicyWithTarget,
  problemsOf,
} from './documents.ts';

type Row = readonly [name: string, text: string, ...problems: readonly string[]];

const APPS = 'apps: [{ name: a, priority: 1, remainder: {} }]';
const queue = (fields: string): string =>
  aPolicyWithTarget(
    `queueLength: 5\nmetric:\n  azureStorageQueue:\n    queueName: { value: orders }\n    ${fields}`,
  );
const withDefinition = (definition: string): string => aPolicyWithApp(`app: ${definition}`);

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
  ],
  [
    'duration without unit',
    aPolicyWithSpec(`interval: 500\ncapacity: { slots: 1 }\n${APPS}`),
    'error 5 /spec/interval: spec.interval must be text, but is the number 500',
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
    queue('accountKey: { value: c2VjcmV0 }'),
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

const rules: readonly Row[] = [
  [
    'min above max',
    aPolicyWithApp('instances: { min: 9, max: 3 }'),
    'error 11 /spec/apps/0/instances: spec.apps[0].instances: min 9 is greater than max 3',
  ],
  [
    'fixed and bounds',
    aPolicyWithApps('- name: a\n  instances:\n    fixed: 3\n    max: 5'),
    'error 10 /spec/apps/0/instances/max: spec.apps[0] is fixed, which excludes instances.max: remove one of them',
  ],
  [
    'fixed and scaled',
    aPolicyWithApp('instances: { fixed: 3 }'),
    'error 8 /spec/apps/0/priority: spec.apps[0] is fixed, which excludes priority: remove one of them',
    'error 9 /spec/apps/0/targets: spec.apps[0] is fixed, which excludes targets: remove one of them',
  ],
  [
    'fixed with behavior',
    aPolicyWithApps('- name: a\n  instances: { fixed: 3 }\n  behavior: {}\n  manualScale: {}'),
    'warning 9 /spec/apps/0/behavior: spec.apps[0] is fixed: behavior has no effect on it',
    'warning 10 /spec/apps/0/manualScale: spec.apps[0] is fixed: manualScale has no effect on it',
  ],
  [
    'neither targets nor remainder',
    aPolicyWithApps('- name: a\n  priority: 1'),
    'error 7 /spec/apps/0: spec.apps[0] needs targets, or remainder to take what others leave',
  ],
  [
    'targets and remainder',
    aPolicyWithApp('remainder: {}'),
    'error 11 /spec/apps/0/remainder: spec.apps[0] has targets and remainder, which exclude each other: remove one of them',
  ],
  [
    'page control of a scaled app',
    aPolicyWithApp('pageControl: { max: 3 }'),
    'error 11 /spec/apps/0/pageControl: spec.apps[0] is scaled by the operator: pageControl goes with instances.fixed only',
  ],
  [
    'page control upside down',
    aPolicyWithApps('- name: a\n  instances: { fixed: 3 }\n  pageControl: { min: 5, max: 4 }'),
    'warning 9 /spec/apps/0/pageControl: spec.apps[0] starts with 3, outside of the 5 to 4 that the page allows',
    'error 9 /spec/apps/0/pageControl: spec.apps[0].pageControl: min 5 is greater than max 4',
  ],
  [
    'page control that leaves out the start',
    aPolicyWithApps('- name: a\n  instances: { fixed: 3 }\n  pageControl: { min: 4, max: 5 }'),
    'warning 9 /spec/apps/0/pageControl: spec.apps[0] starts with 3, outside of the 4 to 5 that the page allows',
  ],
  [
    'one name twice',
    aPolicyWithApps('- { name: a, priority: 1, remainder: {} }\n- { name: a, priority: 1, remainder: {} }'),
    'error 8 /spec/apps/1/name: the name a is taken by spec.apps[0] already',
  ],
  [
    'one id twice, once by default',
    aPolicyWithApps(
      '- { name: a, priority: 1, remainder: {} }\n- name: b\n  id: /shop/a\n  priority: 1\n  remainder: {}',
    ),
    'error 9 /spec/apps/1/id: the id /shop/a is taken by spec.apps[0] already',
  ],
  [
    'app where a group must be',
    aPolicyWithApps(
      '- { name: a, id: /x/y/z, priority: 1, remainder: {} }\n- { name: b, id: /x, priority: 1, remainder: {} }',
    ),
    'error 7 /spec/apps/0/id: the id /x/y/z lies within /x, which is an app and no group',
  ],
  [
    "word that is Marathon's, by default",
    aPolicyWithApps('- { name: tasks, priority: 1, remainder: {} }'),
    'error 7 /spec/apps/0/name: the id /shop/tasks ends in tasks, which Marathon keeps for itself',
  ],
  [
    'interval too short',
    aPolicyWithSpec(`interval: 99ms\ncapacity: { slots: 1 }\n${APPS}`),
    'error 5 /spec/interval: spec.interval must lie between 100ms and 1h, but is 99ms',
  ],
  [
    'interval too long',
    aPolicyWithSpec(`interval: 61m\ncapacity: { slots: 1 }\n${APPS}`),
    'error 5 /spec/interval: spec.interval must lie between 100ms and 1h, but is 61m',
  ],
  [
    'minimums beyond the slots',
    aPolicyWithSpec(
      'capacity:\n  slots: 5\napps:\n  - { name: a, priority: 1, remainder: {}, instances: { min: 4 } }\n  - { name: b, priority: 1, remainder: {}, instances: { min: 2 } }\n  - { name: c, instances: { fixed: 9 } }',
    ),
    'error 6 /spec/capacity/slots: the minimums of the apps need 6 slots (a 4, b 2), but the capacity is 5: lower a min or raise the capacity',
  ],
  [
    'minimums beyond the resources, one of them by default',
    aPolicyWithSpec(
      'capacity:\n  resources: { cpus: 1, mem: 200 }\napps:\n  - { name: a, priority: 1, remainder: {}, instances: { min: 2 }, app: { cmd: sleep 9, cpus: 0.6 } }',
    ),
    'error 6 /spec/capacity/resources/cpus: the minimums of the apps need 1.2 cpus (a 1.2), but the capacity is 1: lower a min or raise the capacity',
    'error 6 /spec/capacity/resources/mem: the minimums of the apps need 256 mem (a 256), but the capacity is 200: lower a min or raise the capacity',
  ],
  [
    'metric failure without its count',
    aPolicyWithApp('behavior:\n  onMetricFailure: { action: Fixed }'),
    'error 12 /spec/apps/0/behavior/onMetricFailure: spec.apps[0].behavior.onMetricFailure needs instances: action Fixed goes to that count',
  ],
  [
    'metric failure with a count that is not read',
    aPolicyWithApp('behavior:\n  onMetricFailure: { instances: 3 }'),
    'warning 12 /spec/apps/0/behavior/onMetricFailure/instances: spec.apps[0].behavior.onMetricFailure.instances is read by action Fixed only, not by Hold, Min and Max',
  ],
  [
    'metric failure to a bound that is not there',
    aPolicyWithApp('behavior:\n  onMetricFailure: { action: Max }'),
    'error 12 /spec/apps/0/behavior/onMetricFailure/action: spec.apps[0].behavior.onMetricFailure: action Max needs instances.max',
  ],
  [
    'law that cannot serve the wish',
    aPolicyWithTarget('perInstance: 1\nmetric: { random: { max: 9 } }\nalgorithm: { type: SimpleQueue }'),
    'error 12 /spec/apps/0/targets/0/algorithm: spec.apps[0].targets[0].algorithm: SimpleQueue works towards a queueLength, not a perInstance',
  ],
  [
    'settings of another law',
    aPolicyWithTarget(
      'queueLength: 1\nmetric: { random: { max: 9 } }\nalgorithm: { type: Queue, fluid: {} }',
    ),
    'warning 12 /spec/apps/0/targets/0/algorithm/fluid: spec.apps[0].targets[0].algorithm.fluid is read by type Fluid only, but the type is Queue',
  ],
  [
    'age of what has none',
    aPolicyWithTarget('messageAge: 1m\nmetric: { random: { max: 9 } }'),
    'error 10 /spec/apps/0/targets/0/messageAge: spec.apps[0].targets[0].messageAge: metric random has no messages whose age could be known',
  ],
  [
    'random upside down',
    aPolicyWithTarget('perInstance: 1\nmetric:\n  random: { min: 9, max: 1 }'),
    'error 12 /spec/apps/0/targets/0/metric/random/min: min 9 is greater than max 1',
  ],
  [
    'two credentials',
    queue('accountKey: { fromEnv: A }\n    sasToken: { fromEnv: B }'),
    'error 15 /spec/apps/0/targets/0/metric/azureStorageQueue/sasToken: sasToken and accountKey exclude each other: keep one of them',
  ],
  [
    'connection string and account',
    queue('accountName: { value: x }\n    connectionString: { fromEnv: B }'),
    'error 14 /spec/apps/0/targets/0/metric/azureStorageQueue/accountName: accountName is part of the connectionString: remove one of them',
  ],
  [
    'queue name that Azure refuses',
    aPolicyWithTarget('queueLength: 5\nmetric: { azureStorageQueue: { queueName: { value: my--queue } } }'),
    'error 11 /spec/apps/0/targets/0/metric/azureStorageQueue/queueName/value: a queue name is 3 to 63 lower-case letters and digits with single hyphens between them',
  ],
  [
    'signature in the endpoint',
    queue('endpoint: { value: "https://x.example.com/?sig=c2VjcmV0" }'),
    'error 14 /spec/apps/0/targets/0/metric/azureStorageQueue/endpoint/value: has a query or a fragment: give only host, port and path',
  ],
  [
    'password in a URL',
    aPolicyWithSpec(`marathon:\n  urls:\n    - http://me:c2VjcmV0@m1:8080\ncapacity: { slots: 1 }\n${APPS}`),
    'error 7 /spec/marathon/urls/0: spec.marathon.urls[0] holds credentials: remove them from the URL and give them by reference',
  ],
];

const definitions: readonly Row[] = [
  [
    'fields that the policy owns',
    withDefinition('{ id: /x, instances: 3, cmd: sleep 9 }'),
    'warning 11 /spec/apps/0/app/id: spec.apps[0].app.id is ignored: the policy says id beside app, not within it',
    'warning 11 /spec/apps/0/app/instances: spec.apps[0].app.instances is ignored: the policy says instances beside app, not within it',
  ],
  [
    'fields that Marathon reports',
    withDefinition('\n  cmd: sleep 9\n  version: 2020-01-01T00:00:00.000Z\n  tasksRunning: 3'),
    "error 13 /spec/apps/0/app/version: spec.apps[0].app.version is Marathon's to report: remove it",
    "error 14 /spec/apps/0/app/tasksRunning: spec.apps[0].app.tasksRunning is Marathon's to report: remove it",
  ],
  [
    'command of one character',
    withDefinition('{ cmd: x }'),
    'error 11 /spec/apps/0/app/cmd: spec.apps[0].app.cmd must have at least 2 characters: Marathon refuses shorter ones',
  ],
  [
    'no command',
    withDefinition('{ cpus: 1 }'),
    'error 11 /spec/apps/0/app: spec.apps[0].app needs cmd or args, or a container with an image',
  ],
  [
    'two commands',
    withDefinition('{ cmd: sleep 9, args: [sleep] }'),
    'error 11 /spec/apps/0/app/args: spec.apps[0].app has cmd and args, which exclude each other: remove one',
  ],
  [
    'argument that is a number',
    withDefinition('{ args: [sleep, 9] }'),
    'error 11 /spec/apps/0/app/args: spec.apps[0].app.args must be a list of texts: quote its elements',
  ],
  [
    'variable that is a number',
    withDefinition('\n  cmd: sleep 9\n  env:\n    RATE: 5\n    TOKEN: { secret: t }'),
    'error 14 /spec/apps/0/app/env/RATE: spec.apps[0].app.env.RATE must be text: put it in quotes',
  ],
  [
    'label that is true',
    withDefinition('{ cmd: sleep 9, labels: { a: true } }'),
    'error 11 /spec/apps/0/app/labels/a: spec.apps[0].app.labels.a must be text: put it in quotes',
  ],
  [
    "label that is the operator's",
    withDefinition('{ cmd: sleep 9, labels: { microscaling.io/policy: x/y } }'),
    "error 11 /spec/apps/0/app/labels/microscaling.io~1policy: the label microscaling.io/policy is the operator's own: remove it",
  ],
  [
    'memory with a unit',
    withDefinition('{ cmd: sleep 9, mem: 64M }'),
    'error 11 /spec/apps/0/app/mem: spec.apps[0].app.mem must be a number of at least 0',
  ],
  [
    'number that JSON has not',
    withDefinition('{ cmd: sleep 9, backoffFactor: .inf }'),
    'error 11 /spec/apps/0/app/backoffFactor: spec.apps[0].app.backoffFactor must be a finite number',
  ],
  [
    'variable twice, and in both places',
    aPolicyWithApp(
      'app: { cmd: sleep 9, env: { A: "1" } }\nenvFrom:\n  - { name: A, from: { fromEnv: X } }\n  - { name: B, from: { fromEnv: X } }\n  - { name: B, from: { fromEnv: Y } }',
    ),
    'error 13 /spec/apps/0/envFrom/0/name: spec.apps[0].envFrom[0].name: A stands in app.env too: remove one of them',
    'error 15 /spec/apps/0/envFrom/2/name: spec.apps[0].envFrom[2].name: B stands twice in envFrom',
  ],
  [
    'variables without a definition',
    aPolicyWithApp('envFrom: [{ name: A, from: { fromEnv: X } }]'),
    'error 11 /spec/apps/0/envFrom: spec.apps[0] has envFrom but no app: variables go with a definition',
  ],
];

describe.each([
  ['the schema', structure],
  ['the rules', rules],
  ['the app definition', definitions],
])('refused by %s', (_, rows) => {
  it.each(rows)('%s', (_name, text, ...problems) => {
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

  it('shows two hundred of a document and counts the rest', () => {
    const fields = Array.from({ length: 250 }, (_, i) => `x${i}: 1`).join('\n');
    const problems = problemsOf(aPolicyWithSpec(`capacity: { slots: 1 }\n${APPS}\n${fields}`));
    expect(problems).toHaveLength(201);
    expect(problems.at(-1)).toContain('and 50 more problems');
  });
});
