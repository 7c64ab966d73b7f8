// api: the container of an app definition.

import { asObject, listOf } from '../../app-definition/network.ts';
import { isObject, type JsonObject } from '../../schema/json-schema.ts';
import { type Complaints, type Read, when } from './subject.ts';

export function checkContainer({ read }: Read): Complaints {
  const { container, gpus } = read;
  if (!isObject(container)) return [];
  const { docker, linuxInfo } = container;
  const ofDocker = container['type'] !== 'MESOS';
  return [
    ...when(ofDocker && docker === undefined, ['container'], 'needs docker with an image, or type MESOS'),
    ...when(
      ofDocker && typeof gpus === 'number' && gpus > 0,
      ['gpus'],
      'needs a container of type MESOS: Docker has no GPUs',
    ),
    ...(isObject(docker) ? checkDocker(docker, read, ofDocker) : []),
    ...(ofDocker ? [] : checkLinux(asObject(linuxInfo))),
  ];
}

const DOCKER = ['container', 'docker'] as const;

function checkDocker(docker: JsonObject, { secrets }: JsonObject, ofDocker: boolean): Complaints {
  const { pullConfig, parameters } = docker;
  const secret = asObject(pullConfig)['secret'];
  const undefinedSecret = typeof secret === 'string' && !Object.hasOwn(asObject(secrets), secret);
  const outdated = ['network', 'portMappings'].filter((field) => docker[field] !== undefined);
  return [
    ...when(
      docker['credential'] !== undefined,
      [...DOCKER, 'credential'],
      'is not taken since 1.5: remove it',
    ),
    ...when(
      ofDocker && pullConfig !== undefined,
      [...DOCKER, 'pullConfig'],
      'needs a container of type MESOS',
    ),
    ...when(!ofDocker && undefinedSecret, [...DOCKER, 'pullConfig', 'secret'], 'names no secret of secrets'),
    ...when(
      !ofDocker && (listOf(parameters)?.length ?? 0) > 0,
      [...DOCKER, 'parameters'],
      'needs a container of type DOCKER',
    ),
    ...(ofDocker
      ? []
      : outdated.flatMap((field) => {
          const instead = field === 'network' ? 'networks' : 'container.portMappings';
          return when(true, [...DOCKER, field], `needs a container of type DOCKER: use ${instead}`);
        })),
  ];
}

const LINUX = ['container', 'linuxInfo'] as const;

function checkLinux({ seccomp, ipcInfo }: JsonObject): Complaints {
  const { profileName, unconfined } = asObject(seccomp);
  const { mode, shmSize } = asObject(ipcInfo);
  return [
    ...when(
      seccomp !== undefined && profileName === undefined && unconfined !== true,
      [...LINUX, 'seccomp'],
      'needs profileName, or unconfined: true',
    ),
    ...when(
      seccomp !== undefined && profileName !== undefined && unconfined === true,
      [...LINUX, 'seccomp'],
      'has profileName and unconfined: true, which exclude each other',
    ),
    ...when(
      mode === 'SHARE_PARENT' && shmSize !== undefined,
      [...LINUX, 'ipcInfo', 'shmSize'],
      'goes with mode PRIVATE only',
    ),
  ];
}
