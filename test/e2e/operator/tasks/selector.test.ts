// Two operators with selectors as apps of one Marathon, without Kubernetes: a policy of a folder goes from the one to the other
// under load and back, also when one of them is killed or gone; every write is recorded with its writer, and there are never two.
// An operator without a selector was there before them, and has what they leave.

import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  collisions,
  PATIENCE_MS,
  restlessPolicy,
  untilScaledBy,
  writersOf,
  writesTo,
} from '../../../support/marathon/recorded-writes.ts';
import {
  type RecordedWrite,
  type RecordingProxy,
  recordingProxy,
} from '../../../support/marathon/recording-proxy.ts';
import { Laptop, type MarathonServer, OperatorApi, untilCount } from '../../../support/programs/laptop.ts';
import { until } from '../../../support/until.ts';

interface Task {
  readonly id: string;
  readonly state: string;
  readonly ports: readonly number[];
}

const laptop = new Laptop();
const proxies: RecordingProxy[] = [];
const writes: RecordedWrite[] = [];
let marathon: MarathonServer;

/** Written whole. */
function put(name: string, shard: string, range: { readonly min: number; readonly max: number }): void {
  writeFileSync(laptop.path('next'), JSON.stringify(restlessPolicy(name, shard, range)));
  renameSync(laptop.path('next'), laptop.path('policies', `${name}.yaml`));
}

const move = (shard: string): void => put('moving', shard, { min: 1, max: 6 });

async function call(method: string, path: string, body?: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(marathon.url + path, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return await answer.json();
}

/** @param shard of the selector; `rest`: without one */
async function start(shard: string): Promise<void> {
  const selector = shard === 'rest' ? '' : ` --selector shard=${shard}`;
  const proxy = await recordingProxy(marathon.url, shard, writes);
  proxies.push(proxy);
  await call('POST', '/v2/apps', {
    id: `/ops/${shard}`,
    cmd: `exec microscaling run --policies ${laptop.path('policies')} --marathon ${proxy.url}${selector}`,
    instances: 1,
    cpus: 0.1,
    mem: 128,
    portDefinitions: [{ port: 0 }],
  });
}

async function taskOf(shard: string): Promise<Task> {
  return await until(`a task of operator ${shard}`, async () => {
    const { tasks } = (await call('GET', `/v2/apps/ops/${shard}/tasks`)) as { tasks: readonly Task[] };
    return tasks.find(({ state }) => state === 'TASK_RUNNING');
  });
}

const apiOf = async (operator: string): Promise<OperatorApi> =>
  new OperatorApi(`http://127.0.0.1:${(await taskOf(operator)).ports[0]}`);

const POLICY_PATH = '/apis/microscaling.io/v1alpha1/namespaces/default/microscalingpolicies';

const saysPaused = async (api: OperatorApi): Promise<string> =>
  (await api.condition('moving', 'Paused'))?.message ?? '';

interface ClaimApp {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** As anybody may read them in Marathon. */
async function claimsOf(pool: string): Promise<readonly ClaimApp[]> {
  const query = `label=${encodeURIComponent('microscaling.io\\/pool')}`;
  const { apps } = (await call('GET', `/v2/apps?${query}`)) as { readonly apps: readonly ClaimApp[] };
  return apps.filter(({ labels }) => labels['microscaling.io/pool'] === pool);
}

async function ownerOf(pool: string): Promise<unknown> {
  const newest =
    (await claimsOf(pool)).toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true })).at(-1)
      ?.labels ?? {};
  return { operator: newest['microscaling.io/operator'], task: newest['microscaling.io/holder'] };
}

describe('two operators with selectors as apps of Marathon', { concurrent: false, timeout: 300_000 }, () => {
  beforeAll(async () => {
    marathon = await laptop.marathon();
    mkdirSync(laptop.path('policies'));
    put('steady', 'a', { min: 3, max: 3 });
    put('lone', 'nobody', { min: 1, max: 6 });
    move('a');
    await start('rest');
    await untilScaledBy('rest', writes, 'moving');
    await Promise.all([start('a'), start('b')]);
  });
  afterAll(async () => {
    await laptop.end();
    await Promise.all(proxies.map((proxy) => proxy.close()));
  });

  it('hand a policy over when its label changes, and never write both', async () => {
    await untilCount(marathon, '/steady/worker', 3);
    await untilCount(marathon, '/steady/rest', 5);
    await untilScaledBy('a', writes, 'moving');
    expect(await ownerOf('default/moving')).toEqual({ operator: '/ops/a', task: (await taskOf('a')).id });
    const steadyWrites = writesTo(writes, 'steady').length;

    move('b');
    put('steady', 'b', { min: 3, max: 3 });
    await untilScaledBy('b', writes, 'moving');
    const task = await taskOf('b');
    expect(await ownerOf('default/moving')).toEqual({ operator: '/ops/b', task: task.id });
    const [a, rest] = await Promise.all(['a', 'rest'].map(apiOf));
    const [stands, has] = ['stands by: its labels are not those of --selector shard=a', 'has it'];
    await a?.says(
      'moving',
      'Applied',
      new RegExp(`^Standby: ${stands}; operator /ops/b \\(${task.id}\\) ${has}$`),
    );
    const others = 'which has a --selector, has the pool';
    await rest?.says(
      'moving',
      'Applied',
      new RegExp(`^Standby: .*operator /ops/b \\(${task.id}\\), ${others}$`),
    );
    await untilScaledBy('rest', writes, 'lone');

    const pause = (api: OperatorApi | undefined): Promise<Response> =>
      fetch(`${api?.page}${POLICY_PATH}/moving/pause`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ for: '1h', reason: 'incident 77' }),
      });
    const refused = await pause(a);
    expect([refused.status, await refused.text()]).toEqual([
      422,
      expect.stringContaining(`operator /ops/b (${task.id}) has it: what is said here has no effect`),
    ]);
    const b = await apiOf('b');
    expect((await pause(b)).status).toBe(200);
    move('a');
    await a?.says('moving', 'Paused', /incident 77/);
    expect(await ownerOf('default/moving')).toMatchObject({ operator: '/ops/a' });
    await until('b to leave it to a', async () => !/incident 77/.test(await saysPaused(b)));
    const resumed = await fetch(`${a?.page}${POLICY_PATH}/moving/pause`, { method: 'DELETE' });
    expect(resumed.status).toBe(200);

    await untilScaledBy('a', writes, 'moving');
    expect(writersOf(writesTo(writes, 'moving'))).toEqual(['rest', 'a', 'b', 'a']);
    expect(collisions(writesTo(writes, 'moving'))).toEqual([]);
    // Nothing moved that a new owner had no reason to move.
    expect(writesTo(writes, 'steady').slice(steadyWrites)).toEqual([]);
  });

  it('go on with a new task where one is killed, and take over what one that is gone had', async () => {
    const killed = await taskOf('a');
    await call('DELETE', `/v2/tasks/${killed.id}`).catch(() =>
      call('DELETE', `/v2/apps/ops/a/tasks/${killed.id}`),
    );
    await until(
      'a new task to have it',
      async () => {
        const { id } = await taskOf('a');
        const owner = (await ownerOf('default/moving')) as { readonly task?: string };
        return id !== killed.id && owner.task === id;
      },
      PATIENCE_MS,
    );
    await untilScaledBy('a', writes, 'moving');

    await call('PUT', '/v2/apps/ops/a?force=true', { instances: 0 });
    move('b');
    await untilScaledBy('b', writes, 'moving');
    expect(writersOf(writesTo(writes, 'moving'))).toEqual(['rest', 'a', 'b', 'a', 'b']);
    expect(collisions(writesTo(writes, 'moving'))).toEqual([]);
    expect(writersOf(writesTo(writes, 'lone'))).toEqual(['rest']);
  });

  it('leave no claim of a policy that is gone', async () => {
    rmSync(laptop.path('policies', 'steady.yaml'));
    await until('its claim to be removed', async () => (await claimsOf('default/steady')).length === 0);
    expect(await claimsOf('default/moving')).toHaveLength(1);
    expect(await claimsOf('default/lone')).toEqual([]);
  });
});
