// emulator: the container of an app.

import { dockerNetwork, portMapping } from './network-shape.ts';
import {
  array,
  boolean,
  integer,
  many,
  object,
  oneOf,
  optional,
  required,
  string,
  withDefault,
} from './shape.ts';
import { notEmpty } from './texts.ts';
import { volume } from './volume-shape.ts';

const docker = object('DockerContainer', {
  credential: optional(
    object('DockerCredentials', { principal: required(string), secret: optional(string) }, 'plain'),
  ),
  pullConfig: optional(object('DockerPullConfig', { secret: required(notEmpty) })),
  forcePullImage: withDefault(boolean, false),
  image: required(notEmpty),
  network: optional(dockerNetwork),
  parameters: many(array(object('DockerParameter', { key: required(notEmpty), value: required(string) }))),
  portMappings: optional(array(portMapping)),
  privileged: withDefault(boolean, false),
});

const linuxInfo = object(
  'LinuxInfo',
  {
    seccomp: optional(
      object(
        'Seccomp',
        { profileName: optional(string), unconfined: withDefault(boolean, false) },
        'forgiving',
      ),
    ),
    ipcInfo: optional(
      object(
        'IPCInfo',
        { mode: required(oneOf('PRIVATE', 'SHARE_PARENT')), shmSize: optional(integer()) },
        'plain',
      ),
    ),
  },
  'plain',
);

export const container = object('Container', {
  type: withDefault(oneOf('MESOS', 'DOCKER'), 'DOCKER'),
  docker: optional(docker),
  linuxInfo: optional(linuxInfo),
  volumes: many(array(volume)),
  portMappings: optional(array(portMapping)),
});
