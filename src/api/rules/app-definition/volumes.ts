// api: volumes of an app definition, and what goes with those that stay.

import { asObject, listOf } from '../../app-definition/network.ts';
import type { JsonObject } from '../../schema/json-schema.ts';
import { badPattern } from './pattern.ts';
import { type Complaints, complaint, type Read, repeated, when } from './subject.ts';

export function checkVolumes(app: Read): Complaints {
  const container = asObject(app.read['container']);
  const volumes = (listOf(container['volumes']) ?? []).map(asObject);
  const names = volumes.flatMap(({ external }) => {
    const { name } = asObject(external);
    return typeof name === 'string' ? [name] : [];
  });
  return [
    ...volumes.flatMap((volume, i) => checkVolume(volume, ['container', 'volumes', i], app)),
    ...repeated(names).map((name) =>
      complaint(['container', 'volumes'], `has the external volume ${String(name)} twice`),
    ),
    ...checkStays(app),
  ];
}

type At = readonly (string | number)[];

function checkVolume(volume: JsonObject, at: At, app: Read): Complaints {
  if (volume['persistent'] !== undefined) return checkPersistent(volume, at);
  if (volume['external'] !== undefined) return checkExternal(volume, at, app);
  const { secret } = volume;
  const known = typeof secret !== 'string' || Object.hasOwn(asObject(app.read['secrets']), secret);
  return when(!known, [...at, 'secret'], 'names no secret of secrets');
}

function checkPersistent({ containerPath, mode, persistent }: JsonObject, at: At): Complaints {
  const { size, type, maxSize, profileName, constraints } = asObject(persistent);
  const path = String(containerPath);
  const inner = [...at, 'persistent'];
  const patterns = (listOf(constraints) ?? []).flatMap((constraint, i) =>
    checkDiskConstraint(listOf(constraint) ?? [], [...inner, 'constraints', i]),
  );
  const onRoot = type === undefined || type === 'root';
  return [
    ...when(path === '.' || path === '..', [...at, 'containerPath'], 'must be the name of a directory'),
    ...when(
      path.includes('/'),
      [...at, 'containerPath'],
      'must not have a / in it: it is relative to the sandbox',
    ),
    ...when(mode !== 'RW', [...at, 'mode'], 'must be RW for a persistent volume'),
    ...when(size === 0, [...inner, 'size'], 'must be more than 0'),
    ...when(maxSize !== undefined && type !== 'mount', [...inner, 'maxSize'], 'goes with type mount only'),
    ...when(
      typeof maxSize === 'number' && typeof size === 'number' && maxSize <= size,
      [...inner, 'maxSize'],
      'must be more than size',
    ),
    ...when(
      onRoot && (listOf(constraints) ?? []).length > 0,
      [...inner, 'constraints'],
      `cannot be held on a root disk: ${profileName === undefined ? 'use' : 'say'} type mount or path`,
    ),
    ...patterns,
  ];
}

function checkDiskConstraint([field, operator, value]: readonly unknown[], at: At): Complaints {
  if (field !== 'path' || operator !== 'LIKE' || typeof value !== 'string') {
    return when(true, at, 'must be [path, LIKE, pattern]');
  }
  return when(badPattern(value), at, `has a pattern that is not a regular expression: ${value}`);
}

const OPTION = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\/[A-Za-z0-9](?:[-A-Za-z0-9._:]*[A-Za-z0-9])?$/;
const DRIVER = 'dvdi/driver';

function checkExternal(volume: JsonObject, at: At, app: Read): Complaints {
  const external = asObject(volume['external']);
  const inner = [...at, 'external'];
  return external['provider'] === 'csi'
    ? checkCsi(external, inner)
    : checkDvdi(volume, external, { at, inner, app });
}

function checkCsi({ options }: JsonObject, at: At): Complaints {
  const { accessMode, accessType, fsType } = asObject(asObject(options)['capability']);
  const place = [...at, 'options', 'capability'];
  return [
    ...when(
      accessType === 'mount' && fsType === undefined,
      [...place, 'fsType'],
      'must be given with accessType mount',
    ),
    ...when(
      typeof accessMode === 'string' && !ACCESS_MODES.includes(accessMode),
      [...place, 'accessMode'],
      `must be one of ${ACCESS_MODES.join(', ')}`,
    ),
  ];
}

const ACCESS_MODES = [
  'SINGLE_NODE_WRITER',
  'SINGLE_NODE_READER_ONLY',
  'MULTI_NODE_READER_ONLY',
  'MULTI_NODE_SINGLE_WRITER',
  'MULTI_NODE_MULTI_WRITER',
];

function checkDvdi(
  { mode, containerPath }: JsonObject,
  { name, provider, options, size }: JsonObject,
  { at, inner, app }: { at: At; inner: At; app: Read },
): Complaints {
  const keys = Object.keys(asObject(options));
  const ofDocker = asObject(app.read['container'])['type'] !== 'MESOS';
  const driver = asObject(options)[DRIVER];
  const iops = asObject(options)['dvdi/iops'];
  return [
    ...when(name === undefined || name === '', [...inner, 'name'], 'must be given'),
    ...when(provider === undefined, [...inner, 'provider'], 'must be given: dvdi or csi'),
    ...when(provider !== undefined && provider !== 'dvdi', [...inner, 'provider'], 'must be dvdi or csi'),
    ...keys
      .filter((key) => !OPTION.test(key))
      .map((key) => complaint([...inner, 'options', key], 'must be named provider/option')),
    ...when(provider === 'dvdi' && !driver, [...inner, 'options'], `needs ${DRIVER}`),
    ...when(
      typeof iops === 'string' && !/^[1-9]\d*$/.test(iops.trim()),
      [...inner, 'options', 'dvdi/iops'],
      'must be a positive integer, as text',
    ),
    ...when(
      containerPath === '.' || containerPath === '..',
      [...at, 'containerPath'],
      'must be the path of a directory',
    ),
    ...when(
      !ofDocker && mode !== 'RW',
      [...at, 'mode'],
      'must be RW for an external volume of a MESOS container',
    ),
    ...when(ofDocker && size !== undefined, [...inner, 'size'], 'goes with a container of type MESOS only'),
    ...when(
      ofDocker && keys.some((key) => key !== DRIVER),
      [...inner, 'options'],
      `must hold nothing but ${DRIVER} for a container of type DOCKER`,
    ),
    ...when((app.instances ?? 0) > 1, inner, 'can be had by one instance only: lower instances.min'),
  ];
}

/** A volume that outlives its task: the task is not started elsewhere, nor twice. */
function checkStays({ read, volumes }: Read): Complaints {
  const strategy = asObject(read['upgradeStrategy']);
  const over = strategy['maximumOverCapacity'];
  const { unreachableStrategy, acceptedResourceRoles, residency } = read;
  const resident = volumes.persistent || residency !== undefined;
  return [
    ...when(
      (resident || volumes.external) && typeof over === 'number' && over > 0,
      ['upgradeStrategy', 'maximumOverCapacity'],
      'must be 0 with such a volume: nothing can start beside what holds it',
    ),
    ...when(
      resident && unreachableStrategy !== undefined && unreachableStrategy !== 'disabled',
      ['unreachableStrategy'],
      'must be disabled with a persistent volume',
    ),
    ...when(
      volumes.persistent && read['role'] === '*',
      ['role'],
      'must not be * with a persistent volume, whose disk is reserved for a role',
    ),
    ...when(
      resident && acceptedResourceRoles !== undefined && !isStar(acceptedResourceRoles),
      ['acceptedResourceRoles'],
      'must be ["*"] with a persistent volume',
    ),
  ];
}

function isStar(roles: unknown): boolean {
  return (listOf(roles) ?? []).every((role) => role === '*');
}
