// emulator: the volumes of a container. What a volume is shows in the fields that it has.

import {
  array,
  boolean,
  long,
  many,
  map,
  object,
  oneOf,
  optional,
  required,
  set,
  string,
  union,
  withDefault,
} from './shape.ts';
import { notEmpty } from './texts.ts';

const mode = required(oneOf('RO', 'RW'));
const containerPath = required(notEmpty);

const persistent = object('PersistentVolumeInfo', {
  type: optional(oneOf('root', 'path', 'mount')),
  size: required(long(0)),
  maxSize: optional(long(0)),
  profileName: optional(string),
  constraints: many(set(array(string))),
});

const dvdi = object('DVDIExternalVolumeInfo', {
  size: optional(long(0)),
  name: optional(string),
  provider: optional(string),
  options: many(map(string)),
  shared: withDefault(boolean, false),
});

const capability = object('CSICapability', {
  accessMode: required(string),
  accessType: required(string),
  fsType: optional(string),
  mountFlags: many(array(string)),
});

const csi = object(
  'CSIExternalVolumeInfo',
  {
    name: required(string),
    provider: required(string),
    options: required(
      object('CSIExternalVolumeInfoOptions', {
        pluginName: required(notEmpty),
        capability: required(capability),
        nodeStageSecret: many(map(string)),
        nodePublishSecret: many(map(string)),
        volumeContext: many(map(string)),
      }),
    ),
  },
  'plain',
);

export const volume = union(
  object('AppPersistentVolume', { containerPath, persistent: required(persistent), mode }),
  object('AppExternalVolume', { containerPath, external: required(union(dvdi, csi)), mode }),
  object('AppSecretVolume', { containerPath, secret: required(notEmpty) }),
  object('AppHostVolume', { containerPath, hostPath: required(notEmpty), mode }),
);
