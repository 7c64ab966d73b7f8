// emulator: what happens while an app is changed, is lost, or wants more than it was given.

import { long, number, object, oneOf, optional, required, text, union, withDefault } from './shape.ts';

export const upgradeStrategy = object('UpgradeStrategy', {
  maximumOverCapacity: required(number(0, 1)),
  minimumHealthCapacity: required(number(0, 1)),
});

/** Any text means `disabled`. */
export const unreachableStrategy = union(
  text({ name: 'UnreachableDisabled' }),
  object('UnreachableEnabled', {
    inactiveAfterSeconds: withDefault(long(0), 0),
    expungeAfterSeconds: withDefault(long(0), 0),
  }),
);

export const DEFAULT_RESIDENCY = {
  relaunchEscalationTimeoutSeconds: 3600,
  taskLostBehavior: 'WAIT_FOREVER',
} as const;

export const residency = object('AppResidency', {
  relaunchEscalationTimeoutSeconds: withDefault(long(0), DEFAULT_RESIDENCY.relaunchEscalationTimeoutSeconds),
  taskLostBehavior: withDefault(
    oneOf('WAIT_FOREVER', 'RELAUNCH_AFTER_TIMEOUT'),
    DEFAULT_RESIDENCY.taskLostBehavior,
  ),
});

export const executorResources = object('ExecutorResources', {
  cpus: withDefault(number(0), 0.1),
  mem: withDefault(number(32), 32),
  disk: withDefault(number(10), 10),
});

/** A number, or a text of which only `unlimited` is valid. */
const limit = optional(
  union(text({ name: 'ResourceLimitUnlimited' }), { kind: 'number', name: 'ResourceLimitNumber' }),
);

export const resourceLimits = object('ResourceLimits', { cpus: limit, mem: limit }, 'plain');
