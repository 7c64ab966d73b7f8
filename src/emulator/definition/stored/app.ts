// emulator: an app as Marathon stores and shows it. What is empty by default is left out.

import { defined } from '../../../lang/defined.ts';
import { ApiError, illegalArgument } from '../../api-error.ts';
import type { AppFields, Network, PortDefinition } from '../app.ts';
import {
  type GivenApp,
  type GivenNetwork,
  type GivenPortDefinition,
  hasPersistentVolumes,
} from '../given.ts';
import { unstorableConstraint } from '../rules/constraints.ts';
import { defaultUpgrade } from '../rules/strategies.ts';
import type { Json } from '../shapes/shape.ts';
import { distinct } from '../shapes/shape-reader.ts';
import { DEFAULT_RESIDENCY } from '../shapes/strategy-shape.ts';
import { storedCheck, storedHealthCheck } from './checks.ts';
import { storedContainer } from './container.ts';

/** A Duration of Scala holds nanoseconds in 63 bits. */
const MOST_SECONDS = 9_223_372_036;

/** @throws ApiError 500 and 422 for what passes all rules and cannot be stored */
export function storedApp(app: GivenApp): AppFields {
  const problem = unstorableConstraint(app);
  if (problem !== undefined) throw new ApiError(500, problem);
  const onHost = app.networks.every(({ mode }) => mode === 'host');
  const { container } = app;
  return {
    ...numbers(app),
    ...texts(app),
    ...lists(app),
    ...(container && { container: storedContainer(container, onHost) }),
    ...(app.check && { check: storedCheck(app.check) }),
    networks: app.networks.map(network),
    ...(onHost && { portDefinitions: (app.portDefinitions ?? []).map(portDefinition) }),
    requirePorts: app.requirePorts,
    upgradeStrategy: app.upgradeStrategy ?? defaultUpgrade(app),
    unreachableStrategy: unreachableStrategy(app),
    ...(hasPersistentVolumes(app) && { residency: DEFAULT_RESIDENCY }),
  };
}

function numbers(app: GivenApp) {
  const { instances, cpus, mem, disk, gpus, backoffSeconds, backoffFactor, maxLaunchDelaySeconds } = app;
  const { taskKillGracePeriodSeconds, resourceLimits, executorResources } = app;
  return {
    instances,
    cpus,
    mem,
    disk,
    gpus,
    backoffSeconds,
    backoffFactor,
    maxLaunchDelaySeconds,
    ...defined({ taskKillGracePeriodSeconds }),
    ...(resourceLimits && { resourceLimits }),
    ...(executorResources && { executorResources }),
  };
}

function texts(app: GivenApp) {
  const { id, cmd, executor, killSelection, user, tty, role = '*', labels } = app;
  return {
    id,
    ...defined({ cmd }),
    executor,
    killSelection,
    ...defined({ user, tty }),
    role,
    labels,
  };
}

function lists(app: GivenApp) {
  const { args, constraints, dependencies, env, fetch, readinessChecks, secrets } = app;
  const { acceptedResourceRoles = [] } = app;
  const healthChecks = distinct(app.healthChecks.map(storedHealthCheck));
  return filled({
    acceptedResourceRoles,
    args,
    constraints,
    dependencies,
    env,
    fetch,
    healthChecks,
    readinessChecks: readinessChecks as Required<AppFields>['readinessChecks'],
    secrets,
  });
}

/** Without what is empty. */
function filled<T extends object>(values: T): Partial<T> {
  const entries = Object.entries(values).filter(([, value]) => Object.keys(value).length > 0);
  return Object.fromEntries(entries) as Partial<T>;
}

function network({ mode, name, labels }: GivenNetwork): Network {
  if (mode === 'host') return { mode };
  return {
    mode,
    ...(name !== undefined && mode === 'container' && { name }),
    ...(Object.keys(labels).length > 0 && { labels }),
  };
}

function portDefinition({ labels, ...rest }: GivenPortDefinition): PortDefinition {
  return { ...rest, ...(Object.keys(labels).length > 0 && { labels }) };
}

function unreachableStrategy({ unreachableStrategy: given }: GivenApp): Json {
  if (typeof given !== 'object') return 'disabled';
  const { inactiveAfterSeconds, expungeAfterSeconds } = given;
  if (Math.max(inactiveAfterSeconds, expungeAfterSeconds) > MOST_SECONDS)
    throw illegalArgument('requirement failed: Duration is limited to +-(2^63-1)ns (ca. 292 years)');
  return { inactiveAfterSeconds, expungeAfterSeconds };
}
