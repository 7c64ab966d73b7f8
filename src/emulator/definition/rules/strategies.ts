// emulator: how an app is upgraded, and what becomes of instances that cannot be reached.

import {
  type GivenApp,
  type GivenUpgradeStrategy,
  hasExternalVolumes,
  hasPersistentVolumes,
  volumesOf,
} from '../given.ts';
import { doubleText, unless, type Violation, violation } from './violation.ts';
import { dvdiOf } from './volumes/external-volume.ts';

export function strategies(app: GivenApp): readonly Violation[] {
  const { upgradeStrategy, residency, unreachableStrategy: unreachable, instances } = app;
  const hasDvdi = volumesOf(app).some(
    ({ external }) => external !== undefined && dvdiOf(external) !== undefined,
  );
  const isResident = residency !== undefined;
  return [
    ...unless(!isSingleInstance(app) || instances <= 1, '', 'Single instance app may only have one instance'),
    ...(upgradeStrategy === undefined
      ? []
      : upgradeBounds(upgradeStrategy, {
          noMinimum: isSingleInstance(app),
          nothingOver: isSingleInstance(app) || isResident || hasDvdi,
        })),
    ...unless(!isResident || unreachable === undefined || typeof unreachable === 'string', '', NOT_DISABLED),
  ];
}

const NOT_DISABLED = 'unreachableStrategy must be disabled for resident tasks';

function isSingleInstance({ labels }: GivenApp): boolean {
  return labels['MARATHON_SINGLE_INSTANCE_APP'] === 'true';
}

function upgradeBounds(
  { minimumHealthCapacity: minimum, maximumOverCapacity: over }: GivenUpgradeStrategy,
  { noMinimum, nothingOver }: { noMinimum: boolean; nothingOver: boolean },
): readonly Violation[] {
  const path = '/upgradeStrategy';
  const problem = (got: number): string => `got ${doubleText(got)}, expected 0.0`;
  return [
    ...unless(!noMinimum || minimum === 0, `${path}/minimumHealthCapacity`, problem(minimum)),
    ...unless(!nothingOver || over === 0, `${path}/maximumOverCapacity`, problem(over)),
  ];
}

/** Once defaults are there. */
export function settledStrategies(app: GivenApp): readonly Violation[] {
  return [...defaultOfSingleInstance(app), ...unreachable(app)];
}

/** By default an upgrade runs two instances for a while, so an app that must not says how it is upgraded. */
function defaultOfSingleInstance(app: GivenApp): readonly Violation[] {
  if (!isSingleInstance(app) || app.upgradeStrategy !== undefined) return [];
  const none = { noMinimum: true, nothingOver: true };
  return [violation('/isSingleInstance', 'must be false'), ...upgradeBounds(defaultUpgrade(app), none)];
}

function unreachable(app: GivenApp): readonly Violation[] {
  const strategy = app.unreachableStrategy;
  if (typeof strategy !== 'object') return [];
  const { inactiveAfterSeconds: inactive, expungeAfterSeconds: expunge } = strategy;
  return [
    ...unless(!hasPersistentVolumes(app), '', NOT_DISABLED),
    ...unless(
      inactive <= expunge,
      '/unreachableStrategy/inactiveAfterSeconds',
      `inactiveAfterSeconds (${inactive}) must be less or equal to expungeAfterSeconds, which is ${expunge}`,
    ),
  ];
}

/** Volumes outlive a task, so there is never more than one with the same. */
export function defaultUpgrade(app: GivenApp): GivenUpgradeStrategy {
  return hasPersistentVolumes(app) || hasExternalVolumes(app)
    ? { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 }
    : { minimumHealthCapacity: 1, maximumOverCapacity: 1 };
}

/** Labels with which a service says how it is migrated come together or not at all. */
export function migrationLabels({ labels }: GivenApp): readonly Violation[] {
  const version = labels['DCOS_MIGRATION_API_VERSION'] ?? '';
  const complete =
    version === 'v1' &&
    (labels['DCOS_PACKAGE_FRAMEWORK_NAME'] ?? '') !== '' &&
    (labels['DCOS_MIGRATION_API_PATH'] ?? '') !== '';
  return unless(
    version === '' || complete,
    '',
    'DCOS_PACKAGE_FRAMEWORK_NAME and DCOS_MIGRATION_API_PATH must be defined when using DCOS_MIGRATION_API_VERSION',
  );
}
