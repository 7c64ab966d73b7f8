// The commands that ask an operator, as a person uses them: a real operator with a store, a real embedded Marathon.

import { writeFileSync } from 'node:fs';
import { dump, load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printed, type RunningCommand, run, start } from '../../support/programs/command.ts';
import { Laptop, type MarathonServer, untilCount } from '../../support/programs/laptop.ts';
import { freePort } from '../../support/suite/free-port.ts';
import { until } from '../../support/until.ts';

const laptop = new Laptop();
let marathon: MarathonServer;
let server: string;
let operator: RunningCommand;

interface Result {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

const ask = (...args: readonly string[]): Promise<Result> =>
  run(args, { env: { MICROSCALING_SERVER: server } });

async function startOperator(): Promise<void> {
  const args = ['run', '--api', server, '--data', laptop.path('data'), '--marathon', marathon.url];
  operator = laptop.start(args);
  await printed(operator, /operator started/);
}

const app = { cmd: 'sleep 1000', user: 'nobody', cpus: 0.01, mem: 16 };

function policy(name: string, more: object = {}): object {
  return {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name, labels: { team: name } },
    spec: {
      interval: '200ms',
      capacity: { slots: 6 },
      onDelete: 'Delete',
      apps: [
        {
          name: 'front',
          priority: 1,
          instances: { min: 1, max: 5 },
          targets: [{ perInstance: 1, metric: { random: { min: 2, max: 2, period: '1h', seed: 1 } } }],
          app,
        },
        { name: 'back', priority: 2, instances: { min: 1 }, remainder: {}, app },
      ],
      ...more,
    },
  };
}

function write(name: string, ...documents: readonly object[]): string {
  const path = laptop.path(name);
  writeFileSync(path, documents.map((document) => dump(document)).join('---\n'));
  return path;
}

/** Applies a policy of the name and waits for it; the file that it is in. */
async function applied(name: string): Promise<string> {
  const file = write(`${name}.yaml`, policy(name));
  const { code, stderr } = await ask('apply', '-f', file, '--wait');
  if (code !== 0) throw new Error(stderr);
  await untilCount(marathon, `/${name}/front`, 2);
  await untilCount(marathon, `/${name}/back`, 4);
  return file;
}

async function gone(file: string): Promise<void> {
  await ask('delete', '-f', file, '--wait');
}

/** Waits for an event of the shop. */
async function told(event: RegExp): Promise<void> {
  await until(`${event} to be told`, async () => event.test((await ask('events', 'shop')).stdout));
}

beforeAll(async () => {
  marathon = await laptop.marathon();
  server = `127.0.0.1:${await freePort()}`;
  await startOperator();
});
afterAll(() => laptop.end());

describe('the commands', { concurrent: false }, () => {
  it('create, leave alone, configure, and wait until it is ready', async () => {
    const file = write('shop.yaml', policy('shop'));
    expect(await ask('apply', '-f', file, '--wait')).toMatchObject({
      code: 0,
      stdout: 'microscalingpolicy/shop created\nmicroscalingpolicy/shop is ready\n',
    });
    await untilCount(marathon, '/shop/front', 2);
    await untilCount(marathon, '/shop/back', 4);
    expect((await ask('apply', '-f', file)).stdout).toBe('microscalingpolicy/shop unchanged\n');
    const fewer = write('shop.yaml', policy('shop', { capacity: { slots: 5 } }));
    expect((await ask('apply', '-f', fewer)).stdout).toBe('microscalingpolicy/shop configured\n');
    await untilCount(marathon, '/shop/back', 3);
    await gone(fewer);
  });

  it('send nothing when one of several documents does not hold', async () => {
    const file = write('mixed.yaml', policy('good'), policy('bad', { app: [] }));
    const { code, stdout, stderr } = await ask('apply', '-f', file);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/mixed\.yaml:\d+: error: .*spec\.app is not a field; did you mean apps\?/);
    expect(stderr).toMatch(/nothing was applied\n$/);
  });

  it('send nothing when the operator would refuse one of them', async () => {
    const [front] = (policy('x') as { spec: { apps: object[] } }).spec.apps;
    const theirs = policy('theirs', { apps: [{ ...front, id: '/somebody/else' }] });
    const before = (await ask('get', '-o', 'name')).stdout;
    const { code, stderr } = await ask('apply', '-f', write('theirs.yaml', policy('good'), theirs));
    expect(code).toBe(1);
    expect(stderr).toMatch(/theirs\.yaml:\d+: error: .*\/somebody\/else.*--allow-app-prefix/);
    expect((await ask('get', '-o', 'name')).stdout).toBe(before);
  });

  it('delete, and wait until what it created is gone', async () => {
    const file = await applied('shop');
    const { code, stdout } = await ask('delete', '-f', file, '--wait');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^microscalingpolicy\/shop .*\nmicroscalingpolicy\/shop is gone\n$/),
    ]);
    await until('its apps to be gone', async () => Object.keys(await marathon.counts()).length === 0);
    await told(/PolicyRemoved/);
  });

  it('print the schema without an operator', async () => {
    const { code, stdout } = await run(['schema', 'pool'], { env: { MICROSCALING_SERVER: '127.0.0.1:1' } });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ title: 'CapacityPool' });
  });

  describe('beside a policy that runs', () => {
    let file: string;

    beforeAll(async () => {
      file = await applied('shop');
    });
    afterAll(() => gone(file));

    it('show policies in every form', async () => {
      const [table, wide, yaml, json, labelled, none] = await Promise.all([
        ask('get'),
        ask('get', '-o', 'wide'),
        ask('get', 'shop', '-o', 'yaml'),
        ask('get', '-o', 'json'),
        ask('get', '-l', 'team=shop', '-o', 'name'),
        ask('get', '-l', 'team!=shop'),
      ]);
      expect(table.stdout).toMatch(
        /^NAMESPACE +NAME +READY .*\ndefault +shop +True +Reconcile +1\/1 \(each\) +2 +6\/6 /,
      );
      expect(wide.stdout).toMatch(/ sha256:[0-9a-f]{12} /);
      expect(load(yaml.stdout)).toMatchObject({ kind: 'MicroscalingPolicy', metadata: { name: 'shop' } });
      expect(JSON.parse(json.stdout)).toMatchObject({ items: [{ metadata: { name: 'shop' } }] });
      expect([labelled.stdout, none.stdout]).toEqual(['microscalingpolicy/shop\n', 'no policies\n']);
    });

    it('apply what get printed of everything; not over what somebody has changed since', async () => {
      const printed = laptop.path('printed.yaml');
      const { stdout: before } = await ask('get', '-o', 'yaml');
      expect(before).toMatch(/kind: MicroscalingPolicyList.*resourceVersion.*status:/s);
      writeFileSync(printed, before);
      const { generation } = JSON.parse((await ask('get', 'shop', '-o', 'json')).stdout).metadata;
      expect(await ask('apply', '-f', printed)).toMatchObject({ code: 0, stderr: '' });
      expect((await ask('apply', '-f', printed)).stdout).toBe('microscalingpolicy/shop unchanged\n');
      expect(JSON.parse((await ask('get', 'shop', '-o', 'json')).stdout).metadata.generation).toBe(
        generation,
      );
      await ask('apply', '-f', write('shop.yaml', policy('shop', { capacity: { slots: 4 } })));
      const { code, stderr } = await ask('apply', '-f', printed);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(
          /printed\.yaml:\d+: MicroscalingPolicy default\/shop: the object has been modified; please apply your changes to the latest version and try again/,
        ),
      });
      await ask('apply', '-f', write('shop.yaml', policy('shop')));
    });

    it('override a count, show it everywhere, and end the override', async () => {
      const held = await ask('override', 'shop/front=4', '--for', '30m', '--reason', 'launch day');
      expect(held.stdout).toMatch(
        /^front of default\/shop is held at 4 until .*'microscaling override shop front=auto' ends it\n$/,
      );
      await untilCount(marathon, '/shop/front', 4);
      const [got, described] = await Promise.all([ask('get', 'shop'), ask('describe', 'shop')]);
      expect(got.stdout).toMatch(/front .* at 4 until \d{4}-/);
      expect((await ask('get')).stdout).toMatch(/HELD BY HAND.*\n.* front=4 /);
      expect(described.stdout).toMatch(/Interventions:\n {2}front at 4 until .* \(launch day\)/);
      expect(described.stdout).toMatch(/Decisions, newest first:\n.*\n.*\d -> \d/);
      expect((await ask('describe', 'intervention', 'shop-override-front')).stdout).toMatch(
        /Does: +holds front at 4\n(.*\n)*Why: +launch day\n(.*\n)*In force: +True \(InForce\)\n(.*\n)*To end it: +microscaling override shop front=auto\n/,
      );
      await told(/Overridden .*front.*launch day/);
      expect((await ask('override', 'shop', 'front=auto')).stdout).toBe(
        'front of default/shop goes by its law again\n',
      );
      await untilCount(marathon, '/shop/front', 2);
    });

    it('keep a definition that somebody changed, put it back, and give it up', async () => {
      const mem = async (): Promise<unknown> =>
        ((await (await fetch(`${marathon.url}/v2/apps/shop/back`)).json()) as { app: { mem: number } }).app
          .mem;
      const kept = await ask('keep', 'shop/back', '--for', '2h', '--reason', 'it ran out of memory');
      expect(kept.stdout).toMatch(
        /^the definition of back of default\/shop is kept as it runs until .*; 'microscaling keep shop back=auto' ends it\n$/,
      );
      await marathon.put('/shop/back', { mem: 17 });
      await until('the change to be seen', async () =>
        /back in mem, kept as it is by hand .*\(it ran out of memory\)/.test(
          (await ask('get', 'shop')).stdout,
        ),
      );
      expect(await mem()).toBe(17);
      expect((await ask('describe', 'intervention', 'shop-keep-back')).stdout).toMatch(
        /To end it: +microscaling keep shop back=auto\n/,
      );
      expect((await ask('put-back', 'shop', 'back')).stdout).toMatch(
        /^the definition of back of default\/shop is written as the policy says; /,
      );
      await until('it to be put back', async () => (await mem()) === 16);
      expect((await ask('keep', 'back=auto')).stdout).toBe(
        'the definition of back of default/shop goes by its policy again\n',
      );
      await told(/ KeepEnded /);
      await untilCount(marathon, '/shop/back', 4);
    });

    it('pause and resume', async () => {
      const paused = await ask('pause', 'shop', '--for', '1h', '--reason', 'moving the queue');
      expect(paused.stdout).toMatch(
        /^default\/shop is paused until .*: every count stays as it is; 'microscaling resume shop' ends it earlier\n$/,
      );
      expect((await ask('get')).stdout).toMatch(/shop .*Paused by hand/);
      expect((await ask('resume', 'shop')).stdout).toBe('default/shop goes on\n');
      expect((await ask('resume', 'shop')).stdout).toBe('default/shop was not paused by hand\n');
    });

    it.each([
      { args: ['get', 'shoop'], says: /no MicroscalingPolicy default\/shoop at .*; did you mean shop\?/ },
      { args: ['describe', 'shop', '-n', 'eu'], says: /there is one in namespace default: add -n default/ },
      { args: ['override', 'frnt=3'], says: /there is no app frnt in default\/shop; did you mean front\?/ },
      { args: ['override', 'front=9'], says: /9/ },
      { args: ['override', 'front=3', '--for', '25h'], says: /24/ },
      { args: ['keep', 'bck'], says: /there is no app bck in default\/shop; did you mean back\?/ },
      { args: ['keep', 'shop', 'front', 'back'], says: /one app at a time/ },
      { args: ['put-back', 'back=auto'], says: /ends by itself/ },
      { args: ['pause', 'nobody'], says: /there are: shop/ },
      { args: ['describe', 'interventions'], says: /which of the interventions\? `get` lists them/ },
      { args: ['get', '-l', 'team in ('], says: /label selector/ },
      { args: ['delete', 'shoop'], says: /did you mean shop\?/ },
      { args: ['delete'], says: /say what to delete/ },
    ])('say what is wrong: $args', async ({ args, says }) => {
      const { code, stdout, stderr } = await ask(...args);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(says);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    });

    it('follow changes through a restart of the operator, until Ctrl-C', async () => {
      const env = { env: { MICROSCALING_SERVER: server } };
      const [watched, events] = [start(['get', '-w'], env), start(['events', '-w', '-o', 'json'], env)];
      await printed(watched, /shop +True/);
      await printed(events, /"PolicyAccepted"/);
      operator.child.kill('SIGTERM');
      await operator.ended;
      await printed(watched, /waiting for it/);
      await startOperator();
      await printed(watched, /answers again/);
      await ask('pause', 'shop');
      await printed(watched, /shop .*Paused by hand/);
      await ask('resume', 'shop');
      await until('the resumption to be told', () => /"Resumed"/.test(events.stdout()));
      for (const command of [watched, events]) {
        command.child.kill('SIGINT');
        expect(await command.ended).toBe(0);
      }
      expect(watched.stdout().match(/NAMESPACE/g)).toHaveLength(1);
      const told = events.stdout().trim().split('\n');
      expect(new Set(told).size).toBe(told.length);
    });
  });
});
