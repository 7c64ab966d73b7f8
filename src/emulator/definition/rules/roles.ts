// emulator: the role of an app, and from which roles it takes what it is offered.

import { type GivenApp, hasPersistentVolumes } from '../given.ts';
import type { RuleContext } from './context.ts';
import { unless, type Violation, violation } from './violation.ts';

const PATH = '/acceptedResourceRoles';

const BAD_CHARACTERS: readonly (readonly [string, string])[] = [
  ['\t', 'horizontal tab (\\x09)'],
  ['\n', 'line feed (\\x0a)'],
  ['\v', 'vertical tab (\\x0b)'],
  ['\f', 'form feed (\\x0c)'],
  ['\r', 'carriage return (\\x0d)'],
  [' ', 'space (\\x20)'],
  ['/', 'slash (\\x2f)'],
  ['\x7f', 'backspace (\\x7f)'],
];

export function roles(app: GivenApp, { roles: { validRoles } }: RuleContext): readonly Violation[] {
  const { role, acceptedResourceRoles: accepted } = app;
  return [
    ...(role === undefined || validRoles.includes(role)
      ? []
      : [violation('/role', `got ${role}, expected one of: [${validRoles.join(', ')}]`)]),
    ...(accepted === undefined ? [] : acceptedRoles(accepted, app)),
  ];
}

function acceptedRoles(accepted: readonly string[], { role, residency }: GivenApp): readonly Violation[] {
  const allowed = [...new Set(['*', ...(role === undefined ? [] : [role])])].sort();
  return [
    ...unless(accepted.length > 0, PATH, 'must not be empty'),
    ...accepted.flatMap((name) => roleProblems(name).map((error) => ({ path: PATH, error, of: name }))),
    ...unless(
      residency === undefined || (accepted.length === 1 && accepted[0] === '*'),
      PATH,
      'A resident app must have `acceptedResourceRoles = ["*"]`.',
    ),
    ...unless(
      accepted.every((name) => allowed.includes(name)),
      PATH,
      `acceptedResourceRoles can only contain ${allowed.join(' and ')}`,
    ),
  ];
}

function roleProblems(role: string): string[] {
  const named = ['', '.', '..'].includes(role) ? [`A role name must not be "${role}".`] : [];
  const dashed = role.startsWith('-') ? ["A role name must not start with a '-'."] : [];
  const characters = BAD_CHARACTERS.filter(([character]) => role.includes(character));
  return [
    ...named,
    ...dashed,
    ...characters.map(([, name]) => `A role name must not include a ${name} character.`),
  ];
}

/** Resources are reserved for a role: it cannot be everybody's, and what is reserved stays with it. */
export function residentRole(app: GivenApp, { roles: context }: RuleContext): readonly Violation[] {
  const { role = context.defaultRole } = app;
  const { previousRole = role, forceRoleUpdate = false } = context;
  if (!hasPersistentVolumes(app)) return [];
  return [
    ...unless(role !== '*', '/role', 'Resident apps cannot have the role *'),
    ...unless(role === previousRole || forceRoleUpdate, '/role', roleChange(previousRole, role)),
  ];
}

function roleChange(previous: string, wanted: string): string {
  return (
    'It is not possible to change the role for existing reservations. If you proceed with this change, all existing ' +
    `instances will continue to run under the previous role, ${previous}. Only new instances will be ` +
    `allocated with the new role, ${wanted}. In order to continue, retry your request with ?force=true`
  );
}
