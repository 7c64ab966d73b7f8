// Health checks of real processes.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { hasProc, marked } from '../support/processes.ts';
import { aServer, type Server } from '../support/server.ts';

const itWithProc = hasProc ? it.concurrent : it.skip;

let server: Server;
beforeAll(async () => {
  server = await aServer({ agents: 2 });
});
afterAll(async () => {
  await server.stop();
});

/** Answers 200, and 503 once it was asked for /break. */
const PROGRAM = `
  let status = 200;
  require('node:http').createServer((request, response) => {
    if (request.url === '/break') status = 503;
    response.writeHead(status).end();
  }).listen(process.env.PORT0, process.env.HOST);
`;
/** A program that takes long to start, or to answer, is not ill. */
const check = { gracePeriodSeconds: 60, intervalSeconds: 1, timeoutSeconds: 20, delaySeconds: 0 };
/** Others on this machine look for their own. */
const HANGS = `HANGS=${process.pid}`;

interface AppView {
  readonly tasksHealthy: number;
  readonly tasksUnhealthy: number;
  readonly deployments: readonly unknown[];
  readonly tasks: readonly {
    readonly id: string;
    readonly host: string;
    readonly ports: readonly number[];
  }[];
  readonly lastTaskFailure?: { readonly message: string };
}

async function create(id: string, fields: object): Promise<void> {
  const { status, body } = await server.call('POST', '/v2/apps', { id, cpus: 0.1, mem: 32, ...fields });
  expect(status, JSON.stringify(body)).toBe(201);
}

async function view(id: string): Promise<AppView> {
  return (await server.call('GET', `/v2/apps${id}`)).body['app'] as AppView;
}

function healthy(id: string, count = 1): Promise<AppView> {
  return until(`${count} healthy of ${id}`, async () => {
    const app = await view(id);
    return app.tasksHealthy === count && app.deployments.length === 0 ? app : undefined;
  });
}

it.concurrent('finds a server well, then ill, then kills it, and finds the next one well', async () => {
  const healthChecks = [{ ...check, protocol: 'HTTP', path: '/', maxConsecutiveFailures: 1 }];
  await create('/http', { args: [process.execPath, '-e', PROGRAM], instances: 2, healthChecks });
  const { tasks } = await healthy('/http', 2);
  const [task] = tasks;
  await fetch(`http://${task!.host}:${task!.ports[0]}/break`);
  const after = await until('the kill', async () => {
    const app = await view('/http');
    return app.lastTaskFailure === undefined ? undefined : app;
  });
  expect(after.lastTaskFailure?.message).toBe(
    'Task was killed since health check failed. Reason: 503 Service Unavailable',
  );
  const again = await healthy('/http', 2);
  expect(again.tasks.map(({ id }) => id)).not.toContain(task!.id);
});

it.concurrent('finds a port open', async () => {
  await create('/tcp', {
    args: [process.execPath, '-e', PROGRAM],
    healthChecks: [{ ...check, protocol: 'TCP' }],
    readinessChecks: [{ portName: 'default', intervalSeconds: 2, timeoutSeconds: 1 }],
  });
  await healthy('/tcp');
});

it.concurrent('finds nobody behind a port', async () => {
  const healthChecks = [{ ...check, protocol: 'TCP', gracePeriodSeconds: 0, maxConsecutiveFailures: 0 }];
  await create('/deaf', { cmd: 'exec sleep 1000', healthChecks });
  await until('an unhealthy task', async () =>
    (await view('/deaf')).tasksUnhealthy === 1 ? true : undefined,
  );
  const { tasks } = (await server.call('GET', '/v2/apps/deaf/tasks')).body as { tasks: object[] };
  expect(tasks).toMatchObject([
    { healthCheckResults: [{ alive: false, lastFailureCause: expect.stringMatching(/ECONNREFUSED/) }] },
  ]);
});

itWithProc('runs a command in the sandbox, with the environment of the task', async () => {
  const value = 'test -f ready && test "$MARATHON_APP_ID" = /command && test "$MINE" = yes';
  await create('/command', {
    cmd: 'sleep 0.2; touch ready; exec sleep 1000',
    env: { MINE: 'yes' },
    healthChecks: [{ ...check, protocol: 'COMMAND', command: { value } }],
  });
  await healthy('/command');
});

itWithProc('ends a command that takes too long, and all that it has started', async () => {
  const command = { value: `${HANGS} sleep 1000 & sleep 1000` };
  await create('/slow', {
    cmd: 'exec sleep 1000',
    healthChecks: [
      {
        ...{ ...check, protocol: 'COMMAND', command },
        ...{ gracePeriodSeconds: 0, timeoutSeconds: 1, maxConsecutiveFailures: 0 },
      },
    ],
  });
  await until('the command', () => marked(HANGS).length > 0);
  await until('an unhealthy task', async () =>
    (await view('/slow')).tasksUnhealthy === 1 ? true : undefined,
  );
  await server.call('DELETE', '/v2/apps/slow');
  await until('nobody left', () => marked(HANGS).length === 0);
});
