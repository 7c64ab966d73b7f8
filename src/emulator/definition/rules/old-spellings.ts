// emulator: spellings of before 1.5 that contradict themselves or today's (Marathon's validateOldAppAPI).

import type { GivenApp, GivenDocker } from '../given.ts';
import { isUri } from '../jvm/uri.ts';
import { each, isUnique, unless, type Violation, violation } from './violation.ts';

export function oldSpellings(app: GivenApp): readonly Violation[] {
  return [...dockerFields(app), ...discovery(app), ...uris(app), ...mixtures(app)];
}

function dockerFields({ container }: GivenApp): readonly Violation[] {
  const docker = container?.docker;
  if (docker === undefined) return [];
  const empty = (holds: boolean, field: keyof GivenDocker): readonly Violation[] =>
    unless(holds, `/container/docker/${field}`, 'must be empty');
  const names = (docker.portMappings ?? []).flatMap(({ name }) => name ?? []);
  const onMesos = container?.type === 'MESOS';
  return [
    ...empty(docker.credential === undefined, 'credential'),
    ...(onMesos ? empty(docker.network === undefined, 'network') : []),
    ...(onMesos ? empty(docker.parameters.length === 0, 'parameters') : []),
    ...(onMesos ? empty(docker.portMappings === undefined, 'portMappings') : []),
    ...unless(isUnique(names), DOCKER_MAPPINGS, 'Port names must be unique.'),
  ];
}

/** Marathon names the place by the call that finds it. */
const DOCKER_MAPPINGS =
  '/container/flatMap(((x$5: mesosphere.marathon.raml.Container) => x$5.docker.flatMap[Seq[mesosphere.marathon.raml.ContainerPortMapping]](((x$6: mesosphere.marathon.raml.DockerContainer) => x$6.portMappings))))';

function discovery({ container, ipAddress }: GivenApp): readonly Violation[] {
  const wrong = container?.type === 'DOCKER' && ipAddress?.discovery !== undefined;
  return unless(!wrong, '/ipAddress', 'ipAddress/discovery is not allowed for Docker containers');
}

function uris({ uris: given = [], fetch }: GivenApp): readonly Violation[] {
  return [
    ...each(given, '/uris', (uri, path) => unless(isUri(uri), path, 'URI has invalid syntax.')),
    ...unless(given.length === 0 || fetch.length === 0, '/uris', 'may not be set in conjunction with fetch'),
  ];
}

function mixtures(app: GivenApp): readonly Violation[] {
  const { container, networks, ipAddress, ports, portDefinitions } = app;
  const fixed = (ports ?? []).filter((port) => port !== 0);
  const hasPorts = (ports?.length ?? 0) > 0 || (portDefinitions?.length ?? 0) > 0;
  const problems = [
    [
      container?.docker?.network !== undefined && networks.length > 0,
      'must not specify both container.docker.network and networks',
    ],
    [ipAddress !== undefined && networks.length > 0, 'must not specify both networks and ipAddress'],
    [!isUnique(fixed), 'ports must be unique'],
    [ipAddress !== undefined && hasPorts, 'cannot specify both an IP address and port'],
    [differ(ports, portDefinitions), 'cannot specify both ports and port definitions'],
  ] as const;
  return problems.flatMap(([wrong, error]) => (wrong ? [violation('', error)] : []));
}

function differ(ports: GivenApp['ports'], definitions: GivenApp['portDefinitions']): boolean {
  if (ports === undefined || definitions === undefined) return false;
  return ports.length !== definitions.length || ports.some((port, i) => port !== definitions[i]?.port);
}
