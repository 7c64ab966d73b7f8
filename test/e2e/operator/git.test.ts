// `microscaling run --git`: a team's repository, its good and its bad commits, and what Marathon has of them.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Marathon and shells write variables so

import { renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GitRepository } from '../../support/programs/git.ts';
import { Laptop, type MarathonServer, type Operator, untilCount } from '../../support/programs/laptop.ts';
import { until } from '../../support/until.ts';

const laptop = new Laptop();
let remote: GitRepository;
let marathon: MarathonServer;
let operator: Operator;

/** A policy of one worker that never needs more than its minimum. */
function policy(name: string, min: number, more = ''): string {
  const user = more.includes('user:') ? '' : ', user: nobody';
  return `apiVersion: microscaling.io/v1alpha1
kind: MicroscalingPolicy
metadata: { name: ${name} }
spec:
  interval: 200ms
  capacity: { slots: 6 }
  apps:
  - name: worker
    priority: 1
    instances: { min: ${min}, max: 6 }
    targets:
    - queueLength: 10
      metric: { random: { min: 0, max: 1 } }
    app: { cmd: exec sleep 1000, cpus: 0.01, mem: 8${user}${more} }
`;
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

beforeAll(async () => {
  remote = new GitRepository(laptop.path('remote'));
  marathon = await laptop.marathon();
  remote.commit({
    'prod/shop.yaml': policy('shop', 2, `, env: { STAGE: "\${STAGE}", PORT: "\${PORT0}" }`),
    'prod/till.yaml': policy('till', 1),
  });
  operator = await start();
});

afterAll(() => laptop.end());

describe('policies in a repository', () => {
  it('are in Marathon, with the variables that were named', async () => {
    await untilCount(marathon, '/shop/worker', 2);
    await untilCount(marathon, '/till/worker', 1);
    expect((await marathon.app('/shop/worker'))?.env).toMatchObject({
      STAGE: 'production',
      PORT: '${PORT0}',
    });
    await operator.reason('shop', 'Ready', 'AllTrue');
  });

  it('change with a commit, which the policy and an event name', async () => {
    const commit = remote.commit({ 'prod/shop.yaml': policy('shop', 3) });
    await untilCount(marathon, '/shop/worker', 3);
    expect(await revisionOf('shop')).toBe(`main@sha1:${commit}`);
    await until('an event about it', () => operator.log().includes(`(main@sha1:${commit.slice(0, 12)})`));
  });

  it('go on when a commit breaks one of them, or asks for too much', async () => {
    remote.commit({
      'prod/shop.yaml': policy('shop', 4).replace('priority: 1', 'priority: high'),
      'prod/till.yaml': policy('till', 2),
      'prod/evil.yaml': policy('evil', 1, ', user: root').replace('cmd: exec', 'env: { A: b }, cmd: exec'),
      'prod/thief.yaml': `${policy('thief', 1)}    envFrom: [{ name: X, from: { fromEnv: SHY } }]\n`,
      'prod/other.yaml': policy('other', 1).replace('name: worker', 'name: worker\n    id: /shop/second'),
    });
    await untilCount(marathon, '/till/worker', 2);
    await operator.says('shop', 'Accepted', /InvalidSpec: .*shop\.yaml:9: .*priority/);
    await until('what is refused', () => /evil\.yaml.*--allow-privileged/.test(operator.log()));
    expect(operator.log()).toMatch(
      /thief\.yaml.*may not read variable SHY: start the operator with --allow-secret-env 'SHY'/,
    );
    expect(operator.log()).toMatch(/other\.yaml.*may have apps under \/other only, not \/shop\/second/);
    expect(operator.log()).not.toContain('never to be seen');
    expect(await marathon.counts()).toEqual({ '/shop/worker': 3, '/till/worker': 2 });
  });

  it('are held when a commit deletes them all, also by an operator that starts anew', async () => {
    remote.remove('prod');
    await operator.reason('till', 'Accepted', 'DeletionHeld');
    expect(await operator.stop()).toBe(0);
    operator = await start();
    await operator.says('till', 'Accepted', /DeletionHeld: commit \w+ of main leaves no policy at all/);
    expect((await marathon.counts())['/till/worker']).toBe(2);
  });

  it('come back with a commit', async () => {
    const commit = remote.commit({
      'prod/shop.yaml': policy('shop', 4),
      'prod/till.yaml': policy('till', 2),
    });
    await untilCount(marathon, '/shop/worker', 4);
    expect(await revisionOf('till')).toBe(`main@sha1:${commit}`);
    await operator.reason('till', 'Accepted', 'Valid');
  });

  it('run on from the last commit when the repository is gone, after a restart too', async () => {
    expect(await operator.stop()).toBe(0);
    renameSync(remote.dir, `${remote.dir}.gone`);
    operator = await start();
    await operator.reason('shop', 'Ready', 'AllTrue');
    await until('what is the matter', () =>
      /cannot be followed: there is no such repository/.test(operator.log()),
    );
    await marathon.put('/shop/worker', { cmd: 'exec sleep 2000' });
    await until(
      'its drift to be reverted',
      async () => (await marathon.app('/shop/worker'))?.cmd === 'exec sleep 1000',
    );
    renameSync(`${remote.dir}.gone`, remote.dir);
    remote.commit({ 'prod/shop.yaml': policy('shop', 5) });
    await untilCount(marathon, '/shop/worker', 5);
  });

  it('are pruned by a commit without them: their apps are released', async () => {
    remote.remove('prod/till.yaml');
    await until('the policy to be gone', async () => (await operator.policy('till')) === undefined);
    expect((await marathon.counts())['/till/worker']).toBe(2);
    expect(operator.log()).toMatch(/"reason":"Released","object":"app \/till\/worker"/);
  });
});
