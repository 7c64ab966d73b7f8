// The look of an older line, for clients that refuse keys they do not know.

import { expect, it } from 'vitest';
import { createApi } from '../../../../src/emulator/http/api.ts';
import { type Look, lookOf } from '../../../../src/emulator/http/protocol/look.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import { aWorld } from '../../support/world.ts';

const APP = {
  id: '/a',
  cmd: 'sleep 60',
  tty: true,
  check: { exec: { command: { shell: 'true' } } },
  resourceLimits: { cpus: 2 },
  executorResources: { cpus: 0.1 },
  labels: { role: 'web' },
  env: { check: 'yes' },
};
const NEWER = ['tty', 'check', 'resourceLimits', 'executorResources', 'role'];

async function ask(look: Look): Promise<{ app: Record<string, unknown>; version: string }> {
  const world = aWorld();
  await world.app(APP);
  const api = createApi(world.marathon, {
    log: silentLogger,
    address: () => ({ authority: 'h:1', host: 'h', port: 1 }),
    look,
  });
  const get = async (path: string) => (await api(new Request(`http://h:1${path}`))).json();
  const { app } = (await get('/v2/apps/a')) as { app: Record<string, unknown> };
  const { version } = (await get('/v2/info')) as { version: string };
  return { app, version };
}

it('shows everything as 1.10', async () => {
  const { app, version } = await ask('1.10');
  expect(Object.keys(app)).toEqual(expect.arrayContaining(NEWER));
  expect(version).toMatch(/^1\.10\./);
});

it("shows nothing newer as 1.8, and keeps people's own keys", async () => {
  const { app, version } = await ask('1.8');
  expect(Object.keys(app).filter((key) => NEWER.includes(key))).toEqual([]);
  expect(app).toMatchObject({ labels: { role: 'web' }, env: { check: 'yes' } });
  expect((app['tasks'] as object[]).map((task) => Object.keys(task).includes('role'))).toEqual([false]);
  expect(version).toMatch(/^1\.8\./);
});

it('spells the statistics as 1.8 did, in events too', () => {
  expect(lookOf('1.8').view({ plan: [{ tasksStats: 1, role: '*' }] })).toEqual({ plan: [{ taskStats: 1 }] });
});
