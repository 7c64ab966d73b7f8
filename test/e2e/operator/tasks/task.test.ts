// `microscaling run` with the environment that Marathon gives to a task.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printed, run } from '../../../support/programs/command.ts';
import { Laptop, type MarathonServer, Operator } from '../../../support/programs/laptop.ts';
import { freePort } from '../../../support/suite/free-port.ts';
import { until } from '../../../support/until.ts';

const TOKEN = 'token-of-the-task-under-test';
const POLICY = `apiVersion: microscaling.io/v1alpha1
kind: MicroscalingPolicy
metadata: { name: shop }
spec:
  interval: 200ms
  capacity: { slots: 2 }
  apps:
  - name: till
    instances: { fixed: 1 }
    pageControl: { min: 0, max: 3 }
    app: { cmd: sleep 1000, cpus: 0.01, mem: 16 }
`;

const laptop = new Laptop();
let marathon: MarathonServer;
let operator: Operator;
let port: number;

beforeAll(async () => {
  marathon = await laptop.marathon();
  port = await freePort();
  const command = laptop.start(['run'], {
    MICROSCALING_POLICY_YAML: POLICY,
    MICROSCALING_MARATHON: marathon.url,
    MICROSCALING_API_TOKEN: TOKEN,
    MESOS_TASK_ID: 'ops_operator.instance-1._app.1',
    MARATHON_APP_ID: '/ops/operator',
    HOST: '0.0.0.0',
    PORT0: String(port),
  });
  const page = (await printed(command, /operator started.*?"page":"([^"]+)"/))[1] ?? '';
  operator = new Operator(page, command, TOKEN);
});
afterAll(() => laptop.end());

function turn(headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(`${operator.page}/ui/scale`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ app: '/shop/till', instances: 2 }),
  });
}

describe('the operator as a task of Marathon', { concurrent: false }, () => {
  it('listens where Marathon says, and follows the policy that it carries', async () => {
    expect(operator.page).toBe(`http://127.0.0.1:${port}`);
    await operator.reason('shop', 'Accepted', 'Valid');
  });

  it('writes nothing while Marathon does not know its task', async () => {
    const { message } = await operator.reason('shop', 'Applied', 'Standby');
    expect(message).toMatch(
      /Marathon does not list task ops_operator\.instance-1\S+ of \/ops\/operator as running/,
    );
    expect(await marathon.counts()).toEqual({});
  });

  it('takes a write only with its token, and never while it stands by', async () => {
    expect((await turn({})).status).toBe(401);
    expect((await turn({ authorization: 'Bearer another-token-altogether' })).status).toBe(401);
    await marathon.put('/shop/till', { cmd: 'sleep 1000', cpus: 0.01, mem: 16, instances: 1 });
    // Until it has seen the app it says that there is none.
    const refused = await until('the app to be seen', async () => {
      const response = await turn({ authorization: `Bearer ${TOKEN}` });
      return response.status !== 422 && response;
    });
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain('this instance of the operator stands by');
    expect(await marathon.counts()).toEqual({ '/shop/till': 1 });
  });

  it('keeps its token out of the log', () => {
    expect(operator.log()).toContain('operator started');
    expect(operator.log()).not.toContain(TOKEN);
  });

  it.each([
    {
      name: 'a token that anybody could guess',
      env: { MICROSCALING_API_TOKEN: 'short' },
      words: /MICROSCALING_API_TOKEN: the token must have at least 16 characters/,
    },
    { name: 'no policy at all', env: { MICROSCALING_POLICY_YAML: '' }, words: /no policies to follow/ },
  ])('does not start with $name', async ({ env, words }) => {
    const { code, stderr } = await run(['run', '--api', '127.0.0.1:0'], {
      env: { MICROSCALING_POLICY_YAML: POLICY, ...env },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain('short');
  });
});
