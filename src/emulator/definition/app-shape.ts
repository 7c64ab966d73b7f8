// emulator: the fields of an app that Marathon 1.10 reads, with the defaults inside nested ones.

import { any, array, boolean, type Fields, integer, map, number, object, oneOf, string } from './shape.ts';

const portDefinition = object({
  port: { shape: integer(0, 65535), otherwise: 0 },
  protocol: { shape: oneOf('tcp', 'udp', 'udp,tcp'), otherwise: 'tcp' },
  name: { shape: string },
  labels: { shape: map(string) },
});

const portMapping = object({
  containerPort: { shape: integer(0, 65535), otherwise: 0 },
  hostPort: { shape: integer(0, 65535) },
  servicePort: { shape: integer(0, 65535), otherwise: 0 },
  protocol: { shape: oneOf('tcp', 'udp', 'udp,tcp'), otherwise: 'tcp' },
  name: { shape: string },
  labels: { shape: map(string) },
  networkNames: { shape: array(string) },
});

const container = object({
  type: { shape: oneOf('DOCKER', 'MESOS'), otherwise: 'DOCKER' },
  docker: {
    shape: object({
      image: { shape: string, required: true },
      forcePullImage: { shape: boolean, otherwise: false },
      privileged: { shape: boolean, otherwise: false },
      parameters: {
        shape: array(
          object({ key: { shape: string, required: true }, value: { shape: string, required: true } }),
        ),
        otherwise: [],
      },
      pullConfig: { shape: any },
    }),
  },
  volumes: { shape: array(any), otherwise: [] },
  portMappings: { shape: array(portMapping) },
});

const probe: Fields = {
  path: { shape: string },
  portIndex: { shape: integer(0) },
  port: { shape: integer(0, 65535) },
  intervalSeconds: { shape: integer(0), otherwise: 60 },
  timeoutSeconds: { shape: integer(0), otherwise: 20 },
  delaySeconds: { shape: integer(0), otherwise: 15 },
};

const healthCheck = object({
  protocol: {
    shape: oneOf('HTTP', 'HTTPS', 'TCP', 'COMMAND', 'MESOS_HTTP', 'MESOS_HTTPS', 'MESOS_TCP'),
    otherwise: 'HTTP',
  },
  ...probe,
  gracePeriodSeconds: { shape: integer(0), otherwise: 300 },
  maxConsecutiveFailures: { shape: integer(0), otherwise: 3 },
  ipProtocol: { shape: oneOf('IPv4', 'IPv6'), otherwise: 'IPv4' },
  ignoreHttp1xx: { shape: boolean },
  command: { shape: object({ value: { shape: string, required: true } }) },
});

const readinessCheck = object({
  name: { shape: string, otherwise: 'readinessCheck' },
  protocol: { shape: oneOf('HTTP', 'HTTPS'), otherwise: 'HTTP' },
  path: { shape: string, otherwise: '/' },
  portName: { shape: string, otherwise: 'http-api' },
  intervalSeconds: { shape: integer(1), otherwise: 30 },
  timeoutSeconds: { shape: integer(1), otherwise: 10 },
  httpStatusCodesForReady: { shape: array(integer(100, 999)), otherwise: [200] },
  preserveLastResponse: { shape: boolean, otherwise: false },
});

const network = object({
  name: { shape: string },
  mode: { shape: oneOf('host', 'container', 'container/bridge'), otherwise: 'container' },
  labels: { shape: map(string) },
});

const fetch = object({
  uri: { shape: string, required: true },
  extract: { shape: boolean, otherwise: true },
  executable: { shape: boolean, otherwise: false },
  cache: { shape: boolean, otherwise: false },
  destPath: { shape: string },
});

/** Everything that configures an app; a change of any of these but `instances` restarts it. */
export const APP_FIELDS: Fields = {
  id: { shape: string },
  cmd: { shape: string },
  args: { shape: array(string) },
  instances: { shape: integer(0) },
  cpus: { shape: number(0) },
  mem: { shape: number(0) },
  disk: { shape: number(0) },
  gpus: { shape: integer(0) },
  resourceLimits: { shape: map(any) },
  executorResources: { shape: map(number(0)) },
  backoffSeconds: { shape: number(0) },
  backoffFactor: { shape: number(1) },
  maxLaunchDelaySeconds: { shape: number(0) },
  upgradeStrategy: {
    shape: object({
      minimumHealthCapacity: { shape: number(), otherwise: 1 },
      maximumOverCapacity: { shape: number(), otherwise: 1 },
    }),
  },
  killSelection: { shape: oneOf('YOUNGEST_FIRST', 'OLDEST_FIRST') },
  unreachableStrategy: {
    shape: {
      kind: 'object-or-word',
      words: ['disabled'],
      fields: {
        inactiveAfterSeconds: { shape: integer(0), otherwise: 0 },
        expungeAfterSeconds: { shape: integer(0), otherwise: 0 },
      },
    },
  },
  taskKillGracePeriodSeconds: { shape: number(0) },
  env: {
    shape: map({ kind: 'string-or-object', fields: { secret: { shape: string, required: true } } }),
  },
  secrets: { shape: map(object({ source: { shape: string, required: true } })) },
  labels: { shape: map(string) },
  constraints: { shape: array(array(string)) },
  dependencies: { shape: array(string) },
  networks: { shape: array(network) },
  portDefinitions: { shape: array(portDefinition) },
  requirePorts: { shape: boolean },
  container: { shape: container },
  fetch: { shape: array(fetch) },
  healthChecks: { shape: array(healthCheck) },
  check: { shape: any },
  readinessChecks: { shape: array(readinessCheck) },
  role: { shape: string },
  acceptedResourceRoles: { shape: array(string) },
  user: { shape: string },
  tty: { shape: boolean },
  executor: { shape: string },
};

/** Spellings from before 1.5, read and never echoed. */
export const LEGACY_FIELDS: Fields = {
  ports: { shape: array(integer(0, 65535)) },
  uris: { shape: array(string) },
};
