import { expect, it } from 'vitest';
import { completeApp, readApp } from '../../../src/emulator/definition/complete.ts';
import { nextVersion } from '../../../src/emulator/definition/next-version.ts';
import { taskEnvironment } from '../../../src/emulator/mesos/task-environment.ts';

const world = {
  base: { PATH: '/bin', HOME: '/root', A: 'base' },
  pathDirs: ['/ours'],
  extra: { A: 'extra' },
};

function environment(body: Record<string, unknown>, ports: readonly number[]): Record<string, string> {
  const fields = completeApp('/shop/api', readApp({ cmd: 'sleep 60', ...body }), {
    settings: { mesosRole: '*', features: new Set(['secrets']) },
  });
  const app = nextVersion({ fields }, undefined, '2024-05-01T09:00:00.000Z');
  const resources = { cpus: 1, mem: 128, disk: 0, gpus: 0 };
  const placement = { agentId: 'S0', hostname: '127.0.0.1', resources, ports };
  return taskEnvironment(world, { app, taskId: 'shop_api.instance-x._app.1', placement });
}

it('is what Marathon gives, over what the app says, over what the machine has', () => {
  const env = environment(
    {
      env: { B: 'own', HOST: 'not this', S: { secret: 's' } },
      secrets: { s: { source: 'x' } },
      labels: { 'my-team': 'x' },
      portDefinitions: [{ port: 8080, name: 'http-api' }, { port: 10001 }],
    },
    [31005, 31006],
  );
  expect(env).toEqual({
    PATH: '/ours:/bin',
    HOME: '/root',
    A: 'extra',
    B: 'own',
    HOST: '127.0.0.1',
    MESOS_TASK_ID: 'shop_api.instance-x._app.1',
    MARATHON_APP_ID: '/shop/api',
    MARATHON_APP_VERSION: '2024-05-01T09:00:00.000Z',
    MARATHON_APP_RESOURCE_CPUS: '1',
    MARATHON_APP_RESOURCE_MEM: '128',
    MARATHON_APP_RESOURCE_DISK: '0',
    MARATHON_APP_RESOURCE_GPUS: '0',
    MARATHON_APP_ENFORCE_GROUP_ROLE: 'false',
    MARATHON_APP_LABELS: 'MY_TEAM',
    MARATHON_APP_LABEL_MY_TEAM: 'x',
    PORT: '31005',
    PORTS: '31005,31006',
    PORT0: '31005',
    PORT1: '31006',
    PORT_8080: '31005',
    PORT_10001: '31006',
    PORT_HTTP_API: '31005',
  });
});

it('names no ports where there are none', () => {
  const names = Object.keys(environment({ portDefinitions: [] }, []));
  expect(names.filter((name) => name.startsWith('PORT'))).toEqual([]);
});
