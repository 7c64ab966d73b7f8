import type { Service, Task } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { factsOf } from '../../../../src/schedulers/ecs/read/service.ts';
import { taskFactsOf } from '../../../../src/schedulers/ecs/read/task.ts';
import { templateOf } from '../../../../src/schedulers/ecs/read/task-definition.ts';

const NAME = { cluster: 'prod', service: 'worker' };

function facts(service: Service) {
  const counts = { desiredCount: 2, runningCount: 0, pendingCount: 0 };
  return factsOf({ status: 'ACTIVE', ...counts, createdAt: new Date(1_000), ...service }, NAME);
}

describe('a service', () => {
  it('that was deleted is none', () => {
    expect(facts({ status: 'INACTIVE' })).toBeUndefined();
  });

  it.each(['desiredCount', 'runningCount', 'pendingCount'])('without %s is not one of 0', (field) => {
    expect(() => facts({ [field]: undefined })).toThrow(`no ${field}`);
  });

  it.each([
    [{ status: 'DRAINING' }, 'Service prod/worker is being deleted (DRAINING)'],
    [{ schedulingStrategy: 'DAEMON' }, 'schedulingStrategy DAEMON'],
  ] as const)('%j is not ours to scale: %s', (service, says) => {
    expect(facts(service)?.refused).toContain(says);
  });

  const old = {
    id: 'ecs-svc/1',
    taskDefinition: 'arn:x:task-definition/w:1',
    status: 'ACTIVE',
    runningCount: 1,
  };
  const next = { id: 'ecs-svc/2', taskDefinition: 'arn:x:task-definition/w:2', status: 'PRIMARY' };
  it.each([
    ['its first deployment', { deployments: [{ ...next, rolloutState: 'IN_PROGRESS' }] }, undefined],
    [
      'a deployment that replaces tasks',
      { deployments: [{ ...next, rolloutState: 'IN_PROGRESS' }, old] },
      'ecs-svc/2 of w:2',
    ],
    [
      'one behind a Classic Load Balancer, which has no state',
      { deployments: [next, old] },
      'ecs-svc/2 of w:2',
    ],
    [
      'one whose old tasks are gone',
      {
        deployments: [
          { ...next, rolloutState: 'IN_PROGRESS' },
          { ...old, runningCount: 0 },
        ],
      },
      undefined,
    ],
    ['one that ECS gave up on', { deployments: [{ ...next, rolloutState: 'FAILED' }, old] }, undefined],
    [
      'task sets of CodeDeploy',
      {
        deploymentController: { type: 'CODE_DEPLOY' },
        deployments: [],
        taskSets: [
          { ...next, computedDesiredCount: 2 },
          { ...old, computedDesiredCount: 2 },
        ],
      },
      'ecs-svc/2 of w:2',
    ],
  ] satisfies readonly (readonly [string, Service, string | undefined])[])(
    'with %s is held by %s',
    (_, service, rollout) => {
      expect(facts(service)?.rollout).toBe(rollout);
    },
  );

  it.each([
    [{ launchType: 'FARGATE' }, true],
    [{ launchType: 'EC2' }, false],
    [{ capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT' }] }, true],
    [{ capacityProviderStrategy: [{ capacityProvider: 'machines' }] }, false],
    [{}, false],
  ] satisfies readonly (readonly [Service, boolean])[])('%j on Fargate: %j', (service, onFargate) => {
    expect(facts(service)?.onFargate).toBe(onFargate);
  });

  it('of an external controller has the task definition of its primary task set', () => {
    const taskSets = [{ id: '1', status: 'PRIMARY', taskDefinition: 'arn:x:task-definition/w:3' }];
    expect(facts({ taskSets })?.taskDefinition).toBe('arn:x:task-definition/w:3');
  });
});

describe('a task', () => {
  it.each([
    ['PROVISIONING', 'RUNNING', 'staging'],
    ['PENDING', 'RUNNING', 'staging'],
    ['ACTIVATING', 'RUNNING', 'staging'],
    ['RUNNING', 'RUNNING', 'running'],
    ['RUNNING', 'STOPPED', 'killing'],
    ['PENDING', 'STOPPED', 'killing'],
    ['DEACTIVATING', 'STOPPED', 'killing'],
    ['STOPPING', 'STOPPED', 'killing'],
    ['DEPROVISIONING', 'STOPPED', 'killing'],
    ['DEPROVISIONING', 'RUNNING', 'killing'],
    ['STOPPED', 'STOPPED', 'gone'],
    ['DELETED', 'STOPPED', 'gone'],
    ['SOMETHING_NEW', 'RUNNING', 'killing'],
  ])('in %s that is to be %s is %s', (lastStatus, desiredStatus, phase) => {
    expect(taskFactsOf({ taskArn: 'arn:t/1', lastStatus, desiredStatus }).phase).toBe(phase);
  });

  const provisioning: Task = { lastStatus: 'PROVISIONING', desiredStatus: 'RUNNING', launchType: 'EC2' };
  it.each([
    [{ ...provisioning, capacityProviderName: 'machines' }, 'waiting'],
    [{ ...provisioning, capacityProviderName: 'machines', containerInstanceArn: 'arn:i/1' }, 'staging'],
    [{ ...provisioning, launchType: 'FARGATE', capacityProviderName: 'FARGATE' }, 'staging'],
  ] satisfies readonly (readonly [Task, string])[])('%j is %s', (task, phase) => {
    expect(taskFactsOf(task).phase).toBe(phase);
  });

  it('is healthy or not only where ECS says so', () => {
    expect(taskFactsOf({ healthStatus: 'HEALTHY' })).toMatchObject({ healthy: true });
    expect(taskFactsOf({ healthStatus: 'UNHEALTHY' })).toMatchObject({ healthy: false });
    expect(taskFactsOf({ healthStatus: 'UNKNOWN' })).not.toHaveProperty('healthy');
  });
});

describe('a task definition', () => {
  it.each([
    [
      { cpu: '512', memory: '1024' },
      { cpus: 0.5, mem: 1_024, disk: 0, gpus: 0 },
    ],
    [
      {
        containerDefinitions: [
          { cpu: 256, memory: 512, memoryReservation: 128 },
          { cpu: 256, memory: 64, resourceRequirements: [{ type: 'GPU', value: '2' }] },
        ],
        ephemeralStorage: { sizeInGiB: 21 },
      },
      { cpus: 0.5, mem: 192, disk: 21 * 1_024, gpus: 2 },
    ],
  ] as const)('%j takes %j', (definition, footprint) => {
    expect(templateOf(structuredClone(definition) as Parameters<typeof templateOf>[0]).footprint).toEqual(
      footprint,
    );
  });

  it('takes ports of its machine only outside of a network of its own', () => {
    const containerDefinitions = [
      { portMappings: [{ containerPort: 80, hostPort: 8080 }, { containerPort: 81 }] },
    ];
    expect(templateOf({ containerDefinitions })).toMatchObject({ ports: [80, 81], hostPorts: [8080] });
    expect(templateOf({ containerDefinitions, networkMode: 'awsvpc' }).hostPorts).toEqual([]);
  });
});
