// `orphans` against a real operator: what earlier policies left behind is listed, released and deleted.

import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Laptop, type MarathonServer, type Operator, untilCount } from '../../support/programs/laptop.ts';
import { fixedApp, policyText } from '../../support/programs/policies.ts';
import { until } from '../../support/until.ts';

const POLICY = policyText('now', 2, fixedApp('app'));

const laptop = new Laptop();
let marathon: MarathonServer;
let operator: Operator;

const old = (name: string) =>
  marathon.put(`/old/${name}`, {
    cmd: 'exec sleep 1000',
    cpus: 0.01,
    mem: 8,
    instances: 0,
    labels: { 'microscaling.io/policy': 'default/before' },
  });

describe('orphans', { concurrent: false }, () => {
  beforeAll(async () => {
    marathon = await laptop.marathon();
    for (const name of ['a', 'b', 'c', 'd']) await old(name);
    writeFileSync(laptop.path('policy.yaml'), POLICY);
    operator = await laptop.operator({ policies: laptop.path('policy.yaml'), marathon: marathon.url });
    await until('them to be found', async () => (await operator.ask('orphans')).stdout.includes('/old/d'));
    await until('them to be told', async () => (await operator.ask('events')).stdout.includes('Orphaned'));
    await untilCount(marathon, '/now/app', 1);
  });
  afterAll(() => laptop.end());

  it('are listed with why, and reported in one event', async () => {
    const { stdout } = await operator.ask('orphans');
    expect(stdout.split('\n')[0]).toMatch(/^APP +POLICY +WHY$/);
    expect(stdout).toMatch(/^\/old\/a +default\/before +policy default\/before made it, and no policy/m);
    const events = await operator.ask('events');
    expect(events.stdout.match(/Orphaned/g)).toHaveLength(1);
    expect(events.stdout).toContain('4 apps of earlier policies');
    const json = JSON.parse((await operator.ask('orphans', '-o', 'json')).stdout);
    expect(json.map(({ app }: { app: string }) => app)).toEqual(['/old/a', '/old/b', '/old/c', '/old/d']);
  });

  it.each([
    [['--delete'], /to delete these 4 apps say --yes, or name the apps that you mean; nothing was done/],
    [
      ['--release', '/old/a', '/now/app'],
      /\/now\/app is no orphan; there are: \/old\/a, .*; nothing was done/,
    ],
    [['--release', '--delete', '/old/a'], /either --release or --delete, not both/],
  ])('%j does nothing, and says why', async (words, says) => {
    const { code, stderr } = await operator.ask('orphans', ...words);
    expect([code, stderr]).toEqual([1, expect.stringMatching(says)]);
    expect(Object.keys(await marathon.counts())).toHaveLength(5);
  });

  it('are released and deleted, those that were named and then the rest', async () => {
    expect((await operator.ask('orphans', '--release', '/old/a')).stdout).toMatch(
      /^\/old\/a released: it stays/,
    );
    expect((await operator.ask('orphans', '--delete', '/old/b')).stdout).toBe('/old/b deleted\n');
    expect((await operator.ask('orphans', '--delete', '--yes')).stdout).toBe(
      '/old/c deleted\n/old/d deleted\n',
    );
    expect((await operator.ask('orphans')).stdout).toBe('no orphans\n');
    await until('Marathon to be rid of them', async () => {
      return (
        Object.keys(await marathon.counts())
          .sort()
          .join() === '/now/app,/old/a'
      );
    });
  });
});
