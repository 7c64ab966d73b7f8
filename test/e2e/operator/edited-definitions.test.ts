// Whose change of a definition it is, against the embedded server through the real client: versions are Marathon's.

import { afterEach, describe, expect, it } from 'vitest';
import { anApp, aPolicy, wants } from '../../support/fakes.ts';
import { TroubleWorld } from '../../support/marathon/trouble-world.ts';

let world: TroubleWorld;

afterEach(() => world.close());

const app = (cmd: string, mem: number) => anApp('a', { ...wants(1), app: { cmd, cpus: 1, mem } });

const told = (): readonly string[] =>
  world.operator.events.filter((reason) => reason === 'Updated' || reason === 'DriftReverted').toReversed();

async function says(cmd: string, mem: number, count: number): Promise<void> {
  world.operator.policies.put('demo.yaml', aPolicy('demo', [app(cmd, mem)]));
  await world.until(`${cmd} to run`, () => {
    const running = world.running('/a');
    return running.length === count && running.every((line) => line.includes(cmd));
  });
  // An event of the same reason about the same app is told once in two minutes.
  await world.after(125_000);
}

describe('a change of a definition', () => {
  it('is the policy’s or somebody’s, also after our own updates and scales', async () => {
    world = await TroubleWorld.open();
    world.operator.metrics.set(1, 2);
    world.operator.policies.put('demo.yaml', aPolicy('demo', [app('first', 32)]));
    await world.operator.start(1_000);
    await says('first', 32, 2);
    await says('second', 32, 2);
    world.operator.metrics.set(1, 3);
    await says('second', 48, 3);
    await world.until('both updates to be told', () => told().length === 2);
    expect(told()).toEqual(['Updated', 'Updated']);
    await world.quiet();
    await world.call('PUT', '/v2/apps/a', { mem: 64 });
    await world.until('it to be put back', () => told().length === 3);
    expect(told().at(-1)).toBe('DriftReverted');
    await world.quiet();
    await world.call('PUT', '/v2/apps/a', { instances: 4 });
    await world.quiet();
    await says('fourth', 40, 4);
    await world.until('the last update to be told', () => told().length === 4);
    expect(told()).toEqual(['Updated', 'Updated', 'DriftReverted', 'Updated']);
  });
});
