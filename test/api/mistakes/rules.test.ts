// Mistakes that no schema could find, each with all that should be said about it: line, place, words.

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

/** An app of these targets, the first of which is line 10, and one more field after them. */
function severalTargets(more: string, targets: readonly string[]): string {
  const lines = targets.map((own) => `  - { perInstance: 5, metric: { random: { max: 9 } }, ${own} }`);
  const field = more === '' ? '' : `\n  ${more.replaceAll('\n', '\n  ')}`;
  return aPolicyWithApps(
    `- name: a\n  priority: 1\n  targets:\n${lines.map((l) => `  ${l}`).join('\n')}${field}`,
  );
}

const rules: readonly Row[] = [
  [
    'min above max',
    aPolicyWithApp('instances: { min: 9, max: 3 }'),
    'error 11 /spec/apps/0/instances: spec.apps[0].instances: min 9 is greater than max 3',
  ],
  [
    'a queue length that few messages never reach, from zero',
    aPolicyWithApp('instances: { min: 0, max: 3 }'),
    'warning 10 /spec/apps/0/targets/0/queueLength: spec.apps[0].targets[0].queueLength and instances.min 0: with nothing running up to 5 messages wait for ever; set instances.min to 1, or add a target of drainTime or perInstance, which the first message reaches; where they may wait, say so with activateAt: 5',
  ],
  [
    'the same by the original law',
    aPolicyWithApps(
      '- name: a\n  priority: 1\n  instances: { min: 0 }\n  targets: [{ queueLength: 50, algorithm: { type: Queue }, metric: { random: { max: 9 } } }]',
    ),
    'warning 10 /spec/apps/0/targets/0/queueLength: spec.apps[0].targets[0].queueLength and instances.min 0: with nothing running up to 50 messages wait for ever; set instances.min to 1, or add a target of drainTime or perInstance, which the first message reaches; where they may wait, say so with activateAt: 50',
  ],
  [
    'a queue length above what the policy lets wait',
    aPolicyWithApps(
      '- name: a\n  priority: 1\n  instances: { min: 0 }\n  targets: [{ queueLength: 50, activateAt: 9, metric: { random: { max: 9 } } }]',
    ),
    'warning 10 /spec/apps/0/targets/0/queueLength: spec.apps[0].targets[0].queueLength and instances.min 0: with nothing running up to 50 messages wait for ever; set instances.min to 1, or add a target of drainTime or perInstance, which the first message reaches; where they may wait, say so with activateAt: 50',
  ],
  [
    'several targets, the first of which to wake is a queue length',
    aPolicyWithApps(
      '- name: a\n  priority: 1\n  instances: { min: 0 }\n  targets:\n  - { drainTime: 9s, activateAt: 60, metric: { random: { max: 9 } } }\n  - { queueLength: 50, metric: { random: { max: 9 } } }',
    ),
    'warning 12 /spec/apps/0/targets/1/queueLength: spec.apps[0].targets[1].queueLength and instances.min 0: with nothing running up to 50 messages wait for ever; set instances.min to 1, or add a target of drainTime or perInstance, which the first message reaches; where they may wait, say so with activateAt: 50',
  ],
  [
    'no way up from zero',
    aPolicyWithApps(
      '- name: a\n  priority: 1\n  instances: { min: 0 }\n  behavior: { scaleUp: { selectPolicy: Disabled } }\n  targets: [{ drainTime: 30s, metric: { random: { min: 0, max: 9 } } }]',
    ),
    'warning 10 /spec/apps/0/behavior/scaleUp/selectPolicy: spec.apps[0].behavior.scaleUp.selectPolicy Disabled and instances.min 0: once it has no instance it never gets one again; set instances.min to 1',
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
    aPolicyWithApps(
      '- name: a\n  instances: { fixed: 3 }\n  behavior: { maxStep: 2 }\n  manualScale: { action: Adopt }',
    ),
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
    "a target's metric failure that lacks what the behavior lacks too",
    aPolicyWithTarget(
      'queueLength: 5\nmetric: { random: { max: 9 } }\nonMetricFailure: { action: Fixed }\nmax: 3',
    ),
    'error 12 /spec/apps/0/targets/0/onMetricFailure: spec.apps[0].targets[0].onMetricFailure needs instances: action Fixed goes to that count',
  ],
  [
    'the same to a bound, and with a count that is not read',
    severalTargets('', [
      'onMetricFailure: { action: Max }',
      'onMetricFailure: { action: Max }, max: 9',
      'onMetricFailure: { instances: 4 }',
    ]),
    'error 10 /spec/apps/0/targets/0/onMetricFailure/action: spec.apps[0].targets[0].onMetricFailure: action Max needs instances.max',
    'warning 12 /spec/apps/0/targets/2/onMetricFailure/instances: spec.apps[0].targets[2].onMetricFailure.instances is read by action Fixed only, not by Hold, Min and Max',
  ],
  [
    'one name of a target twice',
    severalTargets('', ['name: orders', 'name: orders']),
    'error 11 /spec/apps/0/targets/1/name: the name orders is taken by spec.apps[0].targets[0] already',
  ],
  [
    'a name in the formula that nobody has',
    severalTargets('formula: max(orders, mail * 0.5)', ['name: orders', 'name: mails']),
    'error 12 /spec/apps/0/formula: spec.apps[0].formula: no target is called mail; did you mean mails? (column 13: mail * 0.5))',
  ],
  [
    'a mistake in a later line of the formula',
    severalTargets('formula: |\n  max(orders,\n    mails > 3)', ['name: orders', 'name: mails']),
    'error 12 /spec/apps/0/formula: spec.apps[0].formula: max needs a number, and this is true or false (line 2, column 3: mails > 3))',
  ],
  [
    'a formula that ends too early',
    severalTargets('formula: orders +', ['name: orders']),
    'error 11 /spec/apps/0/formula: spec.apps[0].formula: unexpected token: the end (column 9, at the end)',
  ],
  [
    'a formula over targets without names',
    severalTargets('formula: orders', ['name: orders', 'max: 3', 'name: mails']),
    'error 11 /spec/apps/0/targets/1: spec.apps[0].targets[1] needs a name: spec.apps[0].formula cannot count it otherwise',
    'warning 12 /spec/apps/0/targets/2: spec.apps[0].formula does not name mails: spec.apps[0].targets[2] asks for nothing',
  ],
  [
    'a name that a formula reads as a difference',
    severalTargets('formula: new-orders', ['name: new-orders']),
    'error 10 /spec/apps/0/targets/0/name: spec.apps[0].targets[0].name: in a formula - is a minus; call it new_orders',
  ],
  [
    'a formula of a remainder, and of an app that is left to people',
    aPolicyWithApps(
      "- { name: a, priority: 1, remainder: {}, formula: '1' }\n- { name: b, instances: { fixed: 1 }, formula: '1' }",
    ),
    'error 7 /spec/apps/0/formula: spec.apps[0].formula is about targets, and spec.apps[0] has none: remove it',
    'error 8 /spec/apps/1/formula: spec.apps[1] is fixed, which excludes formula: remove one of them',
  ],
  [
    'bounds of a target that change nothing',
    severalTargets('instances: { min: 1, max: 5 }', ['max: 9', 'activateAt: 3', 'max: 5, activateAt: 0']),
    'warning 10 /spec/apps/0/targets/0/max: spec.apps[0].targets[0].max 9 has no effect: instances.max is 5',
    'warning 11 /spec/apps/0/targets/1/activateAt: spec.apps[0].targets[1].activateAt has no effect: with instances.min 1 there is always an instance',
    'warning 12 /spec/apps/0/targets/2/activateAt: spec.apps[0].targets[2].activateAt has no effect: with instances.min 1 there is always an instance',
  ],
  [
    'law that cannot serve the wish',
    aPolicyWithTarget('perInstance: 1\nmetric: { random: { max: 9 } }\nalgorithm: { type: SimpleQueue }'),
    'error 12 /spec/apps/0/targets/0/algorithm: spec.apps[0].targets[0].algorithm: SimpleQueue works towards a queueLength, not a perInstance',
  ],
  [
    'law beside what takes none',
    aPolicyWithTarget(
      'perInstance: 1\nmetric: { random: { max: 9 } }\nalgorithm: { fluid: { serviceRate: 2 } }',
    ),
    'warning 12 /spec/apps/0/targets/0/algorithm: spec.apps[0].targets[0].algorithm has no effect beside perInstance, which divides: remove it',
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
    aPolicyWithQueue('accountKey: { fromEnv: A }\n    sasToken: { fromEnv: B }'),
    'error 15 /spec/apps/0/targets/0/metric/azureStorageQueue/sasToken: sasToken and accountKey exclude each other: keep one of them',
  ],
  [
    'connection string and account',
    aPolicyWithQueue('accountName: x\n    connectionString: { fromEnv: B }'),
    'error 14 /spec/apps/0/targets/0/metric/azureStorageQueue/accountName: accountName is part of the connectionString: remove one of them',
  ],
  [
    'queue name that Azure refuses',
    aPolicyWithTarget('queueLength: 5\nmetric: { azureStorageQueue: { queueName: my--queue } }'),
    'error 11 /spec/apps/0/targets/0/metric/azureStorageQueue/queueName: a queue name is 3 to 63 lower-case letters and digits with single hyphens between them',
  ],
  [
    'signature in the endpoint',
    aPolicyWithQueue('endpoint: "https://x.example.com/?sig=c2VjcmV0"'),
    'error 14 /spec/apps/0/targets/0/metric/azureStorageQueue/endpoint: has a query or a fragment: give only host, port and path',
  ],
  [
    'password in a URL',
    aPolicyWithSpec(`marathon:\n  urls:\n    - http://me:c2VjcmV0@m1:8080\ncapacity: { slots: 1 }\n${APPS}`),
    'error 7 /spec/marathon/urls/0: spec.marathon.urls[0] holds credentials: remove them from the URL and give them by reference',
  ],
];

describe('refused by the rules', () => {
  it.each(rules)('%s', (_name, text, ...problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });
});

describe('taken as it is meant', () => {
  it.each([
    ['{ queueLength: 50, activateAt: 50, metric: { random: { max: 9 } } }'],
    ['{ drainTime: 9s, activateAt: 60, metric: { random: { max: 9 } } }'],
    [
      '{ drainTime: 9s, metric: { random: { max: 9 } } }, { queueLength: 50, metric: { random: { max: 9 } } }',
    ],
  ])('from zero: %s', (targets) => {
    const app = `- name: a\n  priority: 1\n  instances: { min: 0 }\n  targets: [${targets}]`;
    expect(problemsOf(aPolicyWithApps(app))).toEqual([]);
  });
});
