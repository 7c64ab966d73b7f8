// `microscaling run --git`: a team's repository, its good and its bad commits, and what Marathon has of them.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Marathon and shells write variables so

import { renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GitRepository } from '../../support/programs/git.ts';
import { Laptop, type MarathonServer, type Operator, untilCount } from '../../support/programs/laptop.ts';
import { policyText } from '../../support/programs/policies.ts';
import { until } from '../../support/until.ts';

const laptop = new Laptop();
let remote: GitRepository;
let marathon: MarathonServer;
let operator: Operator;

/** A policy of one worker that never needs more than its minimum. */
function policy(name: string, min: number, more = ''): string {
  const user = more.includes('user:') ? '' : ', user: nobody';
  return policyText(
    name,
    6,
    `  - name: worker
    priority: 1
    instances: { min: ${min}, max: 6 }
    targets:
    - queueLength: 10
      metric: { random: { min: 0, max: 1 } }
    app: { cmd: exec sleep 1000, cpus: 0.01, mem: 8${user}${more} }
`,
  );
}

function start(...more: readonly string[]): Promise<Operator> {
  const source = ['--git', `${remote.url}#main:prod`, '--git-interval', '1s', '--data', laptop.path('data')];
  return laptop.operator({
    marathon: marathon.url,
    more: [...source, '--git-variable', 'STAGE', ...more],
    env: { STAGE: 'production', SHY: 'never to be seen' },
  });
}

async function revisionOf(name: string): Promise<string | undefined> {
  const { stdout } = await operator.ask('get', name, '-o', 'yaml');
  return /microscaling\.io\/revision: '?(\S+?)'?$/m.exec(stdout)?.[1];
}

/** Commits a policy `shop-NAME` of two workers and a policy `till-NAME` of one, and waits for them. */
async function committed(name: string): Promise<void> {
  remote.commit({
    [`prod/shop-${name}.yaml`]: policy(`shop-${name}`, 2, `, env: { STAGE: "\${STAGE}", PORT: "\${PORT0}" }`),
    [`prod/till-${name}.yaml`]: policy(`till-${name}`, 1),
  });
  await untilCount(marathon, `/shop-${name}/worker`, 2);
  await untilCount(marathon, `/till-${name}/worker`, 1);
  await operator.reason(`shop-${name}`, 'Ready', 'AllTrue');
}

beforeAll(async () => {
  remote = new GitRepository(laptop.path('remote'));
  marathon = await laptop.marathon();
  remote.commit({ 'prod/first.yaml': policy('first', 1) });
  operator = await start();
  await untilCount(marathon, '/first/worker', 1);
});

afterAll(() => laptop.end());

// Each test has policies of its own; the operator and the repository are everybody's.
describe('policies in a repository', { concurrent: false }, () => {
  it('are in Marathon, with the variables that were named', async () => {
    await committed('a');
    expect((await marathon.app('/shop-a/worker'))?.env).toMatchObject({
      STAGE: 'production',
      PORT: '${PORT0}',
    });
  });

  it('change with a commit, which the policy and an event name', async () => {
    await committed('b');
    const commit = remote.commit({ 'prod/shop-b.yaml': policy('shop-b', 3) });
    await untilCount(marathon, '/shop-b/worker', 3);
    expect(await revisionOf('shop-b')).toBe(`main@sha1:${commit}`);
    await until('an event about it', () => operator.log().includes(`(main@sha1:${commit.slice(0, 12)})`));
  });

  it('go on when a commit breaks one of them, or asks for too much', async () => {
    await committed('c');
    const before = await marathon.counts();
    remote.commit({
      'prod/shop-c.yaml': policy('shop-c', 4).replace('priority: 1', 'priority: high'),
      'prod/till-c.yaml': policy('till-c', 2),
      'prod/evil.yaml': policy('evil', 1, ', user: root').replace('cmd: exec', 'env: { A: b }, cmd: exec'),
      'prod/thief.yaml': `${policy('thief', 1)}    envFrom: [{ name: X, from: { fromEnv: SHY } }]\n`,
      'prod/other.yaml': policy('other', 1).replace('name: worker', 'name: worker\n    id: /shop-c/second'),
    });
    await untilCount(marathon, '/till-c/worker', 2);
    await operator.says('shop-c', 'Accepted', /InvalidSpec: .*shop-c\.yaml:9: .*priority/);
    await operator.untilLogged(/evil\.yaml.*--allow-privileged/);
    await operator.untilLogged(
      /thief\.yaml.*may not read variable SHY: start the operator with --allow-secret-env 'SHY'/,
    );
    await operator.untilLogged(/other\.yaml.*may have apps under \/other only, not \/shop-c\/second/);
    expect(operator.log()).not.toContain('never to be seen');
    expect(await marathon.counts()).toEqual({ ...before, '/till-c/worker': 2 });
    remote.remove('prod/evil.yaml', 'prod/thief.yaml', 'prod/other.yaml');
  });

  it('are held when a commit deletes them all, also by an operator that starts anew, until one brings them back', async () => {
    await committed('d');
    remote.remove('prod');
    await operator.reason('till-d', 'Accepted', 'DeletionHeld');
    expect(await operator.stop()).toBe(0);
    operator = await start();
    await operator.says('till-d', 'Accepted', /DeletionHeld: commit \w+ of main leaves no policy at all/);
    expect((await marathon.counts())['/till-d/worker']).toBe(1);
    const commit = remote.commit({
      'prod/shop-d.yaml': policy('shop-d', 4),
      'prod/till-d.yaml': policy('till-d', 1),
    });
    await untilCount(marathon, '/shop-d/worker', 4);
    expect(await revisionOf('till-d')).toBe(`main@sha1:${commit}`);
    await operator.reason('till-d', 'Accepted', 'Valid');
  });

  it('run on from the last commit when the repository is gone, after a restart too', async () => {
    await committed('e');
    expect(await operator.stop()).toBe(0);
    renameSync(remote.dir, `${remote.dir}.gone`);
    operator = await start();
    await operator.reason('shop-e', 'Ready', 'AllTrue');
    await until('what is the matter', () =>
      /cannot be followed: there is no such repository/.test(operator.log()),
    );
    await marathon.put('/shop-e/worker', { cmd: 'exec sleep 2000' });
    await until(
      'its drift to be reverted',
      async () => (await marathon.app('/shop-e/worker'))?.cmd === 'exec sleep 1000',
    );
    renameSync(`${remote.dir}.gone`, remote.dir);
    remote.commit({ 'prod/shop-e.yaml': policy('shop-e', 5) });
    await untilCount(marathon, '/shop-e/worker', 5);
  });

  it('are pruned by a commit without them: their apps are released', async () => {
    await committed('f');
    remote.remove('prod/till-f.yaml');
    await until('the policy to be gone', async () => (await operator.policy('till-f')) === undefined);
    expect((await marathon.counts())['/till-f/worker']).toBe(1);
    await operator.untilLogged(/"reason":"Released","object":"app \/till-f\/worker"/);
  });
});
