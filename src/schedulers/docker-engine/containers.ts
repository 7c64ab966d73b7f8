// schedulers: containers as an engine describes them, read into what is used of it.

import { defined } from '../../lang/defined.ts';
import { instantIn, type Json, listIn, numberIn, objectIn, textIn, textMapIn, textsIn } from './json.ts';

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

export type Health = 'starting' | 'healthy' | 'unhealthy';

export interface PublishedPort {
  readonly containerPort: number;
  readonly hostPort: number;
}

/** A row of the list of containers. */
export interface ContainerRow {
  readonly id: string;
  readonly name: string;
  /** What the engine has beside these is taken for one that holds its slot. */
  readonly state: ContainerState;
  /** Absent where the container has no health check. */
  readonly health?: Health;
  readonly labels: Readonly<Record<string, string>>;
  /** Whole seconds. */
  readonly createdAtMs: number;
  readonly ports: readonly PublishedPort[];
}

/** What does not change while a container exists, and how it ended last. */
export interface ContainerDetails {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `NAME=value`, those of its image first. */
  readonly env: readonly string[];
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** Why it could not be started. */
  readonly startError?: string;
  readonly cpus: number;
  readonly memBytes: number;
  readonly addresses: readonly string[];
}

const STATES: readonly ContainerState[] = [
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
];

export function containerRows(answer: readonly unknown[]): readonly ContainerRow[] {
  return answer.map(objectIn).flatMap(containerRow);
}

function containerRow(row: Json): readonly ContainerRow[] {
  const id = textIn(row['Id']);
  if (id === undefined) return [];
  const said = textIn(row['State']);
  return [
    {
      id,
      name: (textsIn(row['Names'])[0] ?? id).replace(/^\//, ''),
      state: STATES.find((state) => state === said) ?? 'running',
      ...defined({ health: healthIn(textIn(row['Status']) ?? '') }),
      labels: textMapIn(row['Labels']),
      createdAtMs: (numberIn(row['Created']) ?? 0) * 1000,
      ports: portsIn(row['Ports']),
    },
  ];
}

/** The list tells health in the sentence that people read: `Up 2 minutes (healthy)`. */
function healthIn(status: string): Health | undefined {
  if (status.includes('(healthy)')) return 'healthy';
  if (status.includes('(unhealthy)')) return 'unhealthy';
  return status.includes('(health: starting)') ? 'starting' : undefined;
}

/** IPv4 and IPv6 of one port are one. */
function portsIn(value: unknown): readonly PublishedPort[] {
  const ports = listIn(value)
    .map(objectIn)
    .flatMap((port) => {
      const containerPort = numberIn(port['PrivatePort']);
      const hostPort = numberIn(port['PublicPort']);
      return containerPort === undefined || hostPort === undefined ? [] : [{ containerPort, hostPort }];
    });
  const byText = new Map(ports.map((port) => [`${port.containerPort}:${port.hostPort}`, port]));
  return [...byText.values()].toSorted((a, b) => a.containerPort - b.containerPort);
}

export function containerDetails(answer: unknown): ContainerDetails {
  const body = objectIn(answer);
  const state = objectIn(body['State']);
  const config = objectIn(body['Config']);
  const host = objectIn(body['HostConfig']);
  return {
    id: textIn(body['Id']) ?? '',
    labels: textMapIn(config['Labels']),
    env: textsIn(config['Env']),
    exitCode: numberIn(state['ExitCode']) ?? 0,
    outOfMemory: state['OOMKilled'] === true,
    cpus: cpusIn(host),
    memBytes: numberIn(host['Memory']) || numberIn(host['MemoryReservation']) || 0,
    addresses: addressesIn(objectIn(body['NetworkSettings'])),
    ...defined({
      startedAtMs: instantIn(state['StartedAt']),
      finishedAtMs: instantIn(state['FinishedAt']),
      startError: textIn(state['Error']),
    }),
  };
}

/** `--cpus`, or the older quota in a period. */
function cpusIn(host: Json): number {
  const nano = numberIn(host['NanoCpus']) ?? 0;
  if (nano > 0) return nano / 1e9;
  const quota = numberIn(host['CpuQuota']) ?? 0;
  const period = numberIn(host['CpuPeriod']) || 100_000;
  return quota > 0 ? quota / period : 0;
}

function addressesIn(settings: Json): readonly string[] {
  const networks = Object.values(objectIn(settings['Networks'])).map(objectIn);
  return networks.flatMap((network) => textIn(network['IPAddress']) ?? []);
}
