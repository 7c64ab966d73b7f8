// Whatever is asked in whatever order: the budget holds at every instant, and the world comes to what is wanted.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { aWorld, type World } from './support/world.ts';

const SLOTS = 6;
const APPS = ['/a', '/b', '/c'];

/** Restarts that need no room of their own, so that none waits for ever. */
const aDefinition = (id: string) => ({
  id,
  cmd: 'sleep 60',
  cpus: 1,
  mem: 1,
  backoffSeconds: 1,
  upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
  ...(id === CHECKED && { healthChecks: [CHECK], readinessChecks: [READINESS] }),
});

/** Soon found ill, soon found well. */
const CHECKED = '/c';
const CHECK = {
  protocol: 'HTTP',
  gracePeriodSeconds: 0,
  intervalSeconds: 4,
  timeoutSeconds: 1,
  maxConsecutiveFailures: 1,
};
const READINESS = { portName: 'default', intervalSeconds: 2, timeoutSeconds: 1 };

type Deed = (world: World) => Promise<unknown>;

const app = fc.constantFrom(...APPS);
const force = fc.boolean();

const deeds: fc.Arbitrary<{ toString(): string; do: Deed }> = fc.oneof(
  fc
    .tuple(app, fc.nat(8), force)
    .map(([id, instances, forced]) =>
      deed(`scale ${id} to ${instances} ${forced}`, (w) =>
        w.call('PUT', `/v2/apps${id}?force=${forced}`, { instances }),
      ),
    ),
  fc
    .tuple(app, fc.nat(2), force)
    .map(([id, value, forced]) =>
      deed(`configure ${id} ${value} ${forced}`, (w) =>
        w.call('PUT', `/v2/apps${id}?force=${forced}`, { env: { V: String(value) } }),
      ),
    ),
  fc
    .tuple(app, force)
    .map(([id, scale]) =>
      deed(`kill all of ${id}, scale ${scale}`, (w) =>
        w.call('DELETE', `/v2/apps${id}/tasks?scale=${scale}`),
      ),
    ),
  app.map((id) => deed(`wipe ${id}`, (w) => w.call('DELETE', `/v2/apps${id}/tasks?wipe=true`))),
  app.map((id) => deed(`delete ${id}`, (w) => w.call('DELETE', `/v2/apps${id}`))),
  app.map((id) =>
    deed(`create ${id}`, (w) => w.call('POST', '/v2/apps', { ...aDefinition(id), instances: 2 })),
  ),
  fc
    .tuple(fc.nat(5), fc.integer({ min: 0, max: 1 }))
    .map(([index, code]) =>
      deed(`crash ${index} with ${code}`, async (w) => w.processes.running[index]?.exit(code)),
    ),
  fc.nat(5).map((index) =>
    deed(`make ${index} stubborn`, async (w) => {
      const process = w.processes.running[index];
      if (process !== undefined) process.stubborn = true;
    }),
  ),
  fc.tuple(fc.nat(5), fc.constantFrom(503, 'hangs' as const)).map(([index, answer]) =>
    deed(`make ${index} answer ${answer}`, async (w) => {
      const port = Number(w.processes.running[index]?.spec.env['PORT0']);
      if (!Number.isNaN(port)) w.prober.ports.set(port, answer);
    }),
  ),
  fc.tuple(fc.nat(3), force).map(([index, forced]) =>
    deed(`cancel ${index} ${forced}`, async (w) => {
      const deployment = (await w.get('/v2/deployments'))[index];
      if (deployment !== undefined)
        await w.call('DELETE', `/v2/deployments/${deployment.id}?force=${forced}`);
    }),
  ),
  fc.integer({ min: 1, max: 4000 }).map((ms) => deed(`wait ${ms} ms`, (w) => w.clock.advance(ms))),
);

function deed(name: string, run: Deed): { toString(): string; do: Deed } {
  return { toString: () => name, do: run };
}

async function checkBudget(world: World): Promise<void> {
  const { tasks } = await world.get('/v2/tasks');
  const alive = tasks.filter(({ state }: { state: string }) =>
    ['TASK_STAGING', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING'].includes(state),
  );
  expect(alive.length).toBeLessThanOrEqual(SLOTS);
  expect(world.processes.running.length).toBeLessThanOrEqual(SLOTS);
  expect(world.marathon.cluster.agents[0]?.tasks).toBe(alive.length);
}

async function checkEnd(world: World): Promise<void> {
  const { apps } = await world.get('/v2/apps?embed=apps.tasks');
  const { queue } = await world.get('/v2/queue');
  const wanted = apps.reduce((sum: number, { instances }: { instances: number }) => sum + instances, 0);
  expect(world.processes.running).toHaveLength(Math.min(wanted, SLOTS));
  for (const { id, instances, tasksRunning, tasksHealthy, env, version } of apps) {
    const waiting = queue.find((row: { app: { id: string } }) => row.app.id === id)?.count ?? 0;
    expect({ id, version, present: tasksRunning + waiting }).toEqual({ id, version, present: instances });
    if (waiting > 0) continue;
    expect({ id, well: tasksHealthy }).toEqual({ id, well: id === CHECKED ? instances : 0 });
    for (const process of world.running(id)) expect(process.spec.env['V']).toBe(env?.V);
  }
}

it('keeps the budget at every instant and ends where it should', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deeds, { maxLength: 25 }), async (list) => {
      const world = aWorld({ slots: SLOTS, startDelayMs: 500 });
      for (const id of APPS) await world.app(aDefinition(id));
      for (const each of list) {
        await each.do(world);
        await world.clock.advance(0);
        await checkBudget(world);
      }
      world.prober.ports.clear();
      // Longer than any grace, back-off and periodic check.
      await world.clock.advance(700_000);
      await checkBudget(world);
      await checkEnd(world);
    }),
    { numRuns: 200 },
  );
});
