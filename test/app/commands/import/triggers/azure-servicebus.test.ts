import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../../support/programs/command.ts';
import { importedTrigger } from './imported.ts';

const trigger = (metadata: object) => ({ type: 'azure-servicebus', metadata });

describe("KEDA's trigger azure-servicebus", () => {
  it('becomes the metric, with its reference, and no field is dropped', () => {
    const { target, said, problems } = importedTrigger(
      trigger({
        topicName: 'shop',
        subscriptionName: 'mails',
        messageCount: '20',
        namespace: 'ns',
        connectionFromEnv: 'BUS',
        activationMessageCount: '3',
        other: 'x',
      }),
    );
    expect(problems).toEqual([]);
    expect(target).toEqual({
      perInstance: 20,
      activateAt: 3,
      metric: {
        azureServiceBus: {
          endpoint: 'https://ns.servicebus.windows.net',
          topicName: 'shop',
          subscriptionName: 'mails',
          auth: { connectionString: { fromEnv: 'BUS' } },
        },
      },
    });
    const fields = said.map((line) => line.replace(/^spec\.triggers\[0\]\.metadata\.|:.*/g, ''));
    expect(fields).toEqual(expect.arrayContaining(['connectionFromEnv', 'other']));
  });

  it('is read as seldom as the readme of the source asks for, and that is said', () => {
    const { interval, said, problems } = importedTrigger(
      trigger({ queueName: 'orders', connectionFromEnv: 'BUS' }),
    );
    expect(interval).toBe('5s');
    expect(said).toContainEqual(expect.stringContaining('the policy reads every 5 s (spec.interval)'));
    expect(problems).toEqual([]);
    const readme = readFileSync(join(ROOT, 'src/metric-sources/clouds/azure-service-bus/readme.md'), 'utf8');
    expect(readme).toContain('`spec.interval` of some seconds (`5s`)');
  });

  it('takes its connection string from a TriggerAuthentication', () => {
    const authentication = { secretTargetRef: [{ parameter: 'connection', name: 'bus', key: 'text' }] };
    const { target, problems } = importedTrigger(trigger({ queueName: 'orders' }), authentication);
    expect(target).toEqual({
      perInstance: 5,
      metric: {
        azureServiceBus: {
          queueName: 'orders',
          auth: { connectionString: { fromSecret: { name: 'bus', key: 'text' } } },
        },
      },
    });
    expect(problems).toEqual([]);
  });

  it('with an identity says how a token comes, and where it is looked for', () => {
    const { target, said, problems } = importedTrigger(trigger({ queueName: 'orders', namespace: 'ns' }), {
      podIdentity: { provider: 'azure-workload' },
    });
    expect(target?.metric).toEqual({
      azureServiceBus: {
        endpoint: 'https://ns.servicebus.windows.net',
        queueName: 'orders',
        auth: { token: { fromFile: '/run/service-bus/token' } },
      },
    });
    expect(problems).toEqual([]);
    expect(said).toContainEqual(expect.stringMatching(/metadata\.connection: .*\/run\/service-bus\/token/));
    expect(said).toContainEqual(
      expect.stringMatching(/^spec\.podIdentity: has no counterpart: no token is asked for here/),
    );
  });

  it('without a queue is left out, and that is said', () => {
    const { target, said } = importedTrigger(trigger({ topicName: 'shop' }));
    expect(target).toBeUndefined();
    expect(said.join('\n')).toContain('it names no queue, and no topic with a subscription');
  });
});
