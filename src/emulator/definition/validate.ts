// emulator: what a well-shaped app may still get wrong; paths and words are Marathon's.

import type { ErrorDetail } from '../api-error.ts';
import { constraintProblem } from '../mesos/constraints.ts';
import type { AppFields, UpgradeStrategy } from './app.ts';
import { idProblems } from './app-id.ts';
import { isResident } from './resident.ts';
import type { RoleSettings } from './settings.ts';

type Rule = (app: AppFields) => readonly ErrorDetail[];

const RULES: readonly Rule[] = [
  id,
  program,
  command,
  upgradeStrategy,
  unreachableStrategy,
  singleInstance,
  portNames,
  portNumbers,
  networks,
  constraints,
  healthChecks,
  healthCommands,
  mesosChecks,
  readinessChecks,
  secrets,
];

export function validateApp(app: AppFields, roles: RoleSettings): ErrorDetail[] {
  return [...RULES.flatMap((rule) => rule(app)), ...role(app, roles)];
}

function id(app: AppFields): ErrorDetail[] {
  return idProblems(app.id).map((problem) => at('/id', problem));
}

function program(app: AppFields): ErrorDetail[] {
  const hasArgs = app.args !== undefined && app.args.length > 0;
  const ways = Number(app.cmd !== undefined) + Number(hasArgs);
  const valid = ways === 1 || (ways === 0 && app.container?.docker !== undefined);
  if (valid) return [];
  return [at('/', "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.")];
}

function command(app: AppFields): ErrorDetail[] {
  return app.cmd !== undefined && app.cmd.length < 2 ? [at('/cmd', 'must not be an empty string')] : [];
}

function upgradeStrategy(app: AppFields): ErrorDetail[] {
  const names: readonly (keyof UpgradeStrategy)[] = ['minimumHealthCapacity', 'maximumOverCapacity'];
  return names
    .filter((name) => !(app.upgradeStrategy[name] >= 0 && app.upgradeStrategy[name] <= 1))
    .map((name) =>
      at(`/upgradeStrategy/${name}`, `got ${app.upgradeStrategy[name]}, expected between 0.0 and 1.0`),
    );
}

function unreachableStrategy(app: AppFields): ErrorDetail[] {
  const strategy = app.unreachableStrategy;
  if (typeof strategy !== 'object' || strategy === null || Array.isArray(strategy)) return [];
  const { inactiveAfterSeconds, expungeAfterSeconds } = strategy as Readonly<Record<string, number>>;
  return (inactiveAfterSeconds ?? 0) <= (expungeAfterSeconds ?? 0)
    ? []
    : [at('/unreachableStrategy', 'inactiveAfterSeconds must not be greater than expungeAfterSeconds')];
}

function singleInstance(app: AppFields): ErrorDetail[] {
  if (app.labels['MARATHON_SINGLE_INSTANCE_APP'] !== 'true' || app.instances <= 1) return [];
  return [at('/instances', 'Single instance app may only have one instance')];
}

function portNames(app: AppFields): ErrorDetail[] {
  const names = (app.portDefinitions ?? []).flatMap(({ name }) => (name === undefined ? [] : [name]));
  return unique(names) ? [] : [at('/portDefinitions', 'Port names must be unique.')];
}

function portNumbers(app: AppFields): ErrorDetail[] {
  const numbers = (app.portDefinitions ?? []).map(({ port }) => port).filter((port) => port !== 0);
  return unique(numbers) ? [] : [at('/portDefinitions', 'Ports must be unique.')];
}

function networks(app: AppFields): ErrorDetail[] {
  const modes = new Set(app.networks.map(({ mode }) => mode));
  if (modes.size > 1) return [at('/networks', 'Host networking excludes all other networks.')];
  const onHost = modes.has('host') || modes.size === 0;
  if (onHost && (app.container?.portMappings?.length ?? 0) > 0)
    return [at('/container/portMappings', 'must be empty for host networking')];
  if (!onHost && (app.portDefinitions?.length ?? 0) > 0)
    return [at('/portDefinitions', 'must be empty unless host networking is used')];
  return [];
}

function constraints(app: AppFields): ErrorDetail[] {
  return (app.constraints ?? []).flatMap((constraint, index) => {
    const problem = constraintProblem(constraint);
    return problem === undefined ? [] : [at(`/constraints(${index})`, problem)];
  });
}

function healthChecks(app: AppFields): ErrorDetail[] {
  const ports = app.portDefinitions?.length ?? app.container?.portMappings?.length ?? 0;
  const message =
    'Health check port indices must address an element of the ports array or container port mappings.';
  return (app.healthChecks ?? []).flatMap((check, index) => {
    const needsPort = check.protocol !== 'COMMAND' && check.port === undefined;
    return needsPort && (check.portIndex ?? 0) >= ports ? [at(`/healthChecks(${index})`, message)] : [];
  });
}

function healthCommands(app: AppFields): ErrorDetail[] {
  return (app.healthChecks ?? []).flatMap((check, index) =>
    check.protocol === 'COMMAND' && check.command === undefined
      ? [at(`/healthChecks(${index})/command`, 'must not be empty')]
      : [],
  );
}

function mesosChecks(app: AppFields): ErrorDetail[] {
  const count = (app.healthChecks ?? []).filter(({ protocol }) => protocol.startsWith('MESOS_')).length;
  return count <= 1 ? [] : [at('/healthChecks', 'AppDefinition can contain at most one Mesos health check')];
}

function readinessChecks(app: AppFields): ErrorDetail[] {
  const checks = app.readinessChecks ?? [];
  if (checks.length > 1) return [at('/readinessChecks', 'may not contain more than one readiness check')];
  const names = (app.container?.portMappings ?? app.portDefinitions ?? []).map(({ name }) => name);
  return checks.flatMap((check, index) => [
    ...(names.includes(check.portName)
      ? []
      : [
          at(
            `/readinessChecks(${index})/portName`,
            `No port definition reference for portName ${check.portName}`,
          ),
        ]),
    ...(check.timeoutSeconds < check.intervalSeconds
      ? []
      : [
          at(
            `/readinessChecks(${index})/timeoutSeconds`,
            `Timeout (${check.timeoutSeconds} seconds) must be less than the interval (${check.intervalSeconds} seconds).`,
          ),
        ]),
  ]);
}

function secrets(app: AppFields): ErrorDetail[] {
  const declared = Object.keys(typeof app.secrets === 'object' ? (app.secrets ?? {}) : {});
  return Object.entries(app.env ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' || declared.includes(value.secret)
      ? []
      : [at(`/env/${name}`, `Secret '${value.secret}' is not declared`)],
  );
}

function role(app: AppFields, roles: RoleSettings): ErrorDetail[] {
  const { validRoles, previousRole = app.role, forceRoleUpdate = false } = roles;
  const known = validRoles.includes(app.role);
  return [
    ...(known ? [] : [at('/role', `got ${app.role}, expected one of: [${validRoles.join(', ')}]`)]),
    ...(isResident(app) ? residentRole(app.role, previousRole, forceRoleUpdate) : []),
  ];
}

function residentRole(wanted: string, previous: string, forced: boolean): ErrorDetail[] {
  const warning =
    'It is not possible to change the role for existing reservations. If you proceed with this change, all existing ' +
    `instances will continue to run under the previous role, ${previous}. Only new instances will be ` +
    `allocated with the new role, ${wanted}. In order to continue, retry your request with ?force=true`;
  return [
    ...(wanted === '*' ? [at('/role', 'Resident apps cannot have the role *')] : []),
    ...(wanted === previous || forced ? [] : [at('/role', warning)]),
  ];
}

function unique(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

function at(path: string, error: string): ErrorDetail {
  return { path, errors: [error] };
}
