// Another app fills the cluster: who loses, who waits and until when is said in steps and in ScalingLimited.

import { afterEach, describe, expect, it } from 'vitest';
import { TerminalError } from '../../../src/runtime/errors.ts';
import { aFiller, anApp, aPolicy, World, wants } from '../../support/fakes.ts';

let world: World;

afterEach(() => world.stop());

describe('a cluster that somebody else fills', () => {
  it('names the app that lost and the one that waits, and tries again', async () => {
    world = new World({ slots: 6 });
    const consumer = anApp('consumer', { ...wants(1), instances: { min: 0, max: 6 } });
    const rest = aFiller('rest', { instances: { min: 0 } });
    world.policies.put('demo.yaml', aPolicy('demo', [consumer, rest], { capacity: { slots: 6 } }));
    world.metrics.set(1, 2);
    await world.start(15_000);
    expect(world.counts).toEqual({ '/consumer': 2, '/rest': 4 });
    world.marathon.others.create('/foreign', 2, { cmd: 'x', cpus: 1 });
    world.metrics.set(1, 4);
    await world.after(12_000);
    expect(world.counts).toMatchObject({ '/consumer': 4, '/rest': 0 });
    const step = world.app('/rest').steps.at(-1);
    expect(step).toMatchObject({ rule: 'cluster', after: 0 });
    expect(step?.reason).toMatch(
      /^the cluster has no room for 2 of consumer \(InsufficientCpus\), tried again in \d+ s$/,
    );
    expect(world.app('/rest').limitedBy).toBe('cluster');
    expect(world.condition('demo', 'ScalingLimited')).toBe('True/ClusterFull');
    const message = world.message('demo', 'ScalingLimited');
    expect(message).toContain('/rest gets 0');
    expect(message).toContain('of consumer');
    world.marathon.others.delete('/foreign');
    await world.after(120_000);
    expect(world.counts).toEqual({ '/consumer': 4, '/rest': 2 });
    expect(world.condition('demo', 'ScalingLimited')).toBe('False/WithinLimits');
  });
});

describe('an update that Marathon refuses', () => {
  it('is reported with its app, and scaling goes on', async () => {
    world = new World();
    const consumer = anApp('consumer', wants(1));
    world.policies.put('demo.yaml', aPolicy('demo', [consumer]));
    world.metrics.set(1, 2);
    await world.start(10_000);
    world.marathon.failWhen(({ kind }) =>
      kind === 'update' ? new TerminalError('Marathon said: no such image') : undefined,
    );
    world.policies.put(
      'demo.yaml',
      aPolicy('demo', [{ ...consumer, app: { ...consumer.app, cmd: 'other' } }]),
    );
    await world.after(5_000);
    world.metrics.set(1, 5);
    await world.after(200_000);
    expect(world.counts).toEqual({ '/consumer': 5 });
    expect(world.message('demo', 'Applied')).toBe('/consumer: Marathon said: no such image');
    expect(world.view.events.filter(({ reason }) => reason === 'UpdateRefused')).toMatchObject([
      { object: 'app /consumer', type: 'Warning' },
    ]);
  });
});
