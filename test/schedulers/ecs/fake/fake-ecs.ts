// test: ECS' JSON protocol over the fake's clusters, with faults: for what moto cannot show. AWS' own client reads its
// answers, so that a wrong shape is found.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { arnOf, FakeCluster, TASK_SIZE } from './fake-cluster.ts';

interface Refusal {
  readonly code: string;
  readonly status?: number;
  readonly message?: string;
}

/** An answer that is none, or none that is liked. */
export type Fault =
  | Refusal
  /** What is asked is done, and the connection breaks. */
  | 'lose answer'
  /** What is asked is neither done nor answered. */
  | 'hang';

export interface Asked {
  readonly action: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly authorization: string;
}

type Answer = object;

export class FakeEcs {
  readonly clusters = new Map<string, FakeCluster>();
  /** Everything that was asked. */
  readonly asked: Asked[] = [];
  /** Services with a scalable target, `service/prod/worker`. */
  readonly scalable = new Set<string>();
  /** Those of them whose scaling is suspended altogether. */
  readonly suspended = new Set<string>();
  /** ARNs of tasks that it does not protect, though it answers. */
  readonly unprotectable = new Set<string>();
  /** What the container of a task listens on. */
  port = 80;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #fault: (asked: Asked) => Fault | undefined = () => undefined;

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cluster(name: string, machines?: readonly number[]): FakeCluster {
    const made = new FakeCluster(name, machines);
    this.clusters.set(name, made);
    return made;
  }

  /** From now on; undefined leaves a call alone. */
  failWith(fault: (asked: Asked) => Fault | undefined): void {
    this.#fault = fault;
  }

  /** The next call of an action. */
  failOnce(action: string, fault: Fault): void {
    this.failWith((asked) => {
      if (asked.action !== action) return undefined;
      this.failWith(() => undefined);
      return fault;
    });
  }

  calls(action: string): readonly Asked[] {
    return this.asked.filter((asked) => asked.action === action);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const part of request) text += String(part);
    const target = String(request.headers['x-amz-target']);
    const asked: Asked = {
      action: target.slice(target.lastIndexOf('.') + 1),
      body: JSON.parse(text) as Asked['body'],
      authorization: String(request.headers.authorization),
    };
    this.asked.push(asked);
    const fault = this.#fault(asked);
    if (fault === 'hang') return;
    const answer = typeof fault === 'object' ? fault : this.#answer(asked);
    if (fault === 'lose answer') {
      response.destroy();
      return;
    }
    const isError = 'code' in answer;
    const {
      code = '',
      status = 400,
      message = code,
    } = isError ? (answer as Partial<Exclude<Fault, string>>) : {};
    response.writeHead(isError ? status : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(isError ? { __type: code, message } : answer, inEpochSeconds));
  }

  #answer({ action, body }: Asked): Answer {
    if (action === 'DescribeScalableTargets') return this.#scalableTargets(namesIn(body['ResourceIds']));
    if (action === 'DescribeTaskDefinition') return this.#taskDefinition(String(body['taskDefinition']));
    const cluster = this.clusters.get(String(body['cluster'] ?? 'default'));
    if (cluster === undefined) return { code: 'ClusterNotFoundException', message: 'Cluster not found.' };
    switch (action) {
      case 'DescribeServices': {
        const services = namesIn(body['services']);
        if (services.length > 10) return { code: 'InvalidParameterException', message: 'too many services' };
        const found = services.flatMap((name) => cluster.describe(name) ?? []);
        const missing = services.filter((name) => !found.some(({ serviceName }) => serviceName === name));
        const failures = missing.map((name) => ({ arn: arnOf(`service/${name}`), reason: 'MISSING' }));
        return { services: found, failures };
      }
      case 'ListServices':
        return { serviceArns: cluster.serviceArns() };
      case 'ListTasks':
        return {
          taskArns: cluster.taskArns(String(body['serviceName']), String(body['desiredStatus'] ?? 'RUNNING')),
        };
      case 'DescribeTasks': {
        const arns = namesIn(body['tasks']);
        if (arns.length === 0 || arns.length > 100) return { code: 'InvalidParameterException' };
        return { tasks: cluster.tasks(arns), failures: [] };
      }
      case 'UpdateService': {
        const service = cluster.update(String(body['service']), Number(body['desiredCount']));
        return service === undefined ? { code: 'ServiceNotActiveException' } : { service };
      }
      case 'UpdateTaskProtection': {
        const minutes = body['protectionEnabled'] === true ? Number(body['expiresInMinutes'] ?? 120) : 0;
        const wanted = namesIn(body['tasks']);
        const arns = wanted.filter((arn) => !this.unprotectable.has(arn));
        cluster.protect(arns, minutes === 0 ? 0 : Date.now() + minutes * 60_000);
        const refused = wanted.filter((arn) => this.unprotectable.has(arn));
        return {
          protectedTasks: cluster.protection(arns),
          failures: refused.map((arn) => ({ arn, reason: 'TASK_NOT_VALID' })),
        };
      }
      case 'GetTaskProtection':
        return { protectedTasks: cluster.protection(namesIn(body['tasks'])), failures: [] };
      case 'ListContainerInstances':
        return {
          containerInstanceArns: cluster.machines().map(({ containerInstanceArn }) => containerInstanceArn),
        };
      case 'DescribeContainerInstances':
        return { containerInstances: cluster.machines(), failures: [] };
      default:
        return { code: 'UnknownOperationException' };
    }
  }

  #scalableTargets(ids: readonly string[]): Answer {
    const ScalableTargets = ids
      .filter((id) => this.scalable.has(id))
      .map((ResourceId) => ({
        ServiceNamespace: 'ecs',
        ResourceId,
        ScalableDimension: 'ecs:service:DesiredCount',
        MinCapacity: 1,
        MaxCapacity: 4,
        SuspendedState: {
          DynamicScalingInSuspended: this.suspended.has(ResourceId),
          DynamicScalingOutSuspended: this.suspended.has(ResourceId),
          ScheduledScalingSuspended: this.suspended.has(ResourceId),
        },
      }));
    return { ScalableTargets };
  }

  #taskDefinition(taskDefinitionArn: string): Answer {
    return {
      taskDefinition: {
        taskDefinitionArn,
        networkMode: 'awsvpc',
        containerDefinitions: [
          {
            name: 'main',
            cpu: TASK_SIZE.cpu,
            memory: TASK_SIZE.memory,
            portMappings: [{ containerPort: this.port, hostPort: this.port }],
          },
        ],
      },
    };
  }
}

function namesIn(raw: unknown): readonly string[] {
  return Array.isArray(raw) ? raw.map(String) : [];
}

/** As the protocol has times; `toJSON` has made a text of a Date before a replacer sees it. */
function inEpochSeconds(this: unknown, key: string, value: unknown): unknown {
  const raw = typeof this === 'object' && this !== null ? Reflect.get(this, key) : undefined;
  return raw instanceof Date ? raw.getTime() / 1_000 : value;
}
