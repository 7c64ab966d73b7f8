// emulator: the fields of an app that Marathon 1.11 reads, in its order, with its defaults and the spellings of before
// 1.5.

import { check, healthCheck, readinessCheck } from './check-shape.ts';
import { container } from './container-shape.ts';
import { ipAddress, network, portDefinition, ports } from './network-shape.ts';
import {
  allOptional,
  array,
  boolean,
  integer,
  many,
  map,
  number,
  object,
  oneOf,
  optional,
  required,
  set,
  string,
  text,
  time,
  union,
  withDefault,
} from './shape.ts';
import {
  executorResources,
  residency,
  resourceLimits,
  unreachableStrategy,
  upgradeStrategy,
} from './strategy-shape.ts';
import { executor, notEmpty, path, pathId, uri } from './texts.ts';

const fetch = object('Artifact', {
  uri: required(uri),
  extract: withDefault(boolean, true),
  executable: withDefault(boolean, false),
  cache: withDefault(boolean, false),
  destPath: optional(path),
});

const secret = object('SecretDef', { source: required(notEmpty) });
const envValue = union(
  text({ name: 'EnvVarValue' }),
  object('EnvVarSecret', { secret: required(string) }, 'plain'),
);
const versionInfo = object(
  'VersionInfo',
  { lastScalingAt: required(time), lastConfigChangeAt: required(time) },
  'plain',
);

export const APP_SHAPE = object('App', {
  id: required(pathId),
  acceptedResourceRoles: optional(set(string)),
  args: many(array(string)),
  backoffFactor: withDefault(number(1), 1.15),
  backoffSeconds: withDefault(integer(0), 1),
  cmd: optional(notEmpty),
  constraints: many(set(array(string))),
  container: optional(container),
  cpus: withDefault(number(0), 1),
  dependencies: many(set(string)),
  disk: withDefault(number(0), 0),
  env: many(map(envValue)),
  executor: withDefault(executor, ''),
  executorResources: optional(executorResources),
  fetch: many(array(fetch)),
  healthChecks: many(set(healthCheck)),
  check: optional(check),
  instances: withDefault(integer(0), 1),
  labels: many(map(string)),
  maxLaunchDelaySeconds: withDefault(integer(0), 300),
  mem: withDefault(number(0), 128),
  gpus: withDefault(integer(0), 0),
  ipAddress: optional(ipAddress),
  networks: many(array(network)),
  ports: optional(ports),
  portDefinitions: optional(array(portDefinition)),
  readinessChecks: many(array(readinessCheck)),
  residency: optional(residency),
  resourceLimits: optional(resourceLimits),
  requirePorts: withDefault(boolean, false),
  secrets: many(map(secret)),
  taskKillGracePeriodSeconds: optional(integer(0)),
  upgradeStrategy: optional(upgradeStrategy),
  uris: optional(array(string)),
  user: optional(string),
  version: optional(time),
  versionInfo: optional(versionInfo),
  killSelection: withDefault(oneOf('YOUNGEST_FIRST', 'OLDEST_FIRST'), 'YOUNGEST_FIRST'),
  unreachableStrategy: optional(unreachableStrategy),
  tty: optional(boolean),
  role: optional(notEmpty),
});

/** An update names what it changes: nothing is required and nothing appears by itself. */
export const APP_UPDATE_SHAPE = object('AppUpdate', allOptional(APP_SHAPE.fields));
