// Mistakes that Marathon would refuse, each with all that should be said about it: line, place, words.

import { describe, expect, it } from 'vitest';
import { aPolicyWithApp, problemsOf, type Row } from '../documents.ts';

const aDefinition = (definition: string): string => aPolicyWithApp(`app: ${definition}`);

const definitions: readonly Row[] = [
  [
    'fields that the policy owns',
    aDefinition('{ id: /x, instances: 3, cmd: sleep 9 }'),
    'warning 11 /spec/apps/0/app/id: spec.apps[0].app.id is ignored: the policy says id beside app, not within it',
    'warning 11 /spec/apps/0/app/instances: spec.apps[0].app.instances is ignored: the policy says instances beside app, not within it',
  ],
  [
    'fields that Marathon reports',
    aDefinition('\n  cmd: sleep 9\n  version: "2020-01-01T00:00:00.000Z"\n  tasksRunning: 3'),
    "warning 13 /spec/apps/0/app/version: spec.apps[0].app.version is ignored: it is Marathon's to report",
    "warning 14 /spec/apps/0/app/tasksRunning: spec.apps[0].app.tasksRunning is ignored: it is Marathon's to report",
  ],
  [
    'command of one character',
    aDefinition('{ cmd: x }'),
    'error 11 /spec/apps/0/app/cmd: spec.apps[0].app.cmd must have at least 2 characters: Marathon refuses shorter ones',
  ],
  [
    'no command',
    aDefinition('{ cpus: 1 }'),
    'error 11 /spec/apps/0/app: spec.apps[0].app needs cmd or args, or a container with an image',
  ],
  [
    'two commands',
    aDefinition('{ cmd: sleep 9, args: [sleep] }'),
    'error 11 /spec/apps/0/app/args: spec.apps[0].app has cmd and args, which exclude each other: remove one',
  ],
  [
    'argument that is a number',
    aDefinition('{ args: [sleep, 9] }'),
    'error 11 /spec/apps/0/app/args/1: spec.apps[0].app.args[1] must be text: put it in quotes',
  ],
  [
    'variable that is a number',
    aDefinition('\n  cmd: sleep 9\n  env:\n    RATE: 5\n    TOKEN: { secret: t }'),
    'error 14 /spec/apps/0/app/env/RATE: spec.apps[0].app.env.RATE must be text: put it in quotes',
  ],
  [
    'label that is true',
    aDefinition('{ cmd: sleep 9, labels: { a: true } }'),
    'error 11 /spec/apps/0/app/labels/a: spec.apps[0].app.labels.a must be text: put it in quotes',
  ],
  [
    "label that is the operator's",
    aDefinition('{ cmd: sleep 9, labels: { microscaling.io/policy: x/y } }'),
    "error 11 /spec/apps/0/app/labels/microscaling.io~1policy: the label microscaling.io/policy is the operator's own: remove it",
  ],
  [
    'memory with a unit',
    aDefinition('{ cmd: sleep 9, mem: 64M }'),
    'error 11 /spec/apps/0/app/mem: spec.apps[0].app.mem must be a number of at least 0',
  ],
  [
    'number that JSON has not',
    aDefinition('{ cmd: sleep 9, backoffFactor: .inf }'),
    'error 11 /spec/apps/0/app/backoffFactor: spec.apps[0].app.backoffFactor must be a finite number',
  ],
  [
    'variable twice, and in both places',
    aPolicyWithApp(
      'app: { cmd: sleep 9, env: { A: "1" } }\nenvFrom:\n  - { name: A, from: { fromEnv: X } }\n  - { name: B, from: { fromEnv: X } }\n  - { name: B, from: { fromEnv: Q } }',
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

describe('refused by the app definition', () => {
  it.each(definitions)('%s', (_name, text, ...problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });
});
