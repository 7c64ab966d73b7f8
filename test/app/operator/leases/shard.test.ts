// `--selector`: what is wrong with a bad one, and the name of the Lease of an operator that has one.

import { describe, expect, it } from 'vitest';
import { openKubernetes } from '../../../../src/app/operator/kubernetes.ts';
import { leaseNameFor, shardSelector } from '../../../../src/app/operator/leases/shard.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import { nothingCarried } from './nothing-carried.ts';

describe('--selector', () => {
  it.each([
    ['', '--selector: it is empty; leave it out for an operator that runs every policy'],
    ['  ', '--selector: it is empty; leave it out for an operator that runs every policy'],
    [
      'shard=a, te$m=1',
      "--selector: unable to parse requirement 'te$m=1' of the label selector: 'te$m' is not the name of a label (column 10 of 'shard=a, te$m=1')",
    ],
  ])('%j is refused in words', (text, words) => {
    expect(() => shardSelector(text)).toThrow(words);
  });

  it('needs a cluster, whose Leases say who has a pool, or to be a task of Marathon', async () => {
    const load = () => ({ resources: [], problems: [], invalid: [], identified: true, unsure: [] });
    const deps = { load, clock: new VirtualClock(0), log: silentLogger, env: {}, carried: nothingCarried() };
    await expect(openKubernetes({ selector: 'shard=a' }, deps)).rejects.toThrow(
      /^--selector needs --kubernetes, or an operator that Marathon runs as an app/,
    );
    expect(await openKubernetes({}, deps)).toBeUndefined();
    const task = { taskId: 'ops_a.1', appId: '/ops/a' };
    expect(await openKubernetes({ selector: 'shard=a' }, { ...deps, task })).toBeUndefined();
  });

  const nameOf = (text: string): string => {
    const selector = shardSelector(text);
    if (selector === undefined) throw new Error(`${text} is no selector`);
    return leaseNameFor(selector);
  };

  it.each([
    ['shard=a', 'microscaling-shard.a'],
    [' shard=a ', 'microscaling-shard.a'],
    ['example.com/shard=west-2', expect.stringMatching(/^microscaling-[0-9a-f]{8}$/)],
    ['shard-of=west-2', 'microscaling-shard-of.west-2'],
    ['shard in (a,b)', expect.stringMatching(/^microscaling-[0-9a-f]{8}$/)],
    ['Shard=A', expect.stringMatching(/^microscaling-[0-9a-f]{8}$/)],
    [`shard=${'a'.repeat(60)}`, expect.stringMatching(/^microscaling-[0-9a-f]{8}$/)],
  ])('%j gives its operator the Lease %s', (text, name) => {
    expect(nameOf(text)).toEqual(name);
  });

  it('gives other selectors other Leases', () => {
    const texts = [
      'shard=a',
      'shard=b',
      'shard!=a',
      'shard in (a)',
      '!shard',
      'shard',
      'shard=A',
      'x/shard=A',
    ];
    expect(new Set(texts.map(nameOf)).size).toBe(texts.length);
  });
});
