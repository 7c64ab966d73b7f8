// Containers that are made before they are asked for: they run nothing, serve what is asked for then, and never stay behind.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { until } from '../../support/until.ts';
import { dockerMissing, startEngine, type TestEngine } from '../docker-engine/real-engine.ts';
import { APP, dockerWorld, never, SLEEPER } from './setup.ts';

describe.skipIf(dockerMissing())('a container that is prepared', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.remove());

  const prepared = async (): Promise<readonly string[]> =>
    (await engine.docker('ps', '--all', '--filter', 'status=created', '--format', '{{.Names}}'))
      .split('\n')
      .filter((name) => name !== '')
      .toSorted();

  /** As rounds do: the hint is said again until the world is as it should be. */
  const hinted = async (
    world: ReturnType<typeof dockerWorld>,
    instances: number,
    count: number,
  ): Promise<readonly string[]> =>
    await until(`${count} prepared`, async () => {
      world.scheduler.prepare?.(APP, instances);
      await world.look();
      const names = await prepared();
      return names.length === count ? names : undefined;
    });

  it('holds no slot, and runs as soon as it is asked for', async () => {
    const world = dockerWorld(engine);
    await world.create(1);
    await world.running(1);
    const spares = await hinted(world, 3, 2);
    expect(await world.look()).toMatchObject({ requested: 1, running: 1, staging: 0, waiting: 0 });
    expect(await world.names()).toHaveLength(1);
    await world.scale(3);
    await world.running(3);
    expect(await world.names()).toEqual(expect.arrayContaining([...spares]));
    expect(await prepared()).toEqual([]);
  });

  it('goes when it is not needed after all, and when nobody speaks of it any more', async () => {
    const world = dockerWorld(engine);
    await world.create(1);
    await world.running(1);
    await hinted(world, 3, 2);
    await hinted(world, 1, 0);
    await hinted(world, 2, 1);
    await until('it to be gone', async () => (await prepared()).length === 0);
    expect(await world.look()).toMatchObject({ requested: 1, running: 1 });
  });

  it('is not taken by a new definition', async () => {
    const world = dockerWorld(engine);
    await world.create(1);
    await world.running(1);
    const old = await hinted(world, 2, 1);
    await world.update({ ...SLEEPER, env: { RATE: '5' } });
    const made = await until('another one in its place', async () => {
      world.scheduler.prepare?.(APP, 2);
      await world.look();
      const names = await prepared();
      return names.length === 1 && names[0] !== old[0] ? names : undefined;
    });
    await world.scale(2);
    await world.seen(
      'both of the new one',
      ({ running, operations }) => running === 2 && operations.length === 0,
    );
    expect(await world.names()).toEqual(expect.arrayContaining([...made]));
  });

  it.each(['with the store of the first', 'without it'])(
    'is not taken for one that was asked for by an operator that starts anew, %s',
    async (which) => {
      const documents = createMemoryDocumentStore();
      const first = dockerWorld(engine, { deps: { documents } });
      await first.create(1);
      await first.running(1);
      await hinted(first, 3, 2);
      await first.scheduler.close();
      const second = dockerWorld(engine, { deps: which === 'without it' ? {} : { documents } });
      expect(await second.look()).toMatchObject({ requested: 1, running: 1, waiting: 0 });
      await until('them to be gone', async () => {
        await second.look();
        return (await prepared()).length === 0;
      });
      expect(await second.names()).toHaveLength(1);
    },
  );

  it('goes with the release of its app, and with its deletion', async () => {
    const world = dockerWorld(engine);
    await world.create(1);
    await world.running(1);
    await hinted(world, 3, 2);
    await world.apply({ kind: 'release', app: APP, reason: 'test' });
    await until('them to be gone', async () => {
      await world.look();
      return (await prepared()).length === 0;
    });
    expect(await world.names()).toHaveLength(1);
    await world.apply({ kind: 'adopt', app: APP, reason: 'test' });
    await hinted(world, 3, 2);
    await world.apply({ kind: 'delete', app: APP, reason: 'test' });
    await until('all to be gone', async () => {
      const { apps } = await world.scheduler.observe([APP], never);
      return apps.size === 0;
    });
    expect(await prepared()).toEqual([]);
  });
});
