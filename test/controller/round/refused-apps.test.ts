// Apps that cannot be made or updated: each is reported, none holds a slot, and what they may need is lent to nobody.

import { afterEach, describe, expect, it } from 'vitest';
import { TerminalError, UnresolvedReference } from '../../../src/runtime/errors.ts';
import { aFiller, anApp, aPolicy, World, wants } from '../../support/fakes.ts';

let world: World;

afterEach(() => world.stop());

/** Marathon says no to these apps, with a sentence about each. */
function refuse(words: Map<string, Error>): { readonly tries: Map<string, number> } {
  const tries = new Map<string, number>();
  world.marathon.failWhen(({ kind, app }) => {
    const error = words.get(app);
    if (kind !== 'create' || error === undefined) return undefined;
    tries.set(app, (tries.get(app) ?? 0) + 1);
    return error;
  });
  return { tries };
}

const refusal = (app: string, why: string) => [app, new TerminalError(`creating ${app}: ${why}`)] as const;

const good = anApp('good', { ...wants(1), priority: 3, instances: { min: 1, max: 10 } });
const bad = anApp('bad', { ...wants(2), instances: { min: 2 } });
const worse = anApp('worse', { ...wants(3), instances: { min: 3 } });

describe('two apps that Marathon refuses beside a good one', () => {
  it('are reported one by one, in events and in one condition', async () => {
    world = new World();
    refuse(new Map([refusal('/bad', 'no such role'), refusal('/worse', 'the path is taken')]));
    world.policies.put('demo.yaml', aPolicy('demo', [bad, worse, good]));
    await world.start(10_000);
    expect(world.condition('demo', 'Applied')).toBe('False/MarathonRefused');
    expect(world.message('demo', 'Applied')).toBe(
      'creating /bad: no such role; creating /worse: the path is taken',
    );
    const told = world.view.events.filter(({ reason }) => reason === 'CreateRefused');
    expect(told.map(({ object, message }) => `${object}: ${message.split(';')[0]}`).sort()).toEqual([
      'app /bad: creating /bad: no such role',
      'app /worse: creating /worse: the path is taken',
    ]);
    expect(world.condition('demo', 'ScalingLimited')).toBe('True/NotCreated');
    expect(world.message('demo', 'ScalingLimited')).toContain('/worse cannot be created');
  });

  it('hold nothing, also while they are tried again', async () => {
    world = new World();
    const { tries } = refuse(new Map([refusal('/bad', 'no'), refusal('/worse', 'no')]));
    world.policies.put('demo.yaml', aPolicy('demo', [bad, worse, good]));
    world.metrics.set(1, 10);
    await world.start(10_000);
    expect(world.counts).toEqual({ '/good': 10 });
    expect(world.view.pools[0]?.capacity.used).toBe(10);
    expect(world.view.pools[0]?.shortage).toBe(0);
    let least = 10;
    for (let s = 0; s < 3_600; s++) {
      await world.after(1_000);
      least = Math.min(least, world.counts['/good'] ?? 0);
    }
    expect(least).toBe(10);
    // 60 s, 120 s, 240 s, 480 s and then every 15 minutes.
    expect(tries.get('/bad')).toBeGreaterThan(4);
    expect(tries.get('/bad')).toBeLessThan(10);
    expect(world.view.events.filter(({ reason }) => reason === 'CreateRefused')).toHaveLength(2);
  });

  it('come up with their minimum as soon as their definition changes', async () => {
    world = new World();
    const words = new Map([refusal('/bad', 'no')]);
    refuse(words);
    world.policies.put('demo.yaml', aPolicy('demo', [bad, good]));
    world.metrics.set(1, 10);
    await world.start(10_000);
    words.clear();
    await world.after(1_000);
    expect(world.counts).toEqual({ '/good': 10 });
    const mended = { ...bad, app: { cmd: 'run well', cpus: 1, mem: 100 } };
    world.policies.put('demo.yaml', aPolicy('demo', [mended, good]));
    await world.after(20_000);
    expect(world.counts).toEqual({ '/bad': 2, '/good': 8 });
    expect(world.condition('demo', 'Applied')).toBe('True/UpToDate');
  });
});

describe('an app whose variable is missing', () => {
  it('lends nothing, is named with the variable, and nothing false is said', async () => {
    world = new World();
    const why = 'env.QUEUE_KEY: the variable AZURE_STORAGE_ACCOUNT_KEY is not set';
    refuse(new Map([['/consumer', new UnresolvedReference(why)]]));
    const consumer = anApp('consumer', { ...wants(1), instances: { min: 1, max: 10 } });
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, aFiller('remainder')]));
    world.metrics.set(1, 'AZURE_STORAGE_ACCOUNT_KEY is not set');
    await world.start(120_000);
    expect(world.counts).toEqual({ '/remainder': 1 });
    expect(world.app('/consumer').summary).toBe(`cannot be created: ${why}`);
    expect(world.view.pools[0]?.capacity).toMatchObject({ total: 10, used: 1 });
    expect(world.condition('demo', 'Applied')).toBe('False/SecretUnavailable');
    expect(world.message('demo', 'Applied')).toContain('/consumer');
    expect(world.message('demo', 'MetricsAvailable')).toContain('AZURE_STORAGE_ACCOUNT_KEY is not set');
    expect(world.message('demo', 'MetricsAvailable')).toContain('/consumer does not exist yet');
    for (const { message } of world.policy('demo').conditions)
      expect(message).not.toContain('counts are kept');
    expect(world.condition('demo', 'Ready')).toBe('False/NotRead');
  });
});
