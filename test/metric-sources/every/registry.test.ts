import { once } from 'node:events';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MetricSpec } from '../../../src/api/policy.ts';
import { loadPolicies } from '../../../src/app/policies/schema.ts';
import type { MetricReading } from '../../../src/core/observation.ts';
import { METRIC_SOURCES, metricSources } from '../../../src/metric-sources/registry.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { fakeValues } from '../../support/values.ts';

const room = resolve(import.meta.dirname, '../../../src/metric-sources');
const types = METRIC_SOURCES;

describe('the registry of metric sources', () => {
  it('is in alphabetical order, and has each kind once', () => {
    const names = types.map(({ type }) => type);
    expect(names).toEqual([...new Set(names)].sort());
  });

  it.each(['README.md', 'docs/README.md'])('is in %s, each kind with its readme', (path) => {
    const text = readFileSync(resolve(room, '../..', path), 'utf8');
    const lacking = types.filter(({ folder }) => !text.includes(`src/metric-sources/${folder}/readme.md)`));
    expect(lacking.map(({ type }) => type)).toEqual([]);
  });

  it('knows every adapter folder, of every family', () => {
    const folders = globSync('**/index.ts', { cwd: room }).map((path) => dirname(path));
    expect(types.map((t) => t.folder).sort()).toEqual(folders.sort());
  });

  it.each(types)('finds the tests of $type where its code is', ({ folder }) => {
    const mirrored = resolve(import.meta.dirname, '..', folder);
    expect(existsSync(mirrored) || existsSync(`${mirrored}.test.ts`)).toBe(true);
  });

  it.each(types)('documents every field, permissions, cost and failures of $type', ({ schema, folder }) => {
    const readme = readFileSync(`${room}/${folder}/readme.md`, 'utf8');
    const properties = schema['properties'] ?? {};
    const undocumented = Object.keys(properties).filter(
      (field) => !new RegExp(`^\\| \`${field}\` +\\|`, 'm').test(readme),
    );
    expect(Object.keys(properties).length).toBeGreaterThan(0);
    expect(undocumented).toEqual([]);
    expect(readme.match(/^## .*/gm)).toEqual([
      '## Parameters',
      '## Permissions',
      '## What a read is, and what it costs',
      '## When it fails',
      '## Try it',
    ]);

    expect(existsSync(`${room}/${folder}/schema.ts`)).toBe(true);
  });
});

/** Where the readme has a test do it, which starts the server itself. */
const TRIED_BY_A_TEST = ['kafka'];

describe('what people may try', () => {
  const root = resolve(room, '../..');
  const tried = types.filter(({ type }) => !TRIED_BY_A_TEST.includes(type));

  it.each(tried)('reads $type by a policy of its own', ({ type, folder }) => {
    const [, section = ''] = readFileSync(`${room}/${folder}/readme.md`, 'utf8').split('## Try it');
    const path = `specs/try/${type}.yaml`;
    expect(section).toContain(`microscaling -- read -f ${path} -o json`);
    const policy = readFileSync(join(root, path), 'utf8');
    expect(loadPolicies(policy, path).problems).toEqual([]);
    expect(policy).toContain(`            ${type}:`);
  });

  it('has each of its programs and policies in a readme', () => {
    const sections = tried.map(({ folder }) => readFileSync(`${room}/${folder}/readme.md`, 'utf8')).join('');
    const files = readdirSync(join(root, 'specs/try'));
    expect(files.filter((name) => !sections.includes(`specs/try/${name}`))).toEqual([]);
  });
});

describe('the sources by what a policy says', () => {
  const random: MetricSpec = { random: { min: 3, max: 3, period: '10s', seed: 1 } };
  const deps = { clock: new VirtualClock(5), log: silentLogger, values: fakeValues() };

  it('makes the source that the policy names', async () => {
    const source = metricSources.create(random, deps);
    expect(await source.read(new AbortController().signal)).toEqual({ state: 'ok', waiting: 3, asOfMs: 5 });
    await source.close();
  });

  it('gives up a read after two seconds, and says of what', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/a`;
    const clock = new VirtualClock();
    const queue: MetricSpec = {
      azureStorageQueue: {
        queueName: 'orders',
        accountName: 'a',
        accountKey: { fromEnv: 'KEY' },
        endpoint: endpoint,
        count: 'Waiting',
        inFlightPerInstance: 1,
      },
    };
    const source = metricSources.create(queue, { ...deps, clock, values: fakeValues({ KEY: 'a2V5' }) });
    try {
      let reading: MetricReading | undefined;
      const read = source.read(new AbortController().signal).then((r) => {
        reading = r;
      });
      await clock.advance(1_999);
      expect(reading).toBeUndefined();
      await clock.advance(1);
      await read;
      expect(reading).toMatchObject({
        state: 'unavailable',
        reason: expect.stringMatching(/^reading queue orders: no answer within 2000 ms; /),
      });
    } finally {
      await source.close();
      silent.close();
    }
  });

  it('refuses a metric without a kind and names those there are', () => {
    expect(() => metricSources.create({}, deps)).toThrow(TerminalError);
    expect(() => metricSources.create({}, deps)).toThrow(/azureStorageQueue, .*random/);
  });

  it.each([
    { spec: random, label: 'random 3–3' },
    {
      spec: {
        azureStorageQueue: {
          queueNameFrom: { fromEnv: 'Q' },
          count: 'Waiting',
          inFlightPerInstance: 1,
        },
      } satisfies MetricSpec,
      label: 'queue demo-queue',
    },
  ])('calls it $label', ({ spec, label }) => {
    expect(metricSources.describe(spec, fakeValues({ Q: 'demo-queue' }))).toBe(label);
  });
});
