import { loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { importDocuments, problemsOf } from '../../../../src/app/commands/import/keda.ts';
import { loadPolicies } from '../../../../src/app/policies/schema.ts';

function scaledObject(name: string, spec: object, metadata: object = {}): object {
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name, ...metadata },
    spec: { scaleTargetRef: { name }, ...spec },
  };
}

function authentication(name: string, spec: object): object {
  return { apiVersion: 'keda.sh/v1alpha1', kind: 'TriggerAuthentication', metadata: { name }, spec };
}

interface Policy {
  readonly metadata: object;
  readonly spec: { readonly capacity: object; readonly apps: readonly Record<string, unknown>[] };
}

function imported(...documents: readonly object[]): {
  apps: Policy['spec']['apps'];
  said: readonly string[];
  text: string;
} {
  const { policies, notes, text } = importDocuments(documents);
  const apps = (policies as readonly Policy[]).flatMap(({ spec }) => spec.apps);
  return { apps, said: notes.map(({ field, message }) => `${field}: ${message}`), text };
}

function metricOf(trigger: object, ...more: readonly object[]): unknown {
  const { apps } = imported(scaledObject('web', { triggers: [trigger] }), ...more);
  return apps[0]?.['targets'];
}

describe('a ScaledObject as an app', () => {
  it('has a name of its own, whatever others are called', () => {
    const triggers = [{ type: 'azure-queue', metadata: { queueName: 'orders', accountName: 'shop' } }];
    const scaleTargetRef = { kind: 'StatefulSet', name: 'web' };
    const { apps, text } = imported(
      scaledObject('web', { triggers }),
      scaledObject('state', { triggers, scaleTargetRef }),
      scaledObject('a.b', { triggers }),
      scaledObject('a-b', { triggers }),
    );
    const names = apps.map(({ name }) => name);
    expect(names).toEqual(['web', 'statefulset-web', 'a-b', 'deployment-a-b']);
    expect(problemsOf(text)).toEqual([]);
  });

  it('keeps its bounds, its behavior and its fallback in the words that are the same', () => {
    const { apps } = imported(
      scaledObject('Orders.Worker', {
        minReplicaCount: 2,
        maxReplicaCount: 30,
        pollingInterval: 20,
        fallback: { failureThreshold: 3, replicas: 6 },
        advanced: {
          horizontalPodAutoscalerConfig: {
            behavior: {
              scaleDown: {
                stabilizationWindowSeconds: 60,
                selectPolicy: 'Min',
                policies: [
                  { type: 'Pods', value: 4, periodSeconds: 30 },
                  { type: 'Percent', value: 10, periodSeconds: 60 },
                ],
              },
            },
          },
        },
        triggers: [
          { type: 'prometheus', metadata: { serverAddress: 'http://p:9090', query: 'jobs', threshold: '7' } },
        ],
      }),
    );
    expect(apps).toEqual([
      {
        name: 'orders-worker',
        priority: 1,
        instances: { min: 2, max: 30 },
        targets: [
          {
            perInstance: 7,
            metric: { prometheus: { endpoint: 'http://p:9090', queries: { waiting: 'jobs' } } },
          },
        ],
        behavior: {
          scaleDown: {
            stabilizationWindowSeconds: 60,
            selectPolicy: 'Min',
            policies: [
              { type: 'Instances', value: 4, periodSeconds: 30 },
              { type: 'Percent', value: 10, periodSeconds: 60 },
            ],
          },
          onMetricFailure: { action: 'Fixed', after: '60s', instances: 6 },
        },
        kubernetes: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'Orders.Worker' },
        },
      },
    ]);
  });

  it.each([
    [{ name: 'web' }, { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }],
    [{ deploymentName: 'web' }, { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }],
    [
      { kind: 'StatefulSet', name: 'db' },
      { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' },
    ],
    [
      { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web.eu' },
      { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web.eu' },
    ],
  ])('goes on scaling %j where that is', (scaleTargetRef, named) => {
    const triggers = [{ type: 'azure-queue', metadata: { queueName: 'orders' } }];
    const { apps, text, said } = imported(
      scaledObject('orders', { scaleTargetRef, triggers }, { namespace: 'shop', labels: { a: 'b' } }),
    );
    expect(apps[0]?.['kubernetes']).toEqual({ scaleTargetRef: named, namespace: 'shop' });
    expect(problemsOf(text)).toEqual([]);
    expect(said.join()).not.toMatch(/scaleTargetRef|metadata/);
  });

  it('without a namespace is in that of its policy', () => {
    expect(imported(scaledObject('web', { triggers: [] })).apps[0]?.['kubernetes']).not.toHaveProperty(
      'namespace',
    );
  });

  it('says that two autoscalers on one count undo each other', () => {
    expect(imported(scaledObject('web', { triggers: [] })).text).toMatch(
      /^# .*Delete the ScaledObjects .*\n# .*before mode becomes Reconcile/m,
    );
  });

  it("has KEDA's defaults where it says nothing", () => {
    expect(imported(scaledObject('web', { triggers: [] })).apps[0]?.['instances']).toEqual({
      min: 0,
      max: 100,
    });
  });

  it('is in a policy of its namespace, whose slots are what all may have together', () => {
    const { policies } = importDocuments([
      scaledObject('a', { maxReplicaCount: 3 }, { namespace: 'shop' }),
      scaledObject('b', { maxReplicaCount: 4 }, { namespace: 'shop' }),
      scaledObject('c', { maxReplicaCount: 5 }),
    ]);
    expect(policies).toMatchObject([
      {
        metadata: { name: 'imported', namespace: 'shop' },
        spec: { capacity: { slots: 7 }, mode: 'Observe' },
      },
      { metadata: { name: 'imported' }, spec: { capacity: { slots: 5 } } },
    ]);
  });
});

describe('triggers', () => {
  it.each([
    [
      {
        type: 'azure-queue',
        metadata: { queueName: 'orders', queueLength: '8', connectionFromEnv: 'CONNECTION' },
      },
      [
        {
          perInstance: 8,
          metric: { azureStorageQueue: { queueName: 'orders', connectionString: { fromEnv: 'CONNECTION' } } },
        },
      ],
    ],
    [
      { type: 'azure-queue', metadata: { queueName: 'orders', accountName: 'shop' } },
      [{ perInstance: 5, metric: { azureStorageQueue: { queueName: 'orders', accountName: 'shop' } } }],
    ],
    [
      {
        type: 'aws-sqs-queue',
        metadata: {
          queueURL: 'http://elasticmq:9324/000000000000/orders',
          awsRegion: 'eu-west-1',
          awsEndpoint: 'http://elasticmq:9324',
          awsAccessKeyIDFromEnv: 'KEY_ID',
          awsSecretAccessKeyFromEnv: 'KEY',
        },
      },
      [
        {
          perInstance: 5,
          metric: {
            sqs: {
              queueUrl: 'http://elasticmq:9324/000000000000/orders',
              region: 'eu-west-1',
              endpoint: 'http://elasticmq:9324',
              auth: { accessKeyId: { fromEnv: 'KEY_ID' }, secretAccessKey: { fromEnv: 'KEY' } },
            },
          },
        },
      ],
    ],
    [
      {
        type: 'aws-sqs-queue',
        metadata: { queueURL: 'orders', awsRegion: 'eu-west-1', queueLength: '8', identityOwner: 'operator' },
      },
      [{ perInstance: 8, metric: { sqs: { queueName: 'orders', region: 'eu-west-1' } } }],
    ],
    [
      {
        type: 'rabbitmq',
        metadata: {
          queueName: 'orders',
          mode: 'QueueLength',
          value: '9',
          host: 'amqp://shop:s3cret@rabbit:5672/eu%2F1',
        },
      },
      [
        {
          perInstance: 9,
          metric: {
            rabbitmq: {
              endpoint: 'http://rabbit:15672',
              vhost: 'eu/1',
              queueName: 'orders',
              auth: { basic: { username: 'shop', password: { fromEnv: 'RABBITMQ_PASSWORD' } } },
            },
          },
        },
      ],
    ],
    [
      {
        type: 'redis',
        metadata: {
          address: 'cache:6380',
          listName: 'jobs',
          listLength: '4',
          databaseIndex: '2',
          enableTLS: 'true',
          passwordFromEnv: 'REDIS',
        },
      },
      [
        {
          perInstance: 4,
          metric: {
            redis: {
              endpoint: 'rediss://cache:6380',
              database: 2,
              auth: { password: { fromEnv: 'REDIS' } },
              list: { name: 'jobs' },
            },
          },
        },
      ],
    ],
    [
      {
        type: 'redis-streams',
        metadata: { host: 'cache', stream: 'events', consumerGroup: 'workers', pendingEntriesCount: '15' },
      },
      [
        {
          perInstance: 15,
          metric: { redis: { endpoint: 'redis://cache:6379', stream: { name: 'events', group: 'workers' } } },
        },
      ],
    ],
    [
      {
        type: 'postgresql',
        metadata: {
          host: 'db',
          dbName: 'shop',
          userName: 'reader',
          passwordFromEnv: 'PG',
          query: 'SELECT count(*) FROM jobs;',
          targetQueryValue: '3',
          sslmode: 'disable',
        },
      },
      [
        {
          perInstance: 3,
          metric: {
            postgresql: {
              endpoint: 'postgresql://db:5432/shop',
              query: 'SELECT (SELECT count(*) FROM jobs) AS waiting',
              auth: { username: 'reader', password: { fromEnv: 'PG' } },
              tls: 'Disable',
            },
          },
        },
      ],
    ],
  ])('%j is a target', (trigger, targets) => {
    expect(metricOf(trigger)).toEqual(targets);
    const { text } = imported(scaledObject('web', { triggers: [trigger] }));
    expect(problemsOf(text)).toEqual([]);
  });

  it('take their secrets from a TriggerAuthentication, by reference', () => {
    const trigger = {
      type: 'prometheus',
      metadata: { serverAddress: 'https://p', query: 'jobs', authModes: 'bearer', ignoreNullValues: 'false' },
      authenticationRef: { name: 'token' },
    };
    const secret = { secretTargetRef: [{ parameter: 'bearerToken', name: 'prometheus', key: 'token' }] };
    expect(metricOf(trigger, authentication('token', secret))).toEqual([
      {
        perInstance: 1,
        metric: {
          prometheus: {
            endpoint: 'https://p',
            queries: { waiting: 'jobs' },
            auth: { token: { fromSecret: { name: 'prometheus', key: 'token' } } },
          },
        },
      },
    ]);
  });

  it('say that the owner of an identity has no counterpart', () => {
    const { said } = imported(
      scaledObject('web', {
        triggers: [
          {
            type: 'aws-sqs-queue',
            metadata: { queueURL: 'orders', awsRegion: 'eu-west-1', identityOwner: 'operator' },
          },
        ],
      }),
    );
    expect(said).toContainEqual(expect.stringContaining('identityOwner: is not taken over'));
  });

  it('never write a secret down', () => {
    const { text, said } = imported(
      scaledObject('web', {
        triggers: [
          { type: 'rabbitmq', metadata: { queueName: 'q', host: 'amqp://u:hunter2@rabbit/' } },
          { type: 'azure-queue', metadata: { queueName: 'orders', connection: 'AccountKey=hunter2' } },
        ],
      }),
    );
    expect(`${text}${said.join()}`).not.toContain('hunter2');
    expect(text).toContain('fromEnv: CONNECTION');
  });

  it('of type cron are schedules, where each start has the same length', () => {
    const cron = (start: string, end: string): object => ({
      type: 'cron',
      metadata: { timezone: 'Europe/Berlin', start, end, desiredReplicas: '4' },
    });
    const { apps, said } = imported(
      scaledObject('web', {
        // The night in which clocks are put forward is one of the second one's.
        triggers: [
          cron('0 8 * * 1-5', '30 17 * * 1-5'),
          cron('0 22 * * 6', '0 6 * * 0'),
          cron('0 8 * * *', '0 9 * * 1'),
        ],
      }),
    );
    expect(apps[0]?.['schedules']).toEqual([
      { cron: '0 8 * * 1-5', timezone: 'Europe/Berlin', for: '570m', min: 4 },
      { cron: '0 22 * * 6', timezone: 'Europe/Berlin', for: '480m', min: 4 },
    ]);
    expect(said).toContainEqual(
      expect.stringContaining('spec.triggers[2].type: its end does not come the same time after each start'),
    );
  });

  it('that no source reads are left out, and that is said', () => {
    const { apps, said } = imported(
      scaledObject('web', {
        triggers: [
          { type: 'gcp-pubsub', metadata: { subscriptionName: 's' } },
          { type: 'cpu', metadata: { value: '60' } },
        ],
      }),
    );
    expect(apps[0]).not.toHaveProperty('targets');
    expect(said.join('\n')).toContain(
      'spec.triggers[0].type: there is no source for a trigger of type gcp-pubsub',
    );
    expect(said.join('\n')).toContain('spec.triggers[1].type: no source reads the use of processors');
    expect(said.join('\n')).toContain('spec.triggers: none of them is a target here');
  });
});

/** Every leaf of a document by its path, as the notes write it. */
function leavesOf(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => leavesOf(item, `${path}[${i}]`));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, child]) =>
    leavesOf(child, path === '' ? name : `${path}.${name}`),
  );
}

it('drops no field silently: whatever is unknown is named', () => {
  const unknown = {
    spec: {
      surprise: 1,
      scaleTargetRef: { surprise: 2 },
      advanced: { surprise: 3, horizontalPodAutoscalerConfig: { surprise: 4 } },
    },
    trigger: {
      surprise: 5,
      authenticationRef: { surprise: 6 },
      metadata: { query: 'q', serverAddress: 'http://p', surprise: 7 },
    },
  };
  const { said } = imported({
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    surprise: 8,
    metadata: { name: 'web', surprise: 9, annotations: { surprise: 10 } },
    spec: { ...unknown.spec, triggers: [{ type: 'prometheus', ...unknown.trigger }] },
  });
  const fields = said.map((line) => line.slice(0, line.indexOf(':')));
  const surprises = leavesOf(unknown).filter((path) => path.endsWith('surprise'));
  expect(surprises).toHaveLength(7);
  expect(fields.filter((field) => field.endsWith('surprise'))).toHaveLength(10);
});

it('writes YAML that is valid but for what is said to be left to do', () => {
  const whole = importDocuments([
    scaledObject('web', { triggers: [{ type: 'azure-queue', metadata: { queueName: 'orders' } }] }),
  ]);
  expect(loadAll(whole.text)).toEqual(whole.policies);
  expect(loadPolicies(whole.text, 'f').problems).toEqual([]);
  const lacking = importDocuments([scaledObject('web', { triggers: [] })]);
  expect(problemsOf(lacking.text).join()).toContain('needs targets, or remainder');
});

it('reads a List, as kubectl prints it, and says what else is in it', () => {
  const { policies, notes } = importDocuments([
    {
      apiVersion: 'v1',
      kind: 'List',
      items: [scaledObject('web', { triggers: [] }), { kind: 'Deployment', metadata: { name: 'd' } }],
    },
  ]);
  expect(policies).toHaveLength(1);
  expect(notes.map(({ object, message }) => `${object} ${message}`)).toContainEqual(
    'Deployment default/d is neither a ScaledObject nor a TriggerAuthentication: left out',
  );
});

it('refuses files without a ScaledObject', () => {
  expect(() => importDocuments([{ kind: 'Deployment' }])).toThrow('there is no ScaledObject');
});

it('says of an activation below zero that it means an instance that is always there', () => {
  const trigger = { type: 'azure-queue', metadata: { queueName: 'orders', activationQueueLength: '-1' } };
  const { apps, said } = imported(scaledObject('web', { triggers: [trigger] }));
  expect(apps[0]?.['targets']).toEqual([
    { perInstance: 5, metric: { azureStorageQueue: { queueName: 'orders' } } },
  ]);
  expect(said).toContainEqual(
    expect.stringMatching(/activationQueueLength: is not taken over: .*; give instances\.min 1/),
  );
  expect(said.join()).not.toContain('there always is one');
});

it('takes over from what on the first instance comes, where there may be none', () => {
  const metadata = { queueName: 'orders', activationQueueLength: '12' };
  const objectWith = (minReplicaCount: number) =>
    imported(scaledObject('web', { minReplicaCount, triggers: [{ type: 'azure-queue', metadata }] }));
  expect(objectWith(0).apps[0]?.['targets']).toEqual([
    { perInstance: 5, activateAt: 12, metric: { azureStorageQueue: { queueName: 'orders' } } },
  ]);
  const always = objectWith(1);
  expect(always.apps[0]?.['targets']).not.toContainEqual(expect.objectContaining({ activateAt: 12 }));
  expect(always.said).toContainEqual(expect.stringContaining('activationQueueLength: is not needed'));
});
