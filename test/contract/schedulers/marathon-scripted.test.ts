import { setUp } from '../../schedulers/marathon/setup.ts';
import { until } from '../../support/until.ts';
import { describeScheduler } from '../scheduler.ts';

describeScheduler(
  'marathon, against a scripted server',
  async () => {
    const { marathon, scheduler, close } = await setUp();
    return {
      scheduler,
      definition: { cmd: 'sleep 60', cpus: 0.1, mem: 32 },
      loseAnswer: async () =>
        marathon.next(({ method }) => method !== 'GET', { status: 200, dropAfterEffect: true }),
      cutOff: async () => {
        marathon.dropStreams();
        return async () => undefined;
      },
      asked: () => ({
        writes: marathon.requests.filter(({ method }) => method !== 'GET').length,
        lists: marathon.requests.filter(({ method, path }) => method === 'GET' && path !== '/v2/events')
          .length,
      }),
      scaleByHand: async (app, instances) => {
        marathon.setInstances(app, instances);
        const actions = [{ action: 'ScaleApplication', app }];
        marathon.emit('deployment_info', {
          plan: { id: 'by-hand', steps: [{ actions }] },
          currentStep: { actions },
        });
      },
      lock: async (app) => {
        const deployment = marathon.deploy('RestartApplication', app);
        return async () => marathon.finish(deployment);
      },
      until: async (condition) => {
        await until('the contract', condition);
      },
      close,
    };
  },
  {
    'stale writes': 'Marathon takes a count whatever the one before was',
    remaking: 'Marathon keeps nothing of an app but its name: a new one looks like one that was scaled',
    'refused targets': 'Marathon has no autoscaler of its own',
    stopping: 'the scripted server stops at once; the embedded one shows it',
    waiting: 'the scripted server has room for all; the embedded one shows it',
  },
);
