// Somebody edits an app's definition in Marathon: it is told apart from a change of the policy, and told to people.

import { afterEach, describe, expect, it } from 'vitest';
import { type PolicySpec, resourceKey } from '../../../src/api/policy.ts';
import { createMemoryDocumentStore } from '../../../src/runtime/document-store.ts';
import { anApp, aPolicy, World, wants } from '../../support/fakes.ts';

let world: World;

afterEach(() => world.stop());

const consumer = anApp('consumer', {
  ...wants(1),
  app: { cmd: 'run', cpus: 1, container: { docker: { image: 'v1' } } },
});

async function running(spec: Partial<PolicySpec> = {}): Promise<void> {
  world = new World();
  world.policies.put('demo.yaml', aPolicy('demo', [consumer], spec));
  world.metrics.set(1, 2);
  await world.start(10_000);
}

/** Without the count's own. */
const told = (): readonly string[] =>
  world.view.events
    .filter(({ reason }) => ['Updated', 'DriftReverted', 'Drifted'].includes(reason))
    .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);

describe('a definition that somebody changes in Marathon', () => {
  it('is put back, with a warning that names the fields, the deed and what to do', async () => {
    await running();
    world.marathon.others.edit('/consumer', { cmd: 'run mine', cpus: 2 });
    await world.after(20_000);
    expect(world.marathon.snapshot().get('/consumer')?.definition).toMatchObject({ cmd: 'run', cpus: 1 });
    expect(told()).toEqual([
      'Warning DriftReverted: somebody changed cmd, cpus in Marathon, and that was put back to what the policy says. To keep such a change, write it into the policy, or let the policy say `drift: Report`; `microscaling keep` keeps one for a while',
    ]);
  });

  it('raises another event when it happens again', async () => {
    await running();
    for (const image of ['mine', 'mine2']) {
      world.marathon.others.edit('/consumer', { container: { docker: { image } } });
      await world.after(180_000);
    }
    expect(told()).toHaveLength(2);
    expect(told()[0]).toContain('somebody changed container');
  });

  it('stays where the policy says Report, and that is said in a condition and an event', async () => {
    await running({ drift: 'Report' });
    world.marathon.others.edit('/consumer', { cmd: 'run mine' });
    await world.after(20_000);
    expect(world.marathon.snapshot().get('/consumer')?.definition).toMatchObject({ cmd: 'run mine' });
    expect(world.condition('demo', 'Applied')).toBe('False/Drifted');
    expect(world.message('demo', 'Applied')).toContain('in cmd: somebody changed it in Marathon');
    expect(told()).toEqual([expect.stringMatching(/^Warning Drifted: .*drift: Revert/)]);
  });
});

describe('a definition that a person has put back', () => {
  const key = resourceKey({ namespace: 'default', name: 'demo' });
  const cmd = () => world.marathon.snapshot().get('/consumer')?.definition['cmd'];
  const edit = (text: string) => world.marathon.others.edit('/consumer', { cmd: text });

  it('is shown beside what runs, written once, and then only reported again', async () => {
    await running({ drift: 'Report' });
    edit('run mine');
    await world.after(20_000);
    expect(world.app('/consumer').drift).toEqual([{ field: 'cmd', wanted: 'run', live: 'run mine' }]);
    await world.state.actions.putBack(key, 'consumer');
    await world.after(20_000);
    expect(cmd()).toBe('run');
    expect(world.condition('demo', 'Applied')).toBe('True/UpToDate');
    expect(world.app('/consumer')).not.toHaveProperty('drift');
    expect(world.view.interventions).toEqual([
      expect.objectContaining({
        type: 'PutBack',
        state: 'Done',
        message: 'the definition is as the policy says',
      }),
    ]);
    edit('run mine again');
    await world.after(60_000);
    expect(cmd()).toBe('run mine again');
  });

  it('is kept as it runs for a while, and is no trouble meanwhile, though the policy says Revert', async () => {
    await running({ drift: 'Revert' });
    await world.state.actions.keep(key, 'consumer', { forMs: 600_000, reason: 'more memory', by: 'ann' });
    edit('run mine');
    await world.after(60_000);
    expect(cmd()).toBe('run mine');
    expect(world.condition('demo', 'Applied')).toBe('True/UpToDate');
    expect(world.message('demo', 'Applied')).toMatch(
      /but for \/consumer in cmd, kept as it is by ann until .* \(more memory\)$/,
    );
    expect(world.condition('demo', 'Ready')).toBe('True/AllTrue');
    expect(world.app('/consumer').drift).toEqual([{ field: 'cmd', wanted: 'run', live: 'run mine' }]);
    await world.after(540_000);
    expect(cmd()).toBe('run');
    expect(world.view.events.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['Kept', 'KeepEnded']),
    );
  });

  it('is kept until a person ends that, and gives way to one that is put back', async () => {
    await running({ drift: 'Report' });
    edit('run mine');
    await world.state.actions.keep(key, 'consumer', { forMs: 600_000 });
    await world.after(20_000);
    expect(world.condition('demo', 'Applied')).toBe('True/UpToDate');
    await world.state.actions.putBack(key, 'consumer');
    await world.after(20_000);
    expect(cmd()).toBe('run');
    edit('run mine again');
    await world.state.actions.endKeep(key, 'consumer', 'ann');
    await world.after(20_000);
    expect(cmd()).toBe('run mine again');
    expect(world.condition('demo', 'Applied')).toBe('False/Drifted');
  });

  it.each([
    { name: 'an app that is not there', app: 'nobody', says: /has no app `nobody`; it has consumer/ },
    {
      name: 'a policy that writes nothing',
      app: 'consumer',
      spec: { mode: 'Observe' as const },
      says: /Observe/,
    },
  ])('is refused for $name', async ({ app, spec, says }) => {
    await running({ drift: 'Report', ...spec });
    await expect(world.state.actions.putBack(key, app)).rejects.toThrow(says);
  });
});

describe('a definition that the policy changes', () => {
  const edited = { ...consumer, app: { ...consumer.app, cmd: 'run better' } };

  it('is an update as ever', async () => {
    await running();
    world.policies.put('demo.yaml', aPolicy('demo', [edited]));
    await world.after(20_000);
    expect(told()).toEqual(['Normal Updated: differs from the policy in cmd']);
  });

  it('is recognised also when people scale the app, and after our own update', async () => {
    await running();
    world.marathon.others.scale('/consumer', 4);
    await world.after(5_000);
    world.policies.put('demo.yaml', aPolicy('demo', [edited]));
    await world.after(180_000);
    world.policies.put('demo.yaml', aPolicy('demo', [consumer]));
    await world.after(20_000);
    expect(told().map((line) => line.split(':')[0])).toEqual(['Normal Updated', 'Normal Updated']);
  });
});

describe('over a restart', () => {
  it('an edit that was made meanwhile is known as one', async () => {
    const documents = createMemoryDocumentStore();
    world = new World({}, { documents });
    world.policies.put('demo.yaml', aPolicy('demo', [consumer]));
    await world.start(10_000);
    const { marathon, clock } = world;
    await world.stop();
    marathon.others.edit('/consumer', { cmd: 'run mine' });
    world = new World({}, { documents, clock, schedulerFor: () => marathon });
    world.policies.put('demo.yaml', aPolicy('demo', [consumer]));
    await world.start(20_000);
    expect(told()[0]).toMatch(/^Warning DriftReverted: somebody changed cmd/);
  });
});
