// emulator: what volumes must be to be stored, beyond what their meaning asks.

import { type GivenApp, type GivenCsi, type GivenVolume, isCsi, volumesOf } from '../../given.ts';
import { each, unless, type Violation } from '../violation.ts';

export function storedVolumes(app: GivenApp): readonly Violation[] {
  const volumes = volumesOf(app);
  return [
    ...each(volumes, '/container/volumes', (volume, at) => storedVolume(volume, `${at}/volume`)),
    ...csiInstances(app, volumes),
  ];
}

function storedVolume({ persistent, external, mode }: GivenVolume, at: string): readonly Violation[] {
  const readOnly = external !== undefined && isCsi(external) && !isWritable(external);
  return [
    ...unless(persistent?.profileName !== '', `${at}/persistent/profileName`, 'must not be empty'),
    ...(external === undefined || isCsi(external)
      ? []
      : unless(external.size !== 0, `${at}/external/size`, 'got 0, expected more than 0')),
    ...unless(
      !readOnly || mode === 'RO',
      at,
      'CSI volume must be mounted readonly with a read-only access mode',
    ),
  ];
}

const READ_ONLY = ['UNKNOWN', 'SINGLE_NODE_READER_ONLY', 'MULTI_NODE_READER_ONLY'];
const SHAREABLE = ['MULTI_NODE_READER_ONLY', 'MULTI_NODE_SINGLE_WRITER', 'MULTI_NODE_MULTI_WRITER'];

function isWritable({ options }: GivenCsi): boolean {
  return !READ_ONLY.includes(options.capability.accessMode);
}

function csiInstances({ instances }: GivenApp, volumes: readonly GivenVolume[]): readonly Violation[] {
  const csi = volumes.flatMap(({ external }) =>
    external !== undefined && isCsi(external) ? [external] : [],
  );
  const shareable = csi.every(({ options }) => SHAREABLE.includes(options.capability.accessMode));
  return unless(
    instances <= 1 || shareable,
    '/instances',
    `got ${instances}, expected 1 or less while non-shareable CSI volumes are defined`,
  );
}
