// With whose credentials the operator asks its own Marathon who acts and who has which pool: those of a policy that is there, whatever
// came first.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MarathonSpec } from '../../../../src/api/policy.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import { MarathonClusters } from '../../../../src/schedulers/marathon/clusters.ts';
import { FakeMarathon, type Scripted } from '../../../support/marathon/fake-marathon.ts';
import { type FakeValues, fakeValues } from '../../../support/values.ts';
import { never } from '../setup.ts';

const MINUTE_MS = 60_000;
const by = (variable: string): MarathonSpec => ({ auth: { token: { fromEnv: variable } } });

let marathon: FakeMarathon;
let clusters: MarathonClusters;
let values: FakeValues;
let aheadMs: number;
/** What Marathon takes now. */
let taken: Set<string>;

beforeEach(async () => {
  marathon = new FakeMarathon();
  await marathon.start();
  taken = new Set(['first', 'second']);
  marathon.scripts.push(({ headers }) =>
    taken.has(headers.authorization?.replace('token=', '') ?? '') ? undefined : { status: 401, body: {} },
  );
  values = fakeValues({ FIRST: 'first', SECOND: 'second' });
  aheadMs = 0;
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + aheadMs };
  clusters = new MarathonClusters({ clock, log: silentLogger, values, own: { urls: [marathon.url] } });
});
afterEach(async () => {
  await clusters.close();
  await marathon.stop();
});

/** The token with which the claims are asked for. */
async function claimsAskedBy(): Promise<string | undefined> {
  const before = marathon.requests.length;
  await clusters
    .claims()
    .all(never)
    .catch(() => undefined);
  return marathon.requests.at(before)?.headers.authorization?.replace('token=', '');
}

async function isActingAsked(): Promise<boolean> {
  const view = await clusters
    .own()
    .observe(['/ops/a'], never)
    .catch(() => undefined);
  return view !== undefined;
}

describe('what an operator asks its own Marathon', () => {
  it('is asked without credentials while no policy brings any, and with them from then on', async () => {
    expect(await claimsAskedBy()).toBeUndefined();
    clusters.of(by('FIRST'));
    expect(await claimsAskedBy()).toBe('first');
    expect(await isActingAsked()).toBe(true);
  });

  it('follows a secret that is rotated', async () => {
    clusters.of(by('FIRST'));
    expect(await claimsAskedBy()).toBe('first');
    values.env['FIRST'] = 'second';
    expect(await claimsAskedBy()).toBe('second');
  });

  it('goes on with the credentials of another policy when the first one is gone', async () => {
    const second = by('SECOND');
    clusters.of(by('FIRST'));
    expect(await claimsAskedBy()).toBe('first');
    clusters.of(second);
    expect(await claimsAskedBy()).toBe('first');
    aheadMs += MINUTE_MS;
    expect(await claimsAskedBy()).toBe('first');
    clusters.of(second);
    expect(await claimsAskedBy()).toBe('second');
    expect(await isActingAsked()).toBe(true);
  });

  it('goes on with what a policy says now, and keeps the last ones when all policies are gone', async () => {
    clusters.of(by('FIRST'));
    expect(await claimsAskedBy()).toBe('first');
    aheadMs += MINUTE_MS;
    clusters.of(by('SECOND'));
    expect(await claimsAskedBy()).toBe('second');
    aheadMs += 100 * MINUTE_MS;
    expect(await claimsAskedBy()).toBe('second');
  });

  it('tries those of another policy when Marathon does not take them, or they cannot be had', async () => {
    clusters.of(by('FIRST'));
    expect(await claimsAskedBy()).toBe('first');
    clusters.of(by('SECOND'));
    expect(await claimsAskedBy()).toBe('first');
    taken.delete('first');
    expect(await claimsAskedBy()).toBe('first');
    expect(await claimsAskedBy()).toBe('second');
    expect(await isActingAsked()).toBe(true);
    taken.add('first');
    delete values.env['SECOND'];
    expect(await claimsAskedBy()).toBeUndefined();
    expect(await claimsAskedBy()).toBe('first');
    expect(await claimsAskedBy()).toBe('first');
  });

  it.each([
    [409, { message: 'App is locked', deployments: [{ id: 'd1' }] }],
    [422, { message: 'Object is not valid', details: [] }],
    [500, 'the server is not well'],
  ])(
    'goes on with the same ones where Marathon answers %i to a claim: it is not for who asks',
    async (status, body) => {
      clusters.of(by('FIRST'));
      clusters.of(by('SECOND'));
      const used = await claimsAskedBy();
      marathon.scripts.push(({ method }) => (method === 'POST' ? { status, body } : undefined));
      const claim = { of: 'default/shop', number: 1, facts: {} };
      await expect(clusters.claims().add(claim, never)).rejects.toThrow();
      expect(await claimsAskedBy()).toBe(used);
    },
  );

  it('tries those of another policy where these may not claim, and where nobody answers', async () => {
    clusters.of(by('FIRST'));
    expect(await claimsAskedBy()).toBe('first');
    clusters.of(by('SECOND'));
    const claim = { of: 'default/shop', number: 1, facts: {} };
    let answer: Scripted = { status: 403, body: { message: 'Not Authorized to perform this action!' } };
    marathon.scripts.push(({ method }) => (method === 'POST' ? answer : undefined));
    await expect(clusters.claims().add(claim, never)).rejects.toThrow('may not do this');
    expect(await claimsAskedBy()).toBe('second');
    answer = { status: 0, drop: true };
    await expect(clusters.claims().add(claim, never)).rejects.toThrow();
    expect(await claimsAskedBy()).toBe('first');
  });

  it('is never asked with the credentials for another Marathon', async () => {
    clusters.of({ ...by('FIRST'), urls: [marathon.url, 'http://elsewhere.example'] });
    expect(await claimsAskedBy()).toBeUndefined();
  });
});
