import { expect, it } from 'vitest';
import { apiAddress, runningAddress } from '../../../../src/app/operator/listening/api-address.ts';

const IMAGE = { MICROSCALING_DEFAULT_API: '0.0.0.0:8090' };
const TASK = { MESOS_TASK_ID: 't', MARATHON_APP_ID: '/a', HOST: '192.0.2.1', PORT0: '31005' };

it.each([
  ['nowhere said', {}, {}, '127.0.0.1:8090'],
  ['in the image', {}, IMAGE, '0.0.0.0:8090'],
  ['in the image as a task of Marathon', {}, { ...IMAGE, ...TASK }, '192.0.2.1:31005'],
  ['asked for in the image', { api: { host: '127.0.0.1', port: 1 } }, { ...IMAGE, ...TASK }, '127.0.0.1:1'],
])('listens, %s, on the right address', (_, options, env, address) => {
  const { host, port } = apiAddress(options, env);
  expect(`${host}:${port}`).toBe(address);
});

const NODE = ['node', '/usr/local/bin/microscaling'];
it.each([
  ['the default command', [...NODE, 'run'], IMAGE, '0.0.0.0:8090'],
  ['an address', [...NODE, 'run', '--data', '/d', '--api', ':9000'], IMAGE, '127.0.0.1:9000'],
  ['an address with =', [...NODE, 'run', '--api=0.0.0.0:9000'], IMAGE, '0.0.0.0:9000'],
  ['an init before it', ['/sbin/docker-init', '--', 'microscaling', 'run'], IMAGE, '0.0.0.0:8090'],
  ['a variable', [...NODE, 'run'], { ...IMAGE, MICROSCALING_API: '0.0.0.0:1' }, '0.0.0.0:1'],
  ['a task', [...NODE, 'run'], { ...IMAGE, ...TASK }, '192.0.2.1:31005'],
  ['another command', [...NODE, 'program', 'consumer'], IMAGE, undefined],
])('finds the operator that runs with %s', (_, words, env, address) => {
  const found = runningAddress(words, env);
  expect(found && `${found.host}:${found.port}`).toBe(address);
});
