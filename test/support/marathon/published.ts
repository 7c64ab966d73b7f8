// test support: app definitions as people have published them, in spellings of all ages, each with what a real Marathon
// 1.11 shows of it afterwards.

type Json = Readonly<Record<string, unknown>>;

export interface Published {
  readonly name: string;
  readonly request: Json;
  readonly echo: Json;
}

const ON_THE_HOST = {
  networks: [{ mode: 'host' }],
  portDefinitions: [{ name: 'default', port: 10_001, protocol: 'tcp' }],
};

/** What is shown of every app that does not say otherwise. */
const DEFAULTS = {
  backoffFactor: 1.15,
  backoffSeconds: 1,
  cpus: 1,
  disk: 0,
  executor: '',
  gpus: 0,
  instances: 1,
  killSelection: 'YOUNGEST_FIRST',
  labels: {},
  maxLaunchDelaySeconds: 300,
  mem: 128,
  requirePorts: false,
  role: '*',
  unreachableStrategy: { expungeAfterSeconds: 0, inactiveAfterSeconds: 0 },
  upgradeStrategy: { maximumOverCapacity: 1, minimumHealthCapacity: 1 },
};

function docker(image: string, more: Json = {}): Json {
  return {
    docker: { forcePullImage: false, image, parameters: [], privileged: false },
    type: 'DOCKER',
    volumes: [],
    ...more,
  };
}

export const PUBLISHED: readonly Published[] = [
  {
    name: 'relative-fetch',
    request: {
      cmd: 'cd hello && ./run -p $PORT',
      mem: 100,
      uris: ['http://example.test/a.tgz', 'http://example.test/b'],
    },
    echo: {
      ...ON_THE_HOST,
      cmd: 'cd hello && ./run -p $PORT',
      mem: 100,
      fetch: [
        { cache: false, executable: false, extract: true, uri: 'http://example.test/a.tgz' },
        { cache: false, executable: false, extract: false, uri: 'http://example.test/b' },
      ],
    },
  },
  {
    name: 'older-bridge',
    request: {
      cmd: null,
      container: {
        type: 'DOCKER',
        docker: {
          image: 'example.test/web:1',
          network: 'BRIDGE',
          portMappings: [{ containerPort: 80, hostPort: 0, servicePort: 0, protocol: 'tcp', labels: null }],
        },
      },
      healthChecks: [
        { path: '/health', gracePeriodSeconds: 30, intervalSeconds: 5, delaySeconds: 3, ignoreHttp1xx: true },
      ],
      ports: null,
      requirePorts: true,
    },
    echo: {
      container: docker('example.test/web:1', {
        portMappings: [{ containerPort: 80, hostPort: 0, labels: {}, protocol: 'tcp', servicePort: 10_002 }],
      }),
      networks: [{ mode: 'container/bridge' }],
      healthChecks: [
        {
          delaySeconds: 15,
          gracePeriodSeconds: 30,
          ignoreHttp1xx: false,
          intervalSeconds: 5,
          ipProtocol: 'IPv4',
          maxConsecutiveFailures: 3,
          path: '/health',
          portIndex: 0,
          protocol: 'HTTP',
          timeoutSeconds: 20,
        },
      ],
    },
  },
  {
    name: 'echo-of-1-4',
    request: {
      cmd: 'python3 -m http.server $PORT0',
      args: null,
      user: null,
      env: {},
      constraints: [],
      uris: [],
      fetch: [],
      storeUrls: [],
      maxLaunchDelaySeconds: 3600,
      container: null,
      ipAddress: null,
      residency: null,
      ports: [11_001],
      portDefinitions: [{ port: 11_001, protocol: 'tcp', name: 'default', labels: { VIP_0: '/x:11001' } }],
      unreachableStrategy: { inactiveAfterSeconds: 300, expungeAfterSeconds: 600 },
    },
    echo: {
      cmd: 'python3 -m http.server $PORT0',
      networks: [{ mode: 'host' }],
      maxLaunchDelaySeconds: 3600,
      portDefinitions: [{ labels: { VIP_0: '/x:11001' }, name: 'default', port: 11_001, protocol: 'tcp' }],
      unreachableStrategy: { inactiveAfterSeconds: 300, expungeAfterSeconds: 600 },
    },
  },
  {
    name: 'user-network',
    request: {
      cmd: 'perf -s',
      container: {
        type: 'docker',
        docker: {
          image: 'example.test/perf',
          network: 'USER',
          portMappings: [{ containerPort: 52, servicePort: 52 }],
        },
      },
      ipAddress: { networkName: 'Lab' },
    },
    echo: {
      cmd: 'perf -s',
      container: docker('example.test/perf', {
        portMappings: [{ containerPort: 52, labels: {}, protocol: 'tcp', servicePort: 52 }],
      }),
      networks: [{ mode: 'container', name: 'Lab' }],
    },
  },
  {
    name: 'command-check',
    request: {
      cmd: 'sleep 300',
      ports: [10_000],
      cpus: 0.0001,
      dependencies: ['../db'],
      constraints: [['rack', 'GROUP_BY', '2']],
      healthChecks: [
        { protocol: 'COMMAND', command: { value: 'exit 0' }, ignoreHttp1xx: false, portIndex: 0 },
      ],
    },
    echo: {
      cmd: 'sleep 300',
      cpus: 0.0001,
      constraints: [['rack', 'GROUP_BY', '2']],
      dependencies: ['/db'],
      networks: [{ mode: 'host' }],
      portDefinitions: [{ port: 10_000, protocol: 'tcp' }],
      healthChecks: [
        {
          command: { value: 'exit 0' },
          delaySeconds: 15,
          gracePeriodSeconds: 300,
          intervalSeconds: 60,
          ipProtocol: 'IPv4',
          maxConsecutiveFailures: 3,
          protocol: 'COMMAND',
          timeoutSeconds: 20,
        },
      ],
    },
  },
  {
    name: 'persistent',
    request: {
      cmd: 'run',
      role: 'shop',
      container: {
        type: 'MESOS',
        volumes: [{ containerPath: 'data', mode: 'RW', persistent: { size: 10, type: null } }],
      },
      residency: { taskLostBehavior: 'WAIT_FOREVER', relaunchEscalationTimeoutSeconds: 10 },
      ports: [],
    },
    echo: {
      cmd: 'run',
      role: 'shop',
      container: {
        type: 'MESOS',
        volumes: [
          { containerPath: 'data', mode: 'RW', persistent: { constraints: [], size: 10, type: 'root' } },
        ],
      },
      networks: [{ mode: 'host' }],
      portDefinitions: [],
      residency: { relaunchEscalationTimeoutSeconds: 3600, taskLostBehavior: 'WAIT_FOREVER' },
      unreachableStrategy: 'disabled',
      upgradeStrategy: { maximumOverCapacity: 0, minimumHealthCapacity: 0.5 },
    },
  },
].map(({ name, request, echo }) => ({ name, request, echo: { ...DEFAULTS, ...echo } }));
