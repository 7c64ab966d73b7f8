import { describeScheduler } from '../../contract/scheduler.ts';
import { until } from '../../support/until.ts';
import { setUp } from './setup.ts';

describeScheduler('marathon, against a scripted server', async () => {
  const { marathon, scheduler, close } = await setUp();
  return {
    scheduler,
    definition: { cmd: 'sleep 60', cpus: 0.1, mem: 32 },
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
});
