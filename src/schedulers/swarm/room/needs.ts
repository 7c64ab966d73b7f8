// schedulers/swarm/room: what a task of a service asks of the node it runs on. Pure.

import { listIn, numberIn, objectIn, textIn, textsIn } from '../../docker-engine/json.ts';
import type { Node } from '../api/node.ts';
import { type Amounts, amountsOf } from '../api/resources.ts';
import type { Service } from '../api/service.ts';

export interface Needs {
  readonly reserved: Amounts;
  readonly constraints: readonly string[];
  /** One of them will do; empty: every platform will. */
  readonly platforms: readonly Platform[];
  /** Most tasks of the service on one node. */
  readonly mostPerNode: number;
}

interface Platform {
  readonly os: string;
  readonly architecture: string;
}

export function needsOf({ spec }: Pick<Service, 'spec'>): Needs {
  const template = objectIn(spec['TaskTemplate']);
  const placement = objectIn(template['Placement']);
  const platforms = listIn(placement['Platforms']).map(objectIn);
  return {
    reserved: amountsOf(objectIn(objectIn(template['Resources'])['Reservations'])),
    constraints: textsIn(placement['Constraints']),
    platforms: platforms.map((each) => ({
      os: textIn(each['OS']) ?? '',
      architecture: textIn(each['Architecture']) ?? '',
    })),
    mostPerNode: takesHostPort(spec) ? 1 : numberIn(placement['MaxReplicas']) || Number.POSITIVE_INFINITY,
  };
}

function takesHostPort(spec: Service['spec']): boolean {
  const ports = listIn(objectIn(spec['EndpointSpec'])['Ports']).map(objectIn);
  return ports.some((port) => port['PublishMode'] === 'host' && (numberIn(port['PublishedPort']) ?? 0) > 0);
}

export function takes(node: Node, { constraints, platforms }: Needs): boolean {
  return (
    node.state === 'ready' &&
    node.availability === 'active' &&
    constraints.every((constraint) => holds(constraint, node)) &&
    (platforms.length === 0 || platforms.some((platform) => suits(platform, node)))
  );
}

/** `node.labels.zone==east`; the value is compared whatever its case. What is not known here is left to the swarm. */
function holds(constraint: string, node: Node): boolean {
  const [, key, operator, value] = /^\s*([\w.-]+)\s*(==|!=)\s*(.*?)\s*$/.exec(constraint) ?? [];
  const actual = key === undefined ? undefined : attributeOf(key, node);
  if (actual === undefined) return true;
  return (actual.toLowerCase() === (value ?? '').toLowerCase()) === (operator === '==');
}

function attributeOf(key: string, node: Node): string | undefined {
  const label = /^(node|engine)\.labels\.(.+)$/.exec(key);
  if (label !== null) return (label[1] === 'node' ? node.labels : node.engineLabels)[label[2] ?? ''] ?? '';
  switch (key) {
    case 'node.id':
      return node.id;
    case 'node.hostname':
      return node.hostname;
    case 'node.role':
      return node.role;
    case 'node.platform.os':
      return node.os;
    case 'node.platform.arch':
      return plain(node.architecture);
    default:
      return undefined;
  }
}

/** What a platform leaves out may be anything. */
function suits({ os, architecture }: Platform, node: Node): boolean {
  return (
    (os === '' || os === node.os) && (architecture === '' || plain(architecture) === plain(node.architecture))
  );
}

const SPELLINGS: Readonly<Record<string, string>> = { amd64: 'x86_64', arm64: 'aarch64' };

/** Images and machines have different names for one architecture. */
function plain(architecture: string): string {
  return SPELLINGS[architecture] ?? architecture;
}
