// emulator: the volumes of a container.

import { type GivenApp, type GivenPersistent, type GivenVolume, volumesOf } from '../../given.ts';
import { isJavaPattern } from '../../jvm/java-pattern.ts';
import { featureProblem, type RuleContext } from '../context.ts';
import { each, isUnique, unless, type Violation, violation } from '../violation.ts';
import { externalVolume } from './external-volume.ts';

export function volumes(app: GivenApp, context: RuleContext): readonly Violation[] {
  const given = volumesOf(app);
  const names = given.flatMap(({ external }) => external?.name ?? []);
  const secrets = given.filter(({ secret }) => secret !== undefined);
  const path = '/container/secretVolumes(container)';
  return [
    ...unless(isUnique(names), '/container/volumes', 'Volume names must be unique'),
    ...each(given, '/container/volumes', (volume, at) => volumeProblems(volume, at, { app, context })),
    ...(secrets.length === 0 || context.features.has('secrets')
      ? []
      : [violation(path, 'must be empty'), violation(path, featureProblem('secrets'))]),
  ];
}

function volumeProblems(
  volume: GivenVolume,
  at: string,
  { app, context }: { app: GivenApp; context: RuleContext },
): readonly Violation[] {
  if (volume.persistent !== undefined) return persistentVolume(volume, volume.persistent, at);
  if (volume.external !== undefined)
    return externalVolume({ volume, external: volume.external, engine: app.container?.type }, at, context);
  if (volume.secret !== undefined)
    return unless(
      Object.hasOwn(app.secrets, volume.secret),
      at,
      'volume.secret must refer to an existing secret',
    );
  return [];
}

function persistentVolume(
  { containerPath, mode }: GivenVolume,
  info: GivenPersistent,
  at: string,
): readonly Violation[] {
  const path = `${at}/containerPath`;
  return [
    ...unless(!['.', '..'].includes(containerPath), path, 'can not be one of (.,..)'),
    ...unless(!containerPath.includes('/'), path, 'value must not contain "/"'),
    ...unless(mode === 'RW', `${at}/mode`, 'does not equal RW'),
    ...persistentInfo(info, `${at}/persistent`),
  ];
}

function persistentInfo(info: GivenPersistent, at: string): readonly Violation[] {
  const { type = 'root', size, maxSize, constraints } = info;
  return [
    ...unless(size > 0, `${at}/size`, `got ${size}, expected more than 0`),
    ...constraints.flatMap((constraint) => volumeConstraint(constraint, `${at}/constraints`)),
    ...unless(type === 'mount' || maxSize === undefined, at, 'Only mount volumes can have maxSize'),
    ...unless(
      type !== 'root' || constraints.length === 0,
      at,
      'Constraints on root volumes are not supported',
    ),
    ...unless(maxSize === undefined || maxSize > size, at, 'Max size must be larger than size'),
  ];
}

const OPERATORS = ['UNIQUE', 'LIKE', 'CLUSTER', 'GROUP_BY', 'UNLIKE', 'MAX_PER', 'IS'];

function volumeConstraint(constraint: readonly string[], at: string): readonly Violation[] {
  const [field, operator, value] = constraint;
  const wrong = (error: string): readonly Violation[] => [{ path: at, error, of: constraint.join('\n') }];
  if (field === undefined && operator === undefined) return wrong('Missing field and operator');
  if (field !== 'path' || operator === undefined || value === undefined)
    return wrong(`Unsupported constraint ${constraint.join(',')}`);
  if (!OPERATORS.includes(operator)) return wrong(`unknown constraint operator ${operator}`);
  if (operator !== 'LIKE' && operator !== 'UNLIKE') return wrong('Operator must be one of LIKE, UNLIKE');
  return isJavaPattern(value) ? [] : [violation(`${at}/${value}`, 'Invalid regular expression')];
}
