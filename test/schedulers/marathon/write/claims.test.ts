// Claims as apps of a real embedded Marathon: of many that claim the same, one gets it, and everybody sees who.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimedLeases } from '../../../../src/app/operator/leases/claimed-leases.ts';
import { createEmulator, type Emulator, MemoryProcesses } from '../../../../src/emulator/index.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import type { MarathonClient } from '../../../../src/schedulers/marathon/http/client.ts';
import { createMarathonClient } from '../../../../src/schedulers/marathon/index.ts';
import { createMarathonClaims } from '../../../../src/schedulers/marathon/write/claims.ts';
import type { Claims } from '../../../../src/schedulers/scheduler.ts';
import { until } from '../../../support/until.ts';
import { fakeValues } from '../../../support/values.ts';
import { never } from '../setup.ts';

let emulator: Emulator;
let client: MarathonClient;
let claims: Claims;
let close: () => void;

beforeAll(async () => {
  emulator = createEmulator({
    budget: { cpus: 1, mem: 100 },
    baseEnv: {},
    workDir: '/nowhere',
    runner: new MemoryProcesses(),
  });
  await emulator.start();
  const config = { urls: [emulator.url], deadlineMs: 5_000, resyncMs: 30_000 };
  client = createMarathonClient(config, { clock: systemClock, values: fakeValues() });
  claims = createMarathonClaims(client);
  close = () => client.close();
});
afterAll(async () => {
  close();
  await emulator.close();
});

async function anApp(body: object): Promise<void> {
  const { kind } = await client.create(body, { doing: 'making an app' }, never);
  expect(kind).toBe('accepted');
}

/** An account that may not see what is below `hidden`: lists leave it out, and its versions are refused (AuthResource). */
function claimsHiding(hidden: string): Claims {
  return createMarathonClaims({
    create: (...call) => client.create(...call),
    delete: (...call) => client.delete(...call),
    ask: async (request, signal) => {
      const answer = await client.ask(request, signal);
      if (request.path === '/v2/apps') {
        const { apps } = JSON.parse(answer.text) as { readonly apps: readonly { readonly id: string }[] };
        const text = JSON.stringify({ apps: apps.filter(({ id }) => !id.startsWith(hidden)) });
        return { ...answer, text };
      }
      const isThere = answer.status === 200 && request.path.includes(hidden);
      return isThere ? { ...answer, status: 403, text: '' } : answer;
    },
  });
}

describe('claims in Marathon', { concurrent: false }, () => {
  it('are there for everybody once they are added, and never twice', async () => {
    const claim = { of: 'pool shops/All of it', number: 1, facts: { operator: '/ops/a', holder: 'a.1' } };
    expect(await claims.add(claim, never)).toBe(true);
    expect(await claims.add({ ...claim, facts: { operator: '/ops/b' } }, never)).toBe(false);
    expect(await claims.all(never)).toEqual([claim]);
  });

  it('are given to one of ten that ask at once', async () => {
    const asked = Array.from({ length: 10 }, (_, i) =>
      claims.add({ of: 'default/shop', number: 4, facts: { holder: `${i}` } }, never),
    );
    const given = await Promise.all(asked);
    const winner = given.indexOf(true);
    expect(given.filter(Boolean)).toHaveLength(1);
    const [claim] = (await claims.all(never)).filter(({ of }) => of === 'default/shop');
    expect(claim).toEqual({ of: 'default/shop', number: 4, facts: { holder: `${winner}` } });
  });

  it('are gone once they are removed, also when they are removed again', async () => {
    const claim = { of: 'default/mail', number: 2, facts: {} };
    await claims.add(claim, never);
    await until('its deployment to end', () =>
      claims.remove(claim, never).then(
        () => true,
        () => false,
      ),
    );
    await claims.remove(claim, never);
    expect((await claims.all(never)).filter(({ of }) => of === 'default/mail')).toEqual([]);
  });

  it('are not taken for nobody’s by an account that may not see them', async () => {
    await expect(claimsHiding('/microscaling-pools').all(never)).rejects.toThrow(
      'Marathon shows nothing of /microscaling-pools to this account, and there is such a group',
    );
    expect(await claimsHiding('/else').all(never)).toEqual(await claims.all(never));
    const leases = claimedLeases(claimsHiding('/microscaling-pools'));
    const record = { holder: 'b.1', operator: '/ops/b', durationSeconds: 0, acquireTime: '', transitions: 0 };
    await expect(leases.create('default/hidden', { ...record, settled: false }, never)).rejects.toThrow(
      'shows nothing of /microscaling-pools',
    );
  });

  it('are nobody’s where a proxy lets nobody ask for groups, whether or not they are there', async () => {
    const behindProxy = createMarathonClaims({
      create: (...call) => client.create(...call),
      delete: (...call) => client.delete(...call),
      ask: async ({ path }) => {
        const isList = path === '/v2/apps';
        return { status: isList ? 200 : 403, text: isList ? '{"apps":[]}' : '<html>', origin: 'http://p' };
      },
    });
    expect(await behindProxy.all(never)).toEqual([]);
  });

  it('tell an app that may not be seen from one that is not there', async () => {
    const body = { id: '/ops/hidden', cmd: 'sleep 1', instances: 0 };
    await anApp(body);
    const asked = [claims, claimsHiding('/ops/hidden')].map((each) => each.isHidden('/ops/hidden', never));
    expect(await Promise.all(asked)).toEqual([false, true]);
    expect(await claimsHiding('/ops/hidden').isHidden('/ops/gone', never)).toBe(false);
  });

  it('are not taken for anybody else’s apps, nor run anything', async () => {
    const body = { id: '/else', cmd: 'sleep 1', instances: 0, labels: { 'microscaling.io/pool': 'x' } };
    await anApp(body);
    expect((await claims.all(never)).filter(({ of }) => of === 'x')).toEqual([]);
    const { tasks } = (await (await fetch(`${emulator.url}/v2/tasks`)).json()) as { tasks: unknown[] };
    expect(tasks).toEqual([]);
  });
});
