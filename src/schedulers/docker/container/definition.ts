// schedulers/docker: a definition as the engine takes it, what one instance of it takes, and what of it other parts need.

import { durationMs } from '../../../api/duration.ts';
import type { AppDefinition } from '../../../api/policy.ts';
import type { Footprint } from '../../../core/observation.ts';
import { defined } from '../../../lang/defined.ts';
import { statedFootprint } from '../../definition/footprint.ts';
import {
  type Json,
  listIn,
  numberIn,
  objectIn,
  textIn,
  textMapIn,
  textsIn,
} from '../../docker-engine/json.ts';

/** A container that names no limits takes a part of the machine all the same; Docker itself has no default to go by. */
const DEFAULTS: Footprint = { cpus: 0.1, mem: 128, disk: 0, gpus: 0 };

/** As `docker stop` waits. */
const DEFAULT_GRACE_MS = 10_000;

const MIB = 1024 * 1024;

export function footprintOf(definition: AppDefinition): Footprint {
  return statedFootprint(definition, DEFAULTS);
}

/** Whole seconds: the engine counts no smaller ones. */
export function graceSecondsOf(definition: AppDefinition): number {
  const said = textIn(definition['stopGrace']);
  return Math.ceil((said === undefined ? DEFAULT_GRACE_MS : durationMs(said)) / 1000);
}

export interface PortOf {
  readonly containerPort: number;
  readonly hostPort?: number;
  readonly hostAddress?: string;
  readonly protocol: 'tcp' | 'udp';
}

export function portsOf(definition: AppDefinition): readonly PortOf[] {
  return listIn(definition['ports'])
    .map(objectIn)
    .flatMap((port) => {
      const containerPort = numberIn(port['containerPort']);
      if (containerPort === undefined) return [];
      return [
        {
          containerPort,
          protocol: port['protocol'] === 'UDP' ? ('udp' as const) : ('tcp' as const),
          ...defined({ hostPort: numberIn(port['hostPort']), hostAddress: textIn(port['hostAddress']) }),
        },
      ];
    });
}

/** Whether its ports are the machine's own. */
export function usesHostNetwork(definition: AppDefinition): boolean {
  return definition['network'] === 'host';
}

export interface ContainerRequest {
  readonly definition: AppDefinition;
  /** Beside those of the definition; a name in both has this value. */
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** The body of `POST /containers/create`. */
export function createBody({ definition, env, labels }: ContainerRequest): Json {
  const ports = portsOf(definition);
  return {
    Image: textIn(definition['image']) ?? '',
    Labels: { ...textMapIn(definition['labels']), ...labels },
    Env: Object.entries({ ...textMapIn(definition['env']), ...env }).map(
      ([name, value]) => `${name}=${value}`,
    ),
    StopTimeout: graceSecondsOf(definition),
    ExposedPorts: Object.fromEntries(ports.map((port) => [portKey(port), {}])),
    HostConfig: hostConfig(definition, ports),
    ...defined({
      Cmd: textListIn(definition['command']),
      Entrypoint: textListIn(definition['entrypoint']),
      User: textIn(definition['user']),
      WorkingDir: textIn(definition['workingDir']),
      StopSignal: textIn(definition['stopSignal']),
      Healthcheck: healthCheckOf(definition),
    }),
  };
}

function hostConfig(definition: AppDefinition, ports: readonly PortOf[]): Json {
  const { cpus, mem } = { cpus: numberIn(definition['cpus']), mem: numberIn(definition['mem']) };
  return {
    // The operator starts again what ends, so that it can say why something does not run.
    RestartPolicy: { Name: 'no' },
    PortBindings: Object.fromEntries(
      usesHostNetwork(definition) ? [] : ports.map((port) => [portKey(port), [bindingOf(port)]]),
    ),
    Mounts: listIn(definition['mounts']).map(objectIn).map(mountOf),
    ...defined({
      NanoCpus: cpus === undefined ? undefined : Math.round(cpus * 1e9),
      Memory: mem === undefined ? undefined : Math.round(mem * MIB),
      PidsLimit: numberIn(definition['pids']),
      NetworkMode: textIn(definition['network']),
      ReadonlyRootfs: flagIn(definition['readOnly']),
      Privileged: flagIn(definition['privileged']),
      Init: flagIn(definition['init']),
      CapAdd: textListIn(definition['capAdd']),
      CapDrop: textListIn(definition['capDrop']),
      ExtraHosts: textListIn(definition['extraHosts']),
      SecurityOpt: definition['noNewPrivileges'] === true ? ['no-new-privileges'] : undefined,
    }),
  };
}

function portKey({ containerPort, protocol }: PortOf): string {
  return `${containerPort}/${protocol}`;
}

function bindingOf({ hostPort, hostAddress }: PortOf): Json {
  return { HostPort: hostPort === undefined ? '' : String(hostPort), HostIp: hostAddress ?? '' };
}

function mountOf(mount: Json): Json {
  const type = textIn(mount['type']) ?? 'Volume';
  const sizeMb = numberIn(mount['sizeMb']);
  return {
    Type: type.toLowerCase(),
    Target: textIn(mount['target']) ?? '',
    ReadOnly: mount['readOnly'] === true,
    ...defined({
      Source: textIn(mount['source']),
      TmpfsOptions: sizeMb === undefined ? undefined : { SizeBytes: sizeMb * MIB },
    }),
  };
}

function healthCheckOf(definition: AppDefinition): Json | undefined {
  if (definition['healthCheck'] === undefined) return undefined;
  const check = objectIn(definition['healthCheck']);
  const command = textsIn(check['command']);
  const nanoseconds = (name: string): number | undefined => {
    const text = textIn(check[name]);
    return text === undefined ? undefined : durationMs(text) * 1e6;
  };
  return {
    // No command turns the image's own off.
    Test: command.length === 0 ? ['NONE'] : ['CMD', ...command],
    ...defined({
      Interval: nanoseconds('interval'),
      Timeout: nanoseconds('timeout'),
      StartPeriod: nanoseconds('startPeriod'),
      Retries: numberIn(check['retries']),
    }),
  };
}

function textListIn(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? textsIn(value) : undefined;
}

function flagIn(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}
