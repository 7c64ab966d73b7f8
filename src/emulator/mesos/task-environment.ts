// emulator: the environment that Marathon gives to a task.

import type { AppDefinition, PortDefinition, PortMapping } from '../definition/app.ts';
import type { Placement } from './cluster.ts';

export interface TaskEnvironment {
  /** Of every task, before anything of Marathon's: PATH, HOME, LANG… */
  readonly base: Readonly<Record<string, string>>;
  /** Put before the PATH of `base`. */
  readonly pathDirs: readonly string[];
  /** Extra variables of every task. */
  readonly extra: Readonly<Record<string, string>>;
}

export interface TaskContext {
  readonly app: AppDefinition;
  readonly taskId: string;
  readonly placement: Placement;
}

/** Later ones win: the server's base, its extras, the app's own, Marathon's. References to secrets are left out. */
export function taskEnvironment(world: TaskEnvironment, task: TaskContext): Record<string, string> {
  const path = [...world.pathDirs, ...(world.base['PATH'] === undefined ? [] : [world.base['PATH']])];
  return {
    ...world.base,
    ...(path.length === 0 ? {} : { PATH: path.join(':') }),
    ...world.extra,
    ...ownVariables(task.app),
    ...appVariables(task),
    ...portVariables(task.app, task.placement.ports),
    HOST: task.placement.hostname,
  };
}

function ownVariables(app: AppDefinition): Record<string, string> {
  return Object.fromEntries(
    Object.entries(app.env ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function appVariables({ app, taskId }: TaskContext): Record<string, string> {
  const labels = Object.keys(app.labels);
  const image = app.container?.docker?.image;
  return {
    MESOS_TASK_ID: taskId,
    MARATHON_APP_ID: app.id,
    MARATHON_APP_VERSION: app.version,
    ...(image === undefined ? {} : { MARATHON_APP_DOCKER_IMAGE: image }),
    MARATHON_APP_RESOURCE_CPUS: String(app.cpus),
    MARATHON_APP_RESOURCE_MEM: String(app.mem),
    MARATHON_APP_RESOURCE_DISK: String(app.disk),
    MARATHON_APP_RESOURCE_GPUS: String(app.gpus),
    MARATHON_APP_ENFORCE_GROUP_ROLE: 'false',
    MARATHON_APP_LABELS: labels.map(variableName).join(' '),
    ...Object.fromEntries(
      labels.map((key) => [`MARATHON_APP_LABEL_${variableName(key)}`, app.labels[key] ?? '']),
    ),
  };
}

function portVariables(app: AppDefinition, ports: readonly number[]): Record<string, string> {
  const [first] = ports;
  if (first === undefined) return {};
  const out: Record<string, string> = { PORT: String(first), PORTS: ports.join(',') };
  const asked = askedPorts(app);
  ports.forEach((port, index) => {
    out[`PORT${index}`] = String(port);
    const { number, name } = asked[index] ?? {};
    out[`PORT_${number === undefined || number === 0 ? port : number}`] = String(port);
    if (name !== undefined) out[`PORT_${variableName(name)}`] = String(port);
  });
  return out;
}

/** What each port is called in the definition. */
function askedPorts(app: AppDefinition): { number: number; name?: string }[] {
  const named = (
    number: number,
    { name }: PortDefinition | PortMapping,
  ): { number: number; name?: string } => (name === undefined ? { number } : { number, name });
  const mappings = app.container?.portMappings;
  if (mappings !== undefined) return mappings.map((mapping) => named(mapping.containerPort, mapping));
  return (app.portDefinitions ?? []).map((definition) => named(definition.port, definition));
}

/** Upper case, and `_` for whatever a shell does not take in a name. */
function variableName(key: string): string {
  return key.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
}
