// Services, tasks and nodes as a manager describes them, for tests.

import type { Node } from '../../../src/schedulers/swarm/api/node.ts';
import { type Service, serviceOf } from '../../../src/schedulers/swarm/api/service.ts';
import type { Task } from '../../../src/schedulers/swarm/api/task.ts';

export interface GivenService {
  readonly mode?: object;
  readonly template?: object;
  readonly ports?: readonly object[];
  readonly update?: object;
}

export function aService({
  mode = { Replicated: { Replicas: 2 } },
  template = {},
  ports,
  update,
}: GivenService = {}): Service {
  const spec = {
    Name: 'mailer',
    TaskTemplate: template,
    Mode: mode,
    ...(ports && { EndpointSpec: { Ports: ports } }),
  };
  const service = serviceOf({
    ID: 'svc1',
    Version: { Index: 11 },
    Spec: spec,
    ...(update && { UpdateStatus: update }),
  });
  if (service === undefined) throw new Error('it is no service');
  return service;
}

let tasks = 0;

export function aTask(given: Partial<Task> = {}): Task {
  tasks++;
  return {
    id: `t${tasks}`,
    index: tasks,
    serviceId: 'svc1',
    slot: 1,
    nodeId: 'n1',
    state: 'running',
    desired: 'running',
    reserved: new Map(),
    ...given,
  };
}

export function aNode(given: Partial<Node> = {}): Node {
  return {
    id: 'n1',
    hostname: 'b7',
    role: 'worker',
    state: 'ready',
    availability: 'active',
    os: 'linux',
    architecture: 'x86_64',
    labels: {},
    engineLabels: {},
    resources: new Map([
      ['cpus', 4],
      ['mem', 1024],
    ]),
    ...given,
  };
}
