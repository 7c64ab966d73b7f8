import { describe, expect, it } from 'vitest';
import type { Task } from '../../../src/schedulers/swarm/api/task.ts';
import { observationOf, phaseOf } from '../../../src/schedulers/swarm/observation.ts';
import { isSettled } from '../../../src/schedulers/swarm/read/settled.ts';
import { aNode, aService, aTask, type GivenService } from './builders.ts';

const nodes = new Map([aNode(), aNode({ id: 'n2', state: 'down' })].map((node) => [node.id, node]));
const see = (tasks: readonly Task[], service: GivenService = {}) =>
  observationOf({ service: aService(service), tasks }, { nodes, writtenBy: undefined });
/** Without a place. */
const nowhere = (given: Partial<Task>): Task => {
  const { nodeId: _, ...task } = aTask(given);
  return task;
};

describe('a task', () => {
  it.each<[string, Partial<Task>, ReturnType<typeof phaseOf>]>([
    ['pending', { state: 'pending' }, 'waiting'],
    ['held back until its restart is due', { state: 'ready', desired: 'ready' }, 'waiting'],
    ['assigned', { state: 'assigned' }, 'staging'],
    ['preparing', { state: 'preparing' }, 'staging'],
    ['starting', { state: 'starting' }, 'staging'],
    ['running', {}, 'running'],
    ['told to stop', { desired: 'shutdown' }, 'killing'],
    ['told to stop while it starts', { desired: 'remove', state: 'starting' }, 'killing'],
    ['on a node that is down', { nodeId: 'n2' }, 'unreachable'],
    ['told to stop on a node that is down', { nodeId: 'n2', desired: 'shutdown' }, 'unreachable'],
    ['shut down', { state: 'shutdown', desired: 'shutdown' }, 'gone'],
    ['rejected, with another one to come', { state: 'rejected', desired: 'ready' }, 'gone'],
    ['of a node that was lost', { state: 'orphaned', desired: 'shutdown' }, 'gone'],
  ])('that is %s', (_, given, phase) => {
    expect(phaseOf(aTask(given), nodes)).toBe(phase);
  });

  it('that is to go and never had a place holds nothing', () => {
    expect(phaseOf(nowhere({ state: 'pending', desired: 'remove' }), nodes)).toBe('gone');
  });
});

describe('a service', () => {
  it('has as many waiting as are asked for and neither run nor start', () => {
    const app = see([aTask(), nowhere({ slot: 2, state: 'pending' })], {
      mode: { Replicated: { Replicas: 4 } },
    });
    expect(app).toMatchObject({ requested: 4, running: 1, ready: 1, waiting: 3, countVersion: 'svc1/11' });
  });

  it('lets what stops hold its slot beside what waits for it', () => {
    const app = see([
      aTask(),
      aTask({ slot: 2, desired: 'shutdown' }),
      aTask({ slot: 2, state: 'ready', desired: 'ready' }),
    ]);
    expect(app).toMatchObject({ requested: 2, running: 1, killing: 1, waiting: 1, waitingFor: [] });
    expect(app.tasks.map(({ phase }) => phase)).toEqual(['running', 'killing', 'waiting']);
  });

  it.each<[string, readonly Task[], object, string, RegExp]>([
    [
      'room',
      [nowhere({ state: 'pending', error: 'no suitable node (insufficient resources on 2 nodes)' })],
      {},
      'NoRoom',
      /insufficient resources on 2 nodes/,
    ],
    [
      'a place',
      [
        nowhere({
          state: 'pending',
          error: 'no suitable node (scheduling constraints not satisfied on 1 node)',
        }),
      ],
      {},
      'NotPlaced',
      /constraints/,
    ],
    [
      'its restart, after its container failed',
      [
        aTask({
          state: 'failed',
          desired: 'shutdown',
          error: 'task: non-zero exit (3)',
          exitCode: 3,
          sinceMs: 5,
        }),
        aTask({ state: 'failed', desired: 'shutdown', error: 'an older one', sinceMs: 4 }),
        aTask({ state: 'ready', desired: 'ready' }),
      ],
      {},
      'BackingOff',
      /^task: non-zero exit \(3\); docker service logs mailer shows what it said$/,
    ],
    [
      'an image',
      [aTask({ state: 'rejected', desired: 'ready', error: 'No such image: nope:1' })],
      {},
      'BackingOff',
      /^No such image: nope:1$/,
    ],
    [
      'nothing, since its restart condition ends it',
      [aTask({ state: 'complete', desired: 'shutdown', exitCode: 0 })],
      { RestartPolicy: { Condition: 'on-failure' } },
      'NotPlaced',
      /^ended with exit code 0, and its restart condition is on-failure: it is not started again$/,
    ],
  ])('says that it waits for %s', (_, tasks, template, reason, words) => {
    const app = see(tasks, { template });
    expect(app.waitingFor).toEqual([{ reason, text: expect.stringMatching(words) }]);
    expect(app.backoffMs).toBe(reason === 'BackingOff' ? 5_000 : 0);
  });

  it('backs off as long as its restart policy says', () => {
    const failed = aTask({ state: 'failed', desired: 'shutdown' });
    expect(see([failed], { template: { RestartPolicy: { Delay: 2_500_000_000 } } }).backoffMs).toBe(2_500);
  });

  it('says nothing of failures while enough run', () => {
    const failed = aTask({ state: 'failed', desired: 'shutdown' });
    expect(see([failed, aTask(), aTask({ slot: 2 })])).toMatchObject({
      waiting: 0,
      waitingFor: [],
      backoffMs: 0,
    });
  });

  it('shows what it reserves for its definition', () => {
    const reservations = {
      NanoCPUs: 250_000_000,
      MemoryBytes: 64 * 1024 * 1024,
      GenericResources: [
        { DiscreteResourceSpec: { Kind: 'NVIDIA-GPU', Value: 2 } },
        { NamedResourceSpec: { Kind: 'license', Value: 'a' } },
      ],
    };
    const template = { Resources: { Reservations: reservations } };
    expect(see([], { template }).definition).toEqual({ cpus: 0.25, mem: 64, gpus: 2 });
    expect(see([]).definition).toEqual({});
  });

  it.each([
    ['Global', { Global: {} }, 'is global'],
    ['ReplicatedJob', { ReplicatedJob: { MaxConcurrent: 2 } }, 'is a job'],
    ['GlobalJob', { GlobalJob: {} }, 'is a global job'],
    ['a mode that is not known yet', { Spread: {} }, 'has the mode Spread'],
  ])('is refused where it has no count: %s', (_, mode, words) => {
    const app = see([aTask(), aTask({ desired: 'shutdown' })], { mode });
    expect(app).toMatchObject({ requested: 1, refused: expect.stringContaining(`Service mailer ${words}`) });
  });

  it('has one replica where it does not say how many', () => {
    expect(see([], { mode: { Replicated: {} } }).requested).toBe(1);
  });

  it.each(['updating', 'paused', 'rollback_started', 'rollback_paused'])(
    'is held by an update that is %s',
    (State) => {
      const app = see([], { update: { State, StartedAt: '2026-11-29T10:05:56.027Z', Message: 'm' } });
      expect(app.operations).toEqual([
        { id: 'mailer/2026-11-29T10:05:56.027Z', affectedApps: ['mailer'], kinds: ['Restart'] },
      ]);
    },
  );

  it.each(['completed', 'rollback_completed'])('is held by no update that is %s', (State) => {
    expect(see([], { update: { State, StartedAt: '', Message: '' } }).operations).toEqual([]);
  });
});

describe('a service is settled', () => {
  const two = [aTask(), aTask({ slot: 2 })];
  it.each<[string, boolean, readonly Task[], GivenService]>([
    ['as many run as are asked for', true, two, {}],
    ['beside them some ended', true, [...two, aTask({ state: 'failed', desired: 'shutdown' })], {}],
    ['one is missing', false, [aTask()], {}],
    ['one stops', false, [...two, aTask({ desired: 'shutdown' })], {}],
    ['one starts', false, [aTask(), aTask({ state: 'starting' })], {}],
    ['an update goes on', false, two, { update: { State: 'updating' } }],
    ['an update waits for a person', true, two, { update: { State: 'paused' } }],
    ['it has no count', true, [], { mode: { Global: {} } }],
  ])('where %s: %s', (_, settled, tasks, service) => {
    expect(isSettled({ service: aService(service), tasks })).toBe(settled);
  });
});
