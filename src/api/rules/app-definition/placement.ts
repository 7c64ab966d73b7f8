// api: roles, limits, dependencies and what labels demand.

import { asObject, listOf } from '../../app-definition/network.ts';
import { absoluteId } from '../../app-definition/path.ts';
import { type Complaints, type Read, when } from './subject.ts';

export function checkPlacement(app: Read): Complaints {
  return [
    ...checkRoles(app),
    ...checkLimits(app),
    ...checkDependencies(app),
    ...checkUnreachable(app),
    ...checkLabels(app),
  ];
}

/** Which roles there are depends on the cluster; what no role can be called does not. */
function checkRoles({ read }: Read): Complaints {
  const { role, acceptedResourceRoles } = read;
  const accepted = listOf(acceptedResourceRoles);
  const others = new Set((accepted ?? []).filter((name) => name !== '*' && typeof name === 'string'));
  const at = ['acceptedResourceRoles'];
  return [
    ...when(typeof role === 'string' && isNoRole(role), ['role'], 'is not the name of a role'),
    ...when(accepted?.length === 0, at, 'must not be empty: leave it out'),
    ...[...others].flatMap((name) =>
      when(isNoRole(String(name)), at, `has '${String(name)}', which is not the name of a role`),
    ),
    ...when(others.size > 1, at, "can hold * and the app's own role only"),
    ...when(
      typeof role === 'string' && [...others].some((name) => name !== role),
      at,
      `can hold * and the app's own role, ${String(role)}, only`,
    ),
  ];
}

function isNoRole(name: string): boolean {
  return name === '' || name === '.' || name === '..' || name.startsWith('-') || /[\s\p{Cc}]/u.test(name);
}

function checkLimits({ read }: Read): Complaints {
  const limits = asObject(read['resourceLimits']);
  return [['cpus', 1] as const, ['mem', 128] as const].flatMap(([field, byDefault]) => {
    const limit = limits[field];
    const wanted = read[field] ?? byDefault;
    return when(
      typeof limit === 'number' && typeof wanted === 'number' && limit < wanted,
      ['resourceLimits', field],
      `must be at least ${field}, which is ${String(wanted)}`,
    );
  });
}

const SEGMENT = /^(([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])$/;

function checkDependencies({ read, id }: Read): Complaints {
  return (listOf(read['dependencies']) ?? []).flatMap((dependency, i) => {
    if (typeof dependency !== 'string') return [];
    const path = absoluteId(dependency);
    const isBad = dependency
      .split('/')
      .some((segment) => segment !== '' && !/^\.\.?$/.test(segment) && !SEGMENT.test(segment));
    const around = path === '/' || path === id || (id ?? '').startsWith(`${path}/`);
    return [
      ...when(
        isBad,
        ['dependencies', i],
        'must be an id: lower-case letters, digits, - and . between slashes',
      ),
      ...when(!isBad && around, ['dependencies', i], `is ${path}, the app itself or a group that it is in`),
    ];
  });
}

/** Marathon counts in nanoseconds. */
const MOST_SECONDS = 9_223_372_036;

function checkUnreachable({ read }: Read): Complaints {
  const { inactiveAfterSeconds: inactive = 0, expungeAfterSeconds: expunge = 0 } = asObject(
    read['unreachableStrategy'],
  );
  if (typeof inactive !== 'number' || typeof expunge !== 'number') return [];
  return [
    ...when(
      inactive > expunge,
      ['unreachableStrategy', 'inactiveAfterSeconds'],
      `must not be greater than expungeAfterSeconds, which is ${expunge}`,
    ),
    ...when(
      Math.max(inactive, expunge) > MOST_SECONDS,
      ['unreachableStrategy'],
      `must not be longer than ${MOST_SECONDS} seconds`,
    ),
  ];
}

function checkLabels({ read, instances }: Read): Complaints {
  const labels = asObject(read['labels']);
  const single = labels['MARATHON_SINGLE_INSTANCE_APP'] === 'true';
  const strategy = Object.values(asObject(read['upgradeStrategy']));
  const version = labels['DCOS_MIGRATION_API_VERSION'];
  const migrates = ['DCOS_PACKAGE_FRAMEWORK_NAME', 'DCOS_MIGRATION_API_PATH'].every((name) =>
    Boolean(labels[name]),
  );
  return [
    ...when(
      single && strategy.some((share) => share !== 0),
      ['upgradeStrategy'],
      'must be 0 and 0 with the label MARATHON_SINGLE_INSTANCE_APP',
    ),
    ...when(
      single && (instances ?? 0) > 1,
      ['labels', 'MARATHON_SINGLE_INSTANCE_APP'],
      'allows one instance only: lower instances.min',
    ),
    ...when(
      typeof version === 'string' && version !== '' && (version !== 'v1' || !migrates),
      ['labels', 'DCOS_MIGRATION_API_VERSION'],
      'must be v1, with DCOS_PACKAGE_FRAMEWORK_NAME and DCOS_MIGRATION_API_PATH beside it',
    ),
  ];
}
