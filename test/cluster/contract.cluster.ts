// The contract of every scheduler, of Kubernetes against a real control plane.

import { describeScheduler } from '../contract/scheduler.ts';
import { Shop, SLOTS } from '../support/kubernetes/scheduler/shop.ts';
import { until } from '../support/until.ts';

const kubeconfig = process.env['TEST_KUBECONFIG'] ?? '';

describeScheduler(
  'kubernetes, a real control plane',
  async () => {
    const shop = await Shop.open(kubeconfig);
    return {
      scheduler: shop.scheduler,
      definition: {},
      app: shop.id('orders'),
      title: `Deployment ${shop.namespace}/orders`,
      capacity: SLOTS,
      provide: async (instances) => void (await shop.deploy('orders', instances)),
      scaleByHand: (_, instances) => shop.scaleByHand('orders', instances),
      holdElsewhere: () => shop.autoscale('orders', 2),
      loseAnswer: async () => void shop.front.plan('lose answer', ({ method }) => method === 'PATCH'),
      cutOff: async () => {
        shop.front.cut();
        return async () => shop.front.mend();
      },
      lock: async () => async () => undefined,
      until: (condition) =>
        until('the condition', async () => await condition().catch(() => false)).then(() => undefined),
      close: () => shop.close(),
    };
  },
  {
    creating: 'only what exists is scaled',
    definitions: 'the definition is not ours',
    locks: 'a rollout does not keep anybody from scaling',
  },
);
