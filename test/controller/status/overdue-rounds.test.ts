// A pool whose rounds do not end: within seconds its policies are not ready any more, whoever asks.

import { afterEach, describe, expect, it } from 'vitest';
import { API_VERSION } from '../../../src/api/policy.ts';
import { loadPolicies } from '../../../src/app/policies/schema.ts';
import type { OperatorDeps } from '../../../src/controller/ports.ts';
import { AppliedObjects, createAppliedSource } from '../../../src/policy-sources/applied/index.ts';
import type { PolicySource } from '../../../src/policy-sources/source.ts';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { HealthTracker } from '../../../src/server/page/health/tracker.ts';
import { countedOf, pageList } from '../../../src/server/page/overview/rows.ts';
import { EVERYTHING } from '../../../src/server/page/overview/selection.ts';
import { anApp, aPolicy, World, wants } from '../../support/fakes.ts';

let world: World;
/** Pools whose rounds wait for an answer. */
let silent: Map<string, PromiseWithResolvers<void>>;

afterEach(async () => {
  for (const { resolve } of silent.values()) resolve();
  await world.stop();
});

function aWorld(sources?: readonly PolicySource[]): World {
  silent = new Map();
  const inRound: OperatorDeps['inRound'] = async (pool, round) => {
    await silent.get(pool)?.promise;
    return await round();
  };
  return new World({}, { inRound, ...(sources && { sources }) });
}

async function started(interval = '500ms'): Promise<void> {
  world = aWorld();
  for (const [i, name] of ['alpha', 'omega'].entries())
    world.policies.put(
      `${name}.yaml`,
      aPolicy(name, [anApp('worker', { ...wants(i + 1), id: `/${name}/worker` })], { interval }),
    );
  await world.start(10_000);
}

function hush(pool: string): () => void {
  const silence = Promise.withResolvers<void>();
  silent.set(pool, silence);
  return () => {
    silent.delete(pool);
    silence.resolve();
  };
}

const listed = () => {
  const healths = new HealthTracker().look(world.view);
  return { rows: pageList(world.view, healths, EVERYTHING).rows, counted: countedOf(healths) };
};

describe('a pool whose rounds do not end', () => {
  it.each([
    { interval: '500ms', quietMs: 2_900, overdueMs: 3_800 },
    { interval: '5s', quietMs: 9_900, overdueMs: 20_300 },
  ])(
    'has policies that are not ready after 3 s or three intervals ($interval)',
    async ({ interval, quietMs, overdueMs }) => {
      await started(interval);
      hush('default/omega');
      await world.after(quietMs);
      expect(world.condition('omega', 'Ready')).toBe('True/AllTrue');
      await world.after(overdueMs - quietMs);
      expect(world.condition('omega', 'Ready')).toBe('Unknown/RoundOverdue');
      expect(world.message('omega', 'Ready')).toMatch(
        /^no round has ended since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ: a scheduler or a metric does not answer/,
      );
      expect(world.condition('alpha', 'Ready')).toBe('True/AllTrue');
    },
  );

  it('comes first in the list, amber, with since when', async () => {
    await started();
    const lastMs = world.clock.now();
    hush('default/omega');
    let news = 0;
    world.state.subscribe(() => {
      news += 1;
    });
    await world.after(8_000);
    const { rows, counted } = listed();
    expect(rows.map(({ title }) => title)).toEqual(['omega', 'alpha']);
    expect(rows[0]?.health).toMatchObject({
      level: 'limited',
      kind: 'RoundOverdue',
      what: 'Nothing decided',
    });
    expect(Math.abs((rows[0]?.health.sinceMs ?? 0) - lastMs)).toBeLessThanOrEqual(500);
    expect(counted).toEqual({ policies: 2, failing: 0, limited: 1 });
    expect(news).toBeGreaterThan(0);
  });

  it('tells whoever follows the operator, though no round of any pool does', async () => {
    await started();
    for (const pool of ['default/alpha', 'default/omega']) hush(pool);
    await world.after(1_000);
    const heard: number[] = [];
    world.state.subscribe(() => heard.push(listed().counted.limited));
    await world.after(5_000);
    expect(heard.at(-1)).toBe(2);
  });

  it('is well again with the next round that ends', async () => {
    await started();
    const goOn = hush('default/omega');
    await world.after(8_000);
    goOn();
    await world.after(600);
    expect(world.condition('omega', 'Ready')).toBe('True/AllTrue');
    expect(listed().counted.limited).toBe(0);
    await world.after(30_000);
    expect(world.condition('omega', 'Ready')).toBe('True/AllTrue');
  });

  it('is told once of rounds that come every four seconds, as of a slow cluster: they do come', async () => {
    await started();
    const told: string[] = [];
    world.state.subscribe(() => {
      const ready = world.condition('omega', 'Ready');
      if (told.at(-1) !== ready) told.push(ready);
    });
    const slowly = async (): Promise<void> => {
      const goOn = hush('default/omega');
      await world.after(4_000);
      goOn();
      await world.after(400);
    };
    for (let i = 0; i < 8; i++) await slowly();
    expect(told).toEqual(['True/AllTrue', 'Unknown/RoundOverdue', 'True/AllTrue']);
    await world.after(2_000);
    const goOn = hush('default/omega');
    await world.after(3_800);
    expect(world.condition('omega', 'Ready')).toBe('Unknown/RoundOverdue');
    await world.after(60_000);
    goOn();
    await world.after(50);
    hush('default/omega');
    const isTold = () =>
      world.view.pools.some(
        ({ name, overdueSinceMs }) => name === 'default/omega' && overdueSinceMs !== undefined,
      );
    expect(isTold()).toBe(false);
    await world.after(16_000);
    expect(isTold()).toBe(true);
  });

  it('is not overdue for one of its name that is gone', async () => {
    const objects = new AppliedObjects({
      documents: createMemoryDocumentStore(),
      load: loadPolicies,
      log: silentLogger,
    });
    const apps = [
      { name: 'worker', priority: 1, remainder: { weight: 1 }, app: { cmd: 'work', cpus: 1, mem: 1 } },
    ];
    const put = (uid: string) =>
      objects.put({
        ...{ apiVersion: API_VERSION, kind: 'MicroscalingPolicy' },
        metadata: { name: 'omega', namespace: 'default', uid },
        spec: { capacity: { slots: 3 }, apps },
      });
    world = aWorld([createAppliedSource(objects)]);
    put('first');
    await world.start(5_000);
    objects.remove('MicroscalingPolicy', 'default/omega');
    await world.after(500);
    expect(world.view.pools).toEqual([]);
    hush('default/omega');
    put('second');
    await world.after(4_000);
    expect(world.view.pools).toMatchObject([{ name: 'default/omega' }]);
    expect(world.view.pools[0]).not.toHaveProperty('overdueSinceMs');
  });

  it('keeps a cause of its own: whose metric cannot be read is not called anything else', async () => {
    await started();
    world.metrics.set(2, 'the queue answered 403');
    await world.after(30_000);
    hush('default/omega');
    await world.after(8_000);
    expect(world.condition('omega', 'Ready')).toBe('False/NotRead');
    expect(listed().rows[0]?.health).toMatchObject({ level: 'failing', kind: 'NotRead' });
  });
});
