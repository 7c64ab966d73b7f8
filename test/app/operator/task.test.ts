import { describe, expect, it } from 'vitest';
import { taskAddress, taskIdentity } from '../../../src/app/operator/task.ts';

const TASK = { MESOS_TASK_ID: 'ops_operator.instance-1._app.1', MARATHON_APP_ID: '/ops/operator' };

describe('this process as a task of Marathon', () => {
  it.each([
    { env: {}, identity: undefined },
    { env: { MESOS_TASK_ID: 't' }, identity: undefined },
    { env: { MARATHON_APP_ID: '/a' }, identity: undefined },
    { env: { ...TASK, MESOS_TASK_ID: '' }, identity: undefined },
    { env: TASK, identity: { taskId: TASK.MESOS_TASK_ID, appId: '/ops/operator' } },
  ])('is who $env says', ({ env, identity }) => {
    expect(taskIdentity(env)).toEqual(identity);
  });

  it.each([
    {
      name: 'host and first port',
      env: { ...TASK, HOST: 'a1', PORT0: '31005' },
      address: { host: 'a1', port: 31005 },
    },
    {
      name: 'any address without a host',
      env: { ...TASK, PORT0: '31005' },
      address: { host: '0.0.0.0', port: 31005 },
    },
    { name: 'nothing without a port', env: { ...TASK, HOST: 'a1' }, address: undefined },
    {
      name: "nothing of a shell's own HOST and PORT0",
      env: { HOST: 'a1', PORT0: '31005' },
      address: undefined,
    },
  ])('listens on $name', ({ env, address }) => {
    expect(taskAddress(env)).toEqual(address);
  });

  it.each(['http', '0', '70000', '-1', '80.5'])('refuses %s as a port', (port) => {
    expect(() => taskAddress({ ...TASK, PORT0: port })).toThrow(`PORT0 is '${port}', which is no port`);
  });
});
