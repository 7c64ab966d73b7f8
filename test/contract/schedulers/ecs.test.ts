// The contract of every scheduler, of ECS against the fake, whose tasks start and stop; against moto in test/sources.

import { FakeEcs } from '../../schedulers/ecs/fake/fake-ecs.ts';
import { APP, schedulerAt } from '../../schedulers/ecs/setup.ts';
import { until } from '../../support/until.ts';
import { describeScheduler } from '../scheduler.ts';

const SLOTS = 4;

describeScheduler(
  'ecs, a fake that keeps its state',
  async () => {
    const fake = new FakeEcs();
    await fake.start();
    const cluster = fake.cluster('prod', [SLOTS / 2, SLOTS / 2]);
    const scheduler = schedulerAt(fake.endpoint);
    return {
      scheduler,
      definition: {},
      app: APP,
      title: `Service ${APP}`,
      capacity: SLOTS,
      provide: async (instances) => cluster.create({ name: 'orders', desired: instances }),
      asked: () => ({
        writes: fake.asked.filter(({ action }) => action.startsWith('Update')).length,
        lists: fake.asked.filter(({ action }) => action.startsWith('List')).length,
      }),
      scaleByHand: async (_, instances) => void cluster.update('orders', instances),
      holdElsewhere: async () => void fake.scalable.add(`service/${APP}`),
      loseAnswer: async () => fake.failOnce('UpdateService', 'lose answer'),
      cutOff: async () => {
        fake.failWith(() => 'lose answer');
        return async () => fake.failWith(() => undefined);
      },
      remake: async (instances) => {
        cluster.remove('orders');
        cluster.create({ name: 'orders', desired: instances });
      },
      lock: async () => {
        const { finish } = cluster.deploy('orders');
        return async () => finish();
      },
      until: (condition) =>
        until('the condition', async () => await condition().catch(() => false)).then(() => undefined),
      close: async () => {
        await scheduler.close();
        await fake.stop();
      },
    };
  },
  {
    creating: 'only what exists is scaled',
    definitions: 'the definition is not ours',
  },
);
