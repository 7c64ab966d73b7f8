// The contract of every scheduler, of Kubernetes against a real control plane, where this machine can have one.

import { afterAll, beforeAll, describe } from 'vitest';
import { Shop, SLOTS } from '../../support/kubernetes/scheduler/shop.ts';
import {
  startWholeCluster,
  type WholeCluster,
  wholeClusterMissing,
} from '../../support/kubernetes/whole-cluster.ts';
import { until } from '../../support/until.ts';
import { describeScheduler } from '../scheduler.ts';

const missing = wholeClusterMissing();

if (missing !== undefined) console.warn(`Kubernetes tests skipped: ${missing}`);

describe.skipIf(missing !== undefined)(`Kubernetes${missing === undefined ? '' : ` [${missing}]`}`, () => {
  let cluster: WholeCluster | undefined;
  beforeAll(async () => {
    cluster = await startWholeCluster();
  }, 150_000);
  afterAll(() => cluster?.stop());

  describeScheduler(
    'kubernetes, a real control plane',
    async () => {
      const shop = await Shop.open(cluster?.kubeconfig ?? '');
      return {
        scheduler: shop.scheduler,
        definition: {},
        app: shop.id('orders'),
        title: `Deployment ${shop.namespace}/orders`,
        capacity: SLOTS,
        provide: async (instances) => void (await shop.deploy('orders', instances)),
        asked: () => ({
          writes: shop.front.passed.filter(({ method }) => method !== 'GET').length,
          lists: shop.front.passed.filter(({ method, url }) => method === 'GET' && !url.includes('watch='))
            .length,
        }),
        scaleByHand: (_, instances) => shop.scaleByHand('orders', instances),
        holdElsewhere: () => shop.autoscale('orders', 2),
        loseAnswer: async () => void shop.front.plan('lose answer', ({ method }) => method === 'PATCH'),
        cutOff: async () => {
          shop.front.cut();
          return async () => shop.front.mend();
        },
        remake: (instances) => shop.remake('orders', instances),
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
});
