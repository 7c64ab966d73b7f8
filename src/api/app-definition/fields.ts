// api: every field of an app definition that Marathon reads (1.4 to 1.11), with its default and the version it came with.

import { isObject } from '../schema/json-schema.ts';
import {
  choice,
  type Fields,
  flag,
  integer,
  list,
  long,
  map,
  number,
  type ObjectShape,
  object,
  set,
  strictObject,
  text,
  union,
} from './shape.ts';

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const NETWORK_NAME = /^[a-z0-9]([-a-z0-9_]*[a-z0-9])?$/;

const seconds = integer({ min: 0 });
/** A port, or 0 for one that Marathon or Mesos chooses. */
const port = integer({ min: 0, max: 65_535 });
const portName = text({ min: 1, pattern: NAME });
const protocol = choice('tcp', 'udp', 'udp,tcp');
const texts = map(text(), { emptyKeys: true });
const path = text({ min: 1, max: 1024 });

const artifact = object({
  uri: { is: text({ min: 1, max: 1024 }), required: true },
  extract: { is: flag, otherwise: true },
  executable: { is: flag, otherwise: false },
  cache: { is: flag, otherwise: false },
  destPath: { is: path },
});

const network = object({
  name: { is: text({ min: 1, max: 63, pattern: NETWORK_NAME }) },
  mode: { is: choice('container', 'container/bridge', 'host'), otherwise: 'container' },
  labels: { is: texts, otherwise: {} },
});

const portDefinition = object({
  port: { is: port, otherwise: 0 },
  protocol: { is: protocol, otherwise: 'tcp' },
  name: { is: portName },
  labels: { is: texts, otherwise: {} },
});

const portMapping = object({
  containerPort: { is: port, otherwise: 0 },
  hostPort: { is: port },
  servicePort: { is: port, otherwise: 0 },
  protocol: { is: protocol, otherwise: 'tcp' },
  name: { is: portName },
  labels: { is: texts, otherwise: {} },
  networkNames: { is: list(text()), otherwise: [], since: 5 },
});

const docker = object({
  image: { is: text({ min: 1 }), required: true },
  forcePullImage: { is: flag, otherwise: false },
  privileged: { is: flag, otherwise: false },
  parameters: {
    is: list(
      object({ key: { is: text({ min: 1 }), required: true }, value: { is: text(), required: true } }),
    ),
    otherwise: [],
  },
  pullConfig: { is: object({ secret: { is: text({ min: 1 }), required: true } }), since: 5 },
  credential: {
    is: object({ principal: { is: text(), required: true }, secret: { is: text() } }),
    until: 5,
  },
  network: { is: choice('BRIDGE', 'HOST', 'NONE', 'USER'), until: 5 },
  portMappings: { is: list(portMapping), until: 5 },
});

const containerPath = { is: text({ min: 1 }), required: true } as const;
const mode = { is: choice('RO', 'RW'), required: true } as const;

const persistentVolume = object({
  containerPath,
  mode,
  persistent: {
    is: object({
      size: { is: long({ min: 0 }), required: true },
      type: { is: choice('root', 'path', 'mount') },
      maxSize: { is: long({ min: 0 }) },
      profileName: { is: text(), since: 6 },
      constraints: { is: set(list(text())), otherwise: [] },
    }),
    required: true,
  },
});

const dvdi = object({
  size: { is: long({ min: 0 }) },
  name: { is: text() },
  provider: { is: text() },
  options: { is: texts, otherwise: {} },
  shared: { is: flag, otherwise: false, since: 8 },
});

const csi = object({
  name: { is: text(), required: true },
  provider: { is: choice('csi'), required: true },
  options: {
    is: object({
      pluginName: { is: text({ min: 1 }), required: true },
      capability: {
        is: object({
          accessMode: { is: text(), required: true },
          accessType: { is: choice('block', 'mount'), required: true },
          fsType: { is: text() },
          mountFlags: { is: list(text()), otherwise: [] },
        }),
        required: true,
      },
      nodeStageSecret: { is: texts, otherwise: {} },
      nodePublishSecret: { is: texts, otherwise: {} },
      volumeContext: { is: texts, otherwise: {} },
    }),
    required: true,
  },
});

const externalVolume = object({
  containerPath,
  mode,
  external: {
    is: union((value) => (isObject(value) && value['provider'] === 'csi' ? csi : dvdi)),
    required: true,
  },
});

const secretVolume = object({ containerPath, secret: { is: text({ min: 1 }), required: true } });
const hostVolume = object({ containerPath, hostPath: { is: text({ min: 1 }), required: true }, mode });

/** The first kind whose field is there; Marathon tries them in this order. */
const volume = union((value) => {
  if (!isObject(value)) return hostVolume;
  if (isGiven(value['persistent'])) return persistentVolume;
  if (isGiven(value['external'])) return externalVolume;
  return isGiven(value['secret']) ? secretVolume : hostVolume;
});

const container = object({
  type: { is: choice('MESOS', 'DOCKER'), otherwise: 'DOCKER' },
  docker: { is: docker },
  volumes: { is: list(volume), otherwise: [] },
  portMappings: { is: list(portMapping) },
  linuxInfo: {
    is: object({
      seccomp: { is: object({ profileName: { is: text() }, unconfined: { is: flag, otherwise: false } }) },
      ipcInfo: {
        is: object({
          mode: { is: choice('PRIVATE', 'SHARE_PARENT'), required: true },
          shmSize: { is: integer() },
        }),
      },
    }),
    since: 8,
  },
});

const healthCheck = object({
  protocol: {
    is: choice('HTTP', 'HTTPS', 'TCP', 'COMMAND', 'MESOS_HTTP', 'MESOS_HTTPS', 'MESOS_TCP'),
    otherwise: 'HTTP',
  },
  command: { is: strictObject({ value: { is: text(), required: true } }) },
  path: { is: text() },
  port: { is: port },
  portIndex: { is: port },
  gracePeriodSeconds: { is: seconds, otherwise: 300 },
  intervalSeconds: { is: seconds, otherwise: 60 },
  timeoutSeconds: { is: integer(), otherwise: 20 },
  maxConsecutiveFailures: { is: integer({ min: 0 }), otherwise: 3 },
  delaySeconds: { is: seconds, otherwise: 15, since: 5 },
  ipProtocol: { is: choice('IPv4', 'IPv6'), otherwise: 'IPv4', since: 6 },
  ignoreHttp1xx: { is: flag },
});

const shell = object({ shell: { is: text({ min: 1 }), required: true } });
const argv = object({ argv: { is: list(text(), { min: 1 }), required: true } });
const command = union((value) => (isObject(value) && isGiven(value['shell']) ? shell : argv));

const check = object({
  http: {
    is: object({
      portIndex: { is: port },
      port: { is: port },
      path: { is: path },
      scheme: { is: choice('HTTP', 'HTTPS'), otherwise: 'HTTP' },
    }),
  },
  tcp: { is: object({ portIndex: { is: port }, port: { is: port } }) },
  exec: { is: object({ command: { is: command, required: true } }) },
  intervalSeconds: { is: seconds, otherwise: 60 },
  timeoutSeconds: { is: seconds, otherwise: 20 },
  delaySeconds: { is: seconds, otherwise: 15 },
});

const readinessCheck = object({
  name: { is: text({ min: 1 }), otherwise: 'readinessCheck' },
  protocol: { is: choice('HTTP', 'HTTPS'), otherwise: 'HTTP' },
  path: { is: path, otherwise: '/' },
  portName: { is: portName, otherwise: 'http-api' },
  intervalSeconds: { is: seconds, otherwise: 30 },
  timeoutSeconds: { is: integer({ min: 1 }), otherwise: 10 },
  httpStatusCodesForReady: { is: list(integer(), { min: 1 }), otherwise: [200] },
  preserveLastResponse: { is: flag, otherwise: false },
});

const unreachableEnabled = object({
  inactiveAfterSeconds: { is: long({ min: 0 }), otherwise: 0 },
  expungeAfterSeconds: { is: long({ min: 0 }), otherwise: 0 },
});
const unreachableStrategy = union((value) =>
  typeof value === 'string' && value.toLowerCase() === 'disabled' ? choice('disabled') : unreachableEnabled,
);

const limit = union((value) => (typeof value === 'string' ? text({ pattern: /^unlimited$/ }) : number()));

const secretReference = strictObject({ secret: { is: text(), required: true } });
const variable = union((value) => (typeof value === 'string' ? text() : secretReference));

const discoveryPort = object({
  number: { is: port, otherwise: 0 },
  name: { is: portName, required: true },
  protocol: { is: protocol, otherwise: 'tcp' },
  labels: { is: texts, otherwise: {} },
});

const ipAddress = object({
  networkName: { is: text({ min: 1 }) },
  labels: { is: texts, otherwise: {} },
  groups: { is: list(text()) },
  discovery: { is: object({ ports: { is: list(discoveryPort), otherwise: [] } }) },
});

const FIELDS: Fields = {
  cmd: { is: text({ min: 2 }) },
  args: { is: list(text()), otherwise: [] },
  user: { is: text() },
  env: { is: map(variable), otherwise: {} },
  secrets: { is: map(object({ source: { is: text({ min: 1 }), required: true } })), otherwise: {} },
  labels: { is: texts, otherwise: {} },
  cpus: { is: number({ min: 0 }), otherwise: 1 },
  mem: { is: number({ min: 0 }), otherwise: 128 },
  disk: { is: number({ min: 0 }), otherwise: 0 },
  gpus: { is: integer({ min: 0 }), otherwise: 0 },
  resourceLimits: { is: object({ cpus: { is: limit }, mem: { is: limit } }), since: 10 },
  executorResources: {
    is: object({
      cpus: { is: number({ min: 0.1 }), otherwise: 0.1 },
      mem: { is: number({ min: 32 }), otherwise: 32 },
      disk: { is: number({ min: 10 }), otherwise: 10 },
    }),
    since: 6,
  },
  executor: { is: text({ pattern: /^((\/\/cmd)|(\/?[^/]+(\/[^/]+)*)|)$/ }), otherwise: '' },
  constraints: { is: set(list(text())), otherwise: [] },
  acceptedResourceRoles: { is: set(text()) },
  role: { is: text({ min: 1 }), since: 9 },
  dependencies: { is: set(text()), otherwise: [] },
  fetch: { is: list(artifact), otherwise: [] },
  uris: { is: list(text()), until: 5 },
  // Of 1.5; in 1.4 the same is said with ipAddress and docker.network, and is compared as this.
  networks: { is: list(network), otherwise: [] },
  ipAddress: { is: ipAddress, until: 5 },
  ports: { is: list(integer()), until: 5 },
  portDefinitions: { is: list(portDefinition) },
  requirePorts: { is: flag, otherwise: false },
  container: { is: container },
  healthChecks: { is: set(healthCheck), otherwise: [] },
  check: { is: check, since: 8 },
  readinessChecks: { is: list(readinessCheck), otherwise: [] },
  backoffSeconds: { is: seconds, otherwise: 1 },
  backoffFactor: { is: number({ min: 1 }), otherwise: 1.15 },
  maxLaunchDelaySeconds: { is: seconds, otherwise: 300 },
  taskKillGracePeriodSeconds: { is: seconds },
  upgradeStrategy: {
    is: object({
      minimumHealthCapacity: { is: number({ min: 0, max: 1 }) },
      maximumOverCapacity: { is: number({ min: 0, max: 1 }) },
    }),
  },
  killSelection: { is: choice('YOUNGEST_FIRST', 'OLDEST_FIRST'), otherwise: 'YOUNGEST_FIRST' },
  unreachableStrategy: { is: unreachableStrategy },
  tty: { is: flag, since: 5 },
  residency: {
    is: object({
      relaunchEscalationTimeoutSeconds: { is: long({ min: 0 }), otherwise: 3600 },
      taskLostBehavior: { is: choice('WAIT_FOREVER', 'RELAUNCH_AFTER_TIMEOUT') },
    }),
  },
};

export const APP: ObjectShape = object(FIELDS);

/** Marathon reports these; a definition copied from `GET /v2/apps` carries them. */
const REPORTED = [
  'version',
  'versionInfo',
  'deployments',
  'tasks',
  'tasksStaged',
  'tasksRunning',
  'tasksHealthy',
  'tasksUnhealthy',
  'tasksStats',
  'taskStats',
  'lastTaskFailure',
  'readinessCheckResults',
] as const;
export const READ_ONLY: ReadonlySet<string> = new Set(REPORTED);

/** Said by the policy beside the definition. */
export const SAID_BESIDE: ReadonlySet<string> = new Set(['id', 'instances']);

/** Read by some version and without effect in all of them. */
export const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['storeUrls', 'residency']);

/** Of a group, which a policy does not describe. */
export const GROUP_FIELDS: ReadonlySet<string> = new Set(['apps', 'groups', 'pods', 'enforceRole']);

/** What other systems call it. */
export const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['memory', 'mem'],
  ['command', 'cmd'],
  ['image', 'container.docker.image'],
  ['environment', 'env'],
  ['volumes', 'container.volumes'],
  ['portMappings', 'container.portMappings'],
  ['docker', 'container.docker'],
]);

export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
