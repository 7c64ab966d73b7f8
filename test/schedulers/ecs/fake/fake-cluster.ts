// test: a cluster of ECS that keeps its state: tasks start and stop, machines fill up, events are written. A task goes one status
// further whenever it was described, so that whoever looks sees each of them, however slow the machine is.

import { randomUUID } from 'node:crypto';
import type { ContainerInstance, Deployment, ProtectedTask, Service, Task } from '@aws-sdk/client-ecs';

export const REGION = 'eu-west-1';
export const ACCOUNT = '123456789012';

interface FakeTask {
  readonly arn: string;
  readonly taskDefinition: string;
  readonly createdAtMs: number;
  readonly machine?: string;
  readonly ip: string;
  /** How often it was described, since it began or since it was stopped. */
  described: number;
  startedAtMs?: number;
  isStopped: boolean;
  /** It starts, and does not get to run until it is let. */
  isSlow: boolean;
  protectedUntilMs: number;
}

interface FakeDeployment {
  readonly id: string;
  readonly taskDefinition: string;
  readonly createdAtMs: number;
}

interface FakeService {
  readonly name: string;
  readonly createdAtMs: number;
  readonly onFargate: boolean;
  readonly schedulingStrategy: 'REPLICA' | 'DAEMON';
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  desired: number;
  /** The first one is PRIMARY. */
  deployments: readonly FakeDeployment[];
  tasks: FakeTask[];
  events: { readonly id: string; readonly createdAtMs: number; readonly message: string }[];
  isHeld: boolean;
  startsSlowly: boolean;
}

export interface FakeServiceSpec {
  readonly name: string;
  readonly desired: number;
  readonly onFargate?: boolean;
  readonly schedulingStrategy?: 'REPLICA' | 'DAEMON';
}

/** What one task takes of a machine. */
const TASK = { cpu: 256, memory: 128 };
const STATUSES = ['PROVISIONING', 'PENDING', 'ACTIVATING'] as const;
const STOPPING = ['DEACTIVATING', 'STOPPING', 'DEPROVISIONING'] as const;

export class FakeCluster {
  readonly name: string;
  readonly #machines = new Map<string, number>();
  readonly #services = new Map<string, FakeService>();
  #count = 0;
  #mostTasks = 0;

  /** @param machines how many tasks fit on each */
  constructor(name: string, machines: readonly number[] = [1_000]) {
    this.name = name;
    for (const [i, slots] of machines.entries()) this.#machines.set(`machine-${i + 1}`, slots);
  }

  /** As many as there ever were at the same time, those that were stopping included. */
  get mostTasks(): number {
    return this.#mostTasks;
  }

  create(spec: FakeServiceSpec): void {
    const { name, desired, onFargate = false, schedulingStrategy = 'REPLICA' } = spec;
    const made = { id: this.#id('ecs-svc'), taskDefinition: revision(1), createdAtMs: Date.now() };
    this.#services.set(name, {
      name,
      createdAtMs: Date.now() + this.#count,
      onFargate,
      schedulingStrategy,
      status: 'ACTIVE',
      desired,
      deployments: [made],
      tasks: [],
      events: [],
      isHeld: false,
      startsSlowly: false,
    });
  }

  /** Undefined where there is no such service. */
  desired(name: string): number | undefined {
    return this.#services.get(name)?.desired;
  }

  /** Undefined where there is no such service that could be changed. */
  update(name: string, desired: number): Service | undefined {
    const service = this.#services.get(name);
    if (service?.status !== 'ACTIVE') return undefined;
    service.desired = desired;
    return this.describe(name);
  }

  /** As somebody who deletes it: its tasks stop, and for a while it is shown. */
  drain(name: string): void {
    const service = this.#must(name);
    service.status = 'DRAINING';
    service.desired = 0;
  }

  inactivate(name: string): void {
    this.#must(name).status = 'INACTIVE';
  }

  remove(name: string): void {
    this.#services.delete(name);
  }

  /** Somebody's new revision, whose tasks take the place of the others once `finish` is called. */
  deploy(name: string): { readonly id: string; finish(): void } {
    const service = this.#must(name);
    const next = { id: this.#id('ecs-svc'), taskDefinition: revision(2), createdAtMs: Date.now() };
    service.deployments = [next, ...service.deployments];
    service.isHeld = true;
    return {
      id: next.id,
      finish: () => {
        service.deployments = [next];
        service.isHeld = false;
        for (const task of service.tasks) if (task.taskDefinition !== next.taskDefinition) stop(task);
      },
    };
  }

  /** Tasks that begin from now on start, and do not run until the result is called. */
  startSlowly(name: string): () => void {
    const service = this.#must(name);
    service.startsSlowly = true;
    return () => {
      service.startsSlowly = false;
      for (const task of service.tasks.filter(({ isSlow }) => isSlow))
        Object.assign(task, { isSlow: false, described: STATUSES.length });
    };
  }

  say(name: string, message: string): void {
    this.#tell(this.#must(name), message);
  }

  /** A task ends by itself. */
  crash(name: string): void {
    const running = this.#must(name).tasks.find(({ isStopped }) => !isStopped);
    if (running !== undefined) stop(running);
  }

  describe(name: string): Service | undefined {
    const service = this.#services.get(name);
    if (service === undefined) return undefined;
    this.#advance(service);
    const { onFargate, schedulingStrategy, status, desired, createdAtMs, events } = service;
    return {
      serviceArn: arnOf(`service/${this.name}/${name}`),
      serviceName: name,
      clusterArn: arnOf(`cluster/${this.name}`),
      status,
      desiredCount: desired,
      runningCount: this.#in(service, 'RUNNING').length,
      pendingCount: service.tasks.filter((task) => STATUSES.some((each) => each === this.#statusOf(task)))
        .length,
      launchType: onFargate ? 'FARGATE' : 'EC2',
      taskDefinition: service.deployments[0]?.taskDefinition ?? '',
      deployments: service.deployments.map((each, i) => this.#deploymentOf(service, each, i === 0)),
      events: events.map(({ id, createdAtMs: atMs, message }) => ({
        id,
        createdAt: new Date(atMs),
        message,
      })),
      createdAt: new Date(createdAtMs),
      schedulingStrategy,
      deploymentController: { type: 'ECS' },
    };
  }

  serviceArns(): readonly string[] {
    return [...this.#services.keys()].map((name) => arnOf(`service/${this.name}/${name}`));
  }

  taskArns(name: string, desiredStatus: string): readonly string[] {
    const service = this.#services.get(name);
    if (service === undefined) return [];
    this.#advance(service);
    const toStop = desiredStatus === 'STOPPED';
    return service.tasks.filter((task) => task.isStopped === toStop).map(({ arn }) => arn);
  }

  tasks(arns: readonly string[]): readonly Task[] {
    return [...this.#services.values()].flatMap((service) =>
      service.tasks.filter(({ arn }) => arns.includes(arn)).map((task) => this.#taskOf(service, task)),
    );
  }

  protect(arns: readonly string[], untilMs: number): void {
    for (const service of this.#services.values())
      for (const task of service.tasks) if (arns.includes(task.arn)) task.protectedUntilMs = untilMs;
  }

  protection(arns: readonly string[]): readonly ProtectedTask[] {
    return [...this.#services.values()]
      .flatMap(({ tasks }) => tasks)
      .filter(({ arn }) => arns.includes(arn))
      .map(({ arn: taskArn, protectedUntilMs }) =>
        protectedUntilMs > Date.now()
          ? { taskArn, protectionEnabled: true, expirationDate: new Date(protectedUntilMs) }
          : { taskArn, protectionEnabled: false },
      );
  }

  machines(): readonly ContainerInstance[] {
    return [...this.#machines].map(([name, slots]) => ({
      containerInstanceArn: arnOf(`container-instance/${this.name}/${name}`),
      status: 'ACTIVE',
      agentConnected: true,
      registeredResources: resources(slots),
      remainingResources: resources(slots - this.#on(name)),
    }));
  }

  /** What ECS' scheduler would have done by now. */
  #advance(service: FakeService): void {
    const kept = service.tasks.filter(({ isStopped }) => !isStopped);
    const surplus = kept.length - service.desired;
    if (surplus > 0) {
      const nowMs = Date.now();
      const free = kept.filter(({ protectedUntilMs }) => protectedUntilMs <= nowMs);
      for (const task of free.slice(-surplus)) stop(task);
    }
    for (let i = 0; i < -surplus && !service.isHeld; i++) if (!this.#start(service)) break;
    const isSteady = this.#in(service, 'RUNNING').length === service.desired && surplus === 0;
    const said = service.events[0]?.message.includes('steady state') === true;
    if (isSteady && !said) this.#tell(service, 'has reached a steady state.');
  }

  #start(service: FakeService): boolean {
    const machine = [...this.#machines].find(([name, slots]) => this.#on(name) < slots)?.[0];
    if (machine === undefined && !service.onFargate) {
      const why =
        'no container instance met all of its requirements. The closest matching (container-instance 0123) has insufficient memory available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.';
      const said = service.events[0]?.message.includes('unable to place') === true;
      if (!said) this.#tell(service, `was unable to place a task because ${why}`);
      return false;
    }
    this.#count += 1;
    service.tasks.push({
      arn: arnOf(
        `task/${this.name}/${String(this.#count).padStart(4, '0')}${randomUUID().replaceAll('-', '')}`,
      ),
      taskDefinition: service.deployments[0]?.taskDefinition ?? '',
      createdAtMs: Date.now(),
      ip: `10.0.0.${this.#count}`,
      described: 0,
      isStopped: false,
      isSlow: service.startsSlowly,
      protectedUntilMs: 0,
      ...(machine !== undefined && !service.onFargate && { machine }),
    });
    this.#mostTasks = Math.max(this.#mostTasks, this.#present());
    return true;
  }

  #present(): number {
    const all = [...this.#services.values()].flatMap(({ tasks }) => tasks);
    return all.filter((task) => !this.#isGone(task)).length;
  }

  #statusOf({ isStopped, described, isSlow }: FakeTask): string {
    if (isSlow && !isStopped) return STATUSES[Math.min(described, STATUSES.length - 1)] ?? '';
    return isStopped ? (STOPPING[described] ?? 'STOPPED') : (STATUSES[described] ?? 'RUNNING');
  }

  #isGone(task: FakeTask): boolean {
    return this.#statusOf(task) === 'STOPPED';
  }

  #in(service: FakeService, status: string): readonly FakeTask[] {
    return service.tasks.filter((task) => this.#statusOf(task) === status);
  }

  #on(machine: string): number {
    const all = [...this.#services.values()].flatMap(({ tasks }) => tasks);
    return all.filter((task) => task.machine === machine && !this.#isGone(task)).length;
  }

  #taskOf(service: FakeService, task: FakeTask): Task {
    const lastStatus = this.#statusOf(task);
    task.described += 1;
    if (lastStatus === 'RUNNING') task.startedAtMs ??= Date.now();
    return {
      taskArn: task.arn,
      clusterArn: arnOf(`cluster/${this.name}`),
      taskDefinitionArn: task.taskDefinition,
      group: `service:${service.name}`,
      lastStatus,
      desiredStatus: task.isStopped ? 'STOPPED' : 'RUNNING',
      launchType: service.onFargate ? 'FARGATE' : 'EC2',
      createdAt: new Date(task.createdAtMs),
      containers: [{ name: 'main', lastStatus, networkInterfaces: [{ privateIpv4Address: task.ip }] }],
      ...(task.startedAtMs !== undefined && { startedAt: new Date(task.startedAtMs) }),
    };
  }

  #deploymentOf(
    service: FakeService,
    { id, taskDefinition, createdAtMs }: FakeDeployment,
    isPrimary: boolean,
  ): Deployment {
    const own = service.tasks.filter((task) => task.taskDefinition === taskDefinition);
    const isDone = isPrimary && service.deployments.length === 1;
    return {
      id,
      taskDefinition,
      status: isPrimary ? 'PRIMARY' : 'ACTIVE',
      desiredCount: service.desired,
      runningCount: own.filter((task) => this.#statusOf(task) === 'RUNNING').length,
      pendingCount: 0,
      failedTasks: 0,
      createdAt: new Date(createdAtMs),
      updatedAt: new Date(createdAtMs),
      rolloutState: isDone || !isPrimary ? 'COMPLETED' : 'IN_PROGRESS',
    };
  }

  #tell(service: FakeService, message: string): void {
    const event = {
      id: randomUUID(),
      createdAtMs: Date.now(),
      message: `(service ${service.name}) ${message}`,
    };
    service.events = [event, ...service.events].slice(0, 100);
  }

  #must(name: string): FakeService {
    const service = this.#services.get(name);
    if (service === undefined) throw new Error(`there is no service ${name}`);
    return service;
  }

  #id(prefix: string): string {
    this.#count += 1;
    return `${prefix}/${String(this.#count).padStart(19, '1')}`;
  }
}

function stop(task: FakeTask): void {
  if (!task.isStopped) task.described = 0;
  task.isStopped = true;
}

export function arnOf(resource: string): string {
  return `arn:aws:ecs:${REGION}:${ACCOUNT}:${resource}`;
}

function revision(number: number): string {
  return arnOf(`task-definition/orders:${number}`);
}

export const TASK_SIZE = TASK;

function resources(slots: number): NonNullable<ContainerInstance['remainingResources']> {
  return [
    { name: 'CPU', type: 'INTEGER', integerValue: slots * TASK.cpu },
    { name: 'MEMORY', type: 'INTEGER', integerValue: slots * TASK.memory },
    { name: 'PORTS', type: 'STRINGSET', stringSetValue: ['22', '2375', '51678'] },
  ];
}
