// api: what becomes of each part of an app definition in an untrusted policy.
// The reference page is made of this table. A field that stands in no row concerns the app alone (cmd, cpus, env, …).

import { checkFetches, checkFetchTargets } from './fetch.ts';
import {
  checkDockerParameters,
  checkDockerPrivileged,
  checkExecutor,
  checkLinuxInfo,
  checkMountPoints,
  checkUser,
  checkVolumes,
} from './machine.ts';
import type { DefinitionPart } from './parts.ts';
import { type CheckDefinition, type DefinitionRule, unlessAllowed, unlessPrivileged } from './rule.ts';
import {
  checkDependencies,
  checkDiscoveryLabels,
  checkGracePeriod,
  checkNetworks,
  checkOwnLabels,
  checkPorts,
  checkRoles,
  checkSecrets,
  MAX_GRACE_SECONDS,
} from './shared.ts';

type Words = Pick<DefinitionRule, 'fields' | 'what' | 'why'>;

function machine(words: Words, check: CheckDefinition): DefinitionRule {
  return { ...words, allowed: '--allow-privileged', check: unlessPrivileged(check) };
}

function cluster(part: DefinitionPart, words: Words, check: CheckDefinition): DefinitionRule {
  return { ...words, allowed: `--allow-definition ${part}`, check: unlessAllowed(part, check) };
}

function harmless(words: Words): DefinitionRule {
  return { ...words, allowed: 'always' };
}

export const DEFINITION_RULES: readonly DefinitionRule[] = [
  machine(
    {
      fields: 'user',
      what: 'root in any spelling; no user at all, where there is no container image',
      why: 'Marathon runs such tasks as its own default user, often root.',
    },
    checkUser,
  ),
  machine(
    {
      fields: 'executor',
      what: 'any executor',
      why: 'It is a program of the agent, with arguments of its own.',
    },
    checkExecutor,
  ),
  machine(
    { fields: 'container.docker.privileged', what: 'true', why: 'Such a container has the machine.' },
    checkDockerPrivileged,
  ),
  machine(
    {
      fields: 'container.docker.parameters',
      what: 'all but those that stay within the container',
      why: 'They are options of `docker run`, which is root on its host.',
    },
    checkDockerParameters,
  ),
  machine(
    {
      fields: 'container.volumes[].hostPath, .external',
      what: 'host and external volumes',
      why: 'They show files of the machine, or of somebody else.',
    },
    checkVolumes,
  ),
  machine(
    {
      fields: 'container.volumes[].containerPath',
      what: 'a path with `..`; an absolute one where there is no container image',
      why: "The volume would stand in the place of the agent's own files.",
    },
    checkMountPoints,
  ),
  machine(
    {
      fields: 'container.linuxInfo',
      what: 'anything in it',
      why: 'Capabilities, seccomp and IPC are what confines a container.',
    },
    checkLinuxInfo,
  ),
  machine(
    {
      fields: 'fetch[].uri, uris[]',
      what: 'anything but http, https, ftp and ftps',
      why: "The agent reads it with its own rights: its files, and by hdfs:, s3: or gs: its identity's.",
    },
    checkFetches,
  ),
  machine(
    {
      fields: 'fetch[].destPath, .outputFile',
      what: 'an absolute path, or one with `..`',
      why: 'The agent writes there, outside of the sandbox.',
    },
    checkFetchTargets,
  ),
  {
    fields: 'labels',
    what: '`microscaling.io/…`',
    allowed: 'never',
    why: 'By these the operator knows what it made.',
    check: checkOwnLabels,
  },
  cluster(
    'labels',
    {
      fields: 'labels, of the app, its ports and its networks',
      what: '`VIP_…`, `HAPROXY_…`, `DCOS_…`, `traefik.…`',
      why: 'Load balancers and DC/OS act upon them: the app would take the traffic or the name of another.',
    },
    checkDiscoveryLabels,
  ),
  cluster(
    'networks',
    {
      fields: 'networks[].name, ipAddress.networkName',
      what: "a container network by name; the host's, a bridge and the cluster's default are allowed",
      why: 'Behind it may be what the host does not reach.',
    },
    checkNetworks,
  ),
  cluster(
    'ports',
    {
      fields: 'requirePorts, portMappings[].hostPort',
      what: 'true; any port but 0',
      why: 'Nobody else can have that port of the machine, and others may expect somebody else behind it.',
    },
    checkPorts,
  ),
  cluster(
    'roles',
    {
      fields: 'role, acceptedResourceRoles',
      what: 'any role but `*`',
      why: 'Its resources are set apart for somebody.',
    },
    checkRoles,
  ),
  cluster(
    'secrets',
    {
      fields: 'secrets',
      what: 'any source outside of the `--allow-app-prefix` groups; also for `container.docker.pullConfig` and volumes, which name one of these',
      why: 'Marathon gives an app whatever secret it names.',
    },
    checkSecrets,
  ),
  cluster(
    'grace-periods',
    {
      fields: 'taskKillGracePeriodSeconds',
      what: `more than ${MAX_GRACE_SECONDS}`,
      why: 'A killed task holds its slot until it is gone.',
    },
    checkGracePeriod,
  ),
  {
    fields: 'dependencies',
    what: "apps outside of the policy's own groups, and relative ids",
    allowed: '--allow-app-prefix',
    why: 'Marathon makes the deployments of one wait for the other.',
    check: checkDependencies,
  },
  harmless({
    fields: 'labels',
    what: '`MARATHON_SINGLE_INSTANCE_APP` and any other',
    why: 'It concerns the app alone.',
  }),
  harmless({
    fields: 'constraints',
    what: 'any',
    why: 'They choose among the machines that are offered to everybody.',
  }),
  harmless({ fields: 'tty', what: 'any', why: 'It concerns the app alone.' }),
  harmless({
    fields: 'container.docker.forcePullImage, .pullConfig, .credential',
    what: 'any; a secret in it is treated as one',
    why: 'The image is fetched with what the app itself gives.',
  }),
  harmless({
    fields: 'container.volumes[].persistent, residency',
    what: 'any',
    why: "They are the app's own files, of the disk that is offered to everybody.",
  }),
  harmless({
    fields: 'networks[].mode, container.docker.network',
    what: "the host's, a bridge, none",
    why: 'The host network is what a task without container has anyway.',
  }),
  harmless({
    fields: 'portDefinitions, ports, portMappings[].servicePort',
    what: 'any number without requirePorts',
    why: 'A service port is a name until a load balancer is told to listen for it, by a label.',
  }),
  harmless({
    fields: 'healthChecks, readinessChecks',
    what: 'any',
    why: "They ask the task's own machine; a command runs as the task's own user.",
  }),
  harmless({
    fields: 'fetch[].uri',
    what: 'http and ftp',
    why: 'The task could fetch the same by itself.',
  }),
  harmless({
    fields:
      'backoffSeconds, backoffFactor, maxLaunchDelaySeconds, upgradeStrategy, unreachableStrategy, killSelection',
    what: 'any',
    why: "They say how the app's own tasks come and go, within its budget.",
  }),
];
