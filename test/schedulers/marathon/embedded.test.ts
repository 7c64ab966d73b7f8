import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../../src/emulator/index.ts';
import { WaitError } from '../../../src/runtime/errors.ts';
import { until } from '../../support/until.ts';
import { call, startEmulator } from './embedded.ts';
import { createScheduler, never } from './setup.ts';

const DEFINITION = { cmd: 'exec sleep 600', cpus: 0.1, mem: 32 };

describe("the room in the embedded server's cluster", () => {
  const app = '/room/app';
  const definition = { cmd: 'exec sleep 600', cpus: 0.6, mem: 8 };

  it('is counted agent by agent, and follows what runs; what is ours is found by its label', async () => {
    const { emulator, close } = await startEmulator(20, 2);
    const scheduler = createScheduler({ urls: [emulator.url] });
    const room = async (headroom = 0) => {
      const observed = (await scheduler.observe([app], never)).apps.get(app);
      const need = { id: app, definition, ...(observed && { observed }) };
      return (await scheduler.room?.({ role: '*', headroom, apps: [need] }, never))?.get(app);
    };
    // Two agents of 2 cpus hold three instances each; together they would hold one more.
    expect(await room()).toBe(6);
    expect(await room(0.5)).toBe(3);
    const instances = 2;
    await scheduler.apply(
      { kind: 'create', app, instances, definition, envFrom: [], owner: 'default/t', reason: '' },
      never,
    );
    await until('there is room for four more', async () => (await room()) === 4);
    await call(emulator, 'POST', '/v2/apps', { ...definition, id: '/room/strange', instances: 0 });
    expect(await scheduler.owned?.(never)).toEqual(new Map([[app, 'default/t']]));
    await scheduler.close();
    await close();
  });
});

describe('lowering a count on the embedded server while instances wait', () => {
  const app = '/shrink/app';
  const tasksOf = (emulator: Emulator) =>
    call(emulator, 'GET', `/v2/apps${app}`) as Promise<{
      app: { instances: number; tasks: { id: string }[] };
    }>;

  it('keeps the work that is to stay', async () => {
    const { emulator, close } = await startEmulator(3);
    const scheduler = createScheduler({ urls: [emulator.url] });
    const observe = async () => (await scheduler.observe([app], never)).apps.get(app);
    const scale = (to: number) => scheduler.apply({ kind: 'scale', app, from: 8, to, reason: 'test' }, never);
    await scheduler.apply(
      {
        kind: 'create',
        app,
        instances: 3,
        definition: DEFINITION,
        envFrom: [],
        owner: 'default/t',
        reason: '',
      },
      never,
    );
    await until('three run', async () => (await observe())?.running === 3);
    const veterans = (await observe())?.tasks.map((t) => t.id) ?? [];
    await scale(8);
    await until('five wait', async () => (await observe())?.waiting === 5);
    expect((await observe())?.waitingFor.length).toBeGreaterThan(0);

    const held = await scale(3).catch((e: unknown) => e);
    expect(held).toBeInstanceOf(WaitError);
    expect((held as WaitError).message).toMatch(/5 of its 8 instances still wait .* would stop 3 running/);

    expect(await scale(2)).toMatchObject({ outcome: 'accepted' });
    const { app: after } = await tasksOf(emulator);
    expect(after.instances).toBe(7);
    await until('one has gone, and two of the old run on', async () => {
      const old = (await observe())?.tasks.filter((t) => veterans.includes(t.id)) ?? [];
      return old.length === 2 && old.every((t) => t.phase === 'running');
    });

    expect(await scale(0)).toMatchObject({ outcome: 'accepted' });
    await until('none are left', async () => (await observe())?.tasks.length === 0);
    await scheduler.close();
    await close();
  });
});
