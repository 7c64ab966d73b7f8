import { describe, expect, it } from 'vitest';
import { MAX_COUNT } from '../../../src/api/schema/shapes.ts';
import type { Node } from '../../../src/schedulers/swarm/api/node.ts';
import type { Task } from '../../../src/schedulers/swarm/api/task.ts';
import { needsOf } from '../../../src/schedulers/swarm/room/needs.ts';
import { roomFor } from '../../../src/schedulers/swarm/room/room.ts';
import { aNode, aService, aTask, type GivenService } from './builders.ts';

const MIB = 1024 * 1024;
const reserving = (cpus: number, mem = 0, more: object = {}): object => ({
  Resources: { Reservations: { NanoCPUs: cpus * 1e9, MemoryBytes: mem * MIB, ...more } },
});

function room(
  service: GivenService,
  {
    nodes = [aNode()],
    tasks = [],
    headroom = 0,
  }: { readonly nodes?: readonly Node[]; readonly tasks?: readonly Task[]; readonly headroom?: number } = {},
): number {
  return roomFor({ needs: needsOf(aService(service)), serviceId: 'svc1' }, { nodes, tasks }, headroom);
}

const one = { template: reserving(1, 100) };
const placed = (placement: object): GivenService => ({ template: { ...reserving(1), Placement: placement } });

describe('room in a swarm', () => {
  it('is what the nodes have and no task reserves', () => {
    const others = [
      aTask({ serviceId: 'other', reserved: new Map([['cpus', 1.5]]) }),
      aTask({ serviceId: 'other', desired: 'shutdown', reserved: new Map([['cpus', 0.5]]) }),
      aTask({ serviceId: 'other', state: 'shutdown', reserved: new Map([['cpus', 2]]) }),
    ];
    expect(room(one)).toBe(4);
    expect(room(one, { tasks: others })).toBe(2);
    expect(room({ template: reserving(0.1, 500) })).toBe(2);
    expect(room({ template: reserving(0.1) })).toBe(40);
  });

  it('is counted node by node', () => {
    const nodes = [aNode(), aNode({ id: 'n2', resources: new Map([['cpus', 1.9]]) })];
    expect(room({ template: reserving(1.5) }, { nodes })).toBe(3);
    expect(room(one, { nodes: [] })).toBe(0);
  });

  it('leaves the headroom of all nodes free', () => {
    const nodes = [aNode(), aNode({ id: 'n2' })];
    expect(room({ template: reserving(1) }, { nodes, headroom: 0.25 })).toBe(6);
    const full = aTask({ nodeId: 'n2', reserved: new Map([['cpus', 5]]) });
    expect(room({ template: reserving(1) }, { nodes, tasks: [full], headroom: 0.25 })).toBe(2);
  });

  it.each([
    ['is down', { state: 'down' }],
    ['drains', { availability: 'drain' }],
    ['is paused', { availability: 'pause' }],
  ])('has none on a node that %s', (_, given) => {
    expect(room(one, { nodes: [aNode(given)] })).toBe(0);
  });

  it.each<[string, GivenService, boolean]>([
    ['a label that it has', placed({ Constraints: ['node.labels.zone==east'] }), true],
    ['a label, whatever the case of its value', placed({ Constraints: ['node.labels.zone == EAST'] }), true],
    ['a label that it does not have', placed({ Constraints: ['node.labels.disk==ssd'] }), false],
    ['not to have a label that it does not have', placed({ Constraints: ['node.labels.disk != ssd'] }), true],
    ['not to have a label that it has', placed({ Constraints: ['node.labels.zone!=east'] }), false],
    ['a label of its engine', placed({ Constraints: ['engine.labels.gpu==yes'] }), true],
    ['another role', placed({ Constraints: ['node.role==manager'] }), false],
    ['its name', placed({ Constraints: ['node.hostname==b7'] }), true],
    ['another id', placed({ Constraints: ['node.id==n9'] }), false],
    ['its architecture, as images spell it', placed({ Constraints: ['node.platform.arch==x86_64'] }), true],
    ['what is not looked at', placed({ Constraints: ['node.ip==10.0.0.0/8'] }), true],
    ['its platform', placed({ Platforms: [{ Architecture: 'amd64', OS: 'linux' }] }), true],
    [
      'one of two platforms',
      placed({ Platforms: [{ Architecture: 'arm64', OS: 'linux' }, { OS: 'linux' }] }),
      true,
    ],
    ['another platform', placed({ Platforms: [{ Architecture: 'arm64', OS: 'linux' }] }), false],
  ])('is on a node only where that suits the service: %s', (_, service, has) => {
    const node = aNode({ labels: { zone: 'east' }, engineLabels: { gpu: 'yes' } });
    expect(room(service, { nodes: [node] })).toBe(has ? 4 : 0);
  });

  it('is one on each node for a port of the node, and as many as a service allows itself', () => {
    const nodes = [aNode(), aNode({ id: 'n2' })];
    const ports = [{ PublishMode: 'host', PublishedPort: 80 }];
    const hosted = { template: reserving(0.1), ports };
    expect(room(hosted, { nodes })).toBe(2);
    expect(room(hosted, { nodes, tasks: [aTask()] })).toBe(1);
    const inMesh = [{ PublishMode: 'ingress', PublishedPort: 80 }];
    expect(room({ template: reserving(1), ports: inMesh }, { nodes })).toBe(8);
    expect(room(placed({ MaxReplicas: 3 }), { nodes, tasks: [aTask()] })).toBe(5);
  });

  it('counts resources by name, of which most nodes have none', () => {
    const gpu = { GenericResources: [{ DiscreteResourceSpec: { Kind: 'NVIDIA-GPU', Value: 1 } }] };
    const service = { template: reserving(0.1, 0, gpu) };
    expect(room(service)).toBe(0);
    const node = aNode({
      resources: new Map([
        ['cpus', 4],
        ['NVIDIA-GPU', 2],
      ]),
    });
    expect(room(service, { nodes: [node] })).toBe(2);
  });

  it('has no end for what reserves nothing, where there is a node at all', () => {
    expect(room({})).toBe(MAX_COUNT);
    expect(room({}, { nodes: [] })).toBe(0);
  });
});
