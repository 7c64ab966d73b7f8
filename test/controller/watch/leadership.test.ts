import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  HANDOVER_MS,
  type Leadership,
  taskLeadership,
  whileActing,
} from '../../../src/controller/watch/leadership.ts';
import type { Change } from '../../../src/core/change.ts';
import type { TaskObservation } from '../../../src/core/observation.ts';
import type { LeadershipState } from '../../../src/policy-sources/leadership-state.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { TransientError, WaitError } from '../../../src/runtime/errors.ts';
import { MARATHON_WORDS } from '../../../src/schedulers/marathon/words.ts';
import { observed } from '../../support/builders.ts';
import { aFiller, anApp, aPolicy, World, wants } from '../../support/fakes.ts';

const APP = '/ops/operator';
const signal = new AbortController().signal;

function aTask(
  id: string,
  startedAtMs: number,
  phase: TaskObservation['phase'] = 'running',
): TaskObservation {
  return { id, startedAtMs, phase };
}

/** Marathon as far as the operator's own app is concerned. */
function anOperatorApp(clock = new VirtualClock(0)) {
  let tasks: readonly TaskObservation[] | undefined = [];
  const scheduler = {
    observe: async (ids: readonly string[]) => ({
      apps: new Map(ids.flatMap((id) => (tasks === undefined ? [] : [[id, observed(0, { id, tasks })]]))),
      atMs: clock.now(),
    }),
  };
  return {
    clock,
    has: (...next: readonly TaskObservation[]) => {
      tasks = next;
    },
    isGone: () => {
      tasks = undefined;
    },
    instance: (taskId: string) =>
      taskLeadership({ taskId, appId: APP }, { scheduler, words: MARATHON_WORDS, clock }),
  };
}

describe('the acting instance', () => {
  const table: readonly (readonly [string, readonly TaskObservation[], LeadershipState])[] = [
    ['the only one', [aTask('me', 1)], { acting: true, reason: `task me is the only one of ${APP}` }],
    [
      'one whose newer sibling only starts',
      [aTask('me', 1), aTask('b', 0, 'staging')],
      { acting: true, reason: `task me is the only one of ${APP}` },
    ],
    [
      'not one that has a newer sibling',
      [aTask('me', 1), aTask('b', 2)],
      { acting: false, reason: `task b of ${APP} is newer and acts` },
    ],
    [
      'not the lesser id of two that started together',
      [aTask('me', 1), aTask('you', 1)],
      { acting: false, reason: `task you of ${APP} is newer and acts` },
    ],
    [
      'not one that Marathon does not see running yet',
      [aTask('me', 1, 'staging')],
      { acting: false, reason: `Marathon does not list task me of ${APP} as running` },
    ],
    [
      'not one that is told to stop',
      [aTask('me', 1, 'killing')],
      { acting: false, reason: `Marathon does not list task me of ${APP} as running` },
    ],
    [
      'not one that was replaced',
      [aTask('b', 2)],
      { acting: false, reason: `task b of ${APP} is newer and acts` },
    ],
    [
      'not yet one beside an older sibling',
      [aTask('me', 2), aTask('b', 1)],
      { acting: false, reason: `task b of ${APP} is handing over to this one` },
    ],
    [
      'not yet one beside an older sibling that is on its way out',
      [aTask('me', 2), aTask('b', 1, 'killing')],
      { acting: false, reason: `task b of ${APP} is handing over to this one` },
    ],
    [
      'not yet one beside an older sibling that nobody can reach',
      [aTask('me', 2), aTask('b', 1, 'unreachable')],
      { acting: false, reason: `task b of ${APP} is handing over to this one` },
    ],
  ];
  it.each(table)('%s', async (_, tasks, expected) => {
    const app = anOperatorApp();
    app.has(...tasks);
    expect(await app.instance('me')(signal)).toEqual(expected);
  });

  it('none when the app is gone', async () => {
    const app = anOperatorApp();
    app.isGone();
    expect((await app.instance('me')(signal)).acting).toBe(false);
  });

  it('the newer one once the older one had time to see it, anew each time', async () => {
    const app = anOperatorApp();
    const me = app.instance('me');
    app.has(aTask('old', 1), aTask('me', 2));
    expect((await me(signal)).acting).toBe(false);
    await app.clock.advance(HANDOVER_MS - 1);
    expect((await me(signal)).acting).toBe(false);
    await app.clock.advance(1);
    expect(await me(signal)).toEqual({ acting: true, reason: `task me is the newest of ${APP}` });
    app.has(aTask('old', 1), aTask('me', 2), aTask('new', 3));
    expect((await me(signal)).acting).toBe(false);
    app.has(aTask('old', 1), aTask('me', 2));
    expect((await me(signal)).acting).toBe(false);
  });

  it('the older one at once when the newer one is gone for good', async () => {
    const app = anOperatorApp();
    const me = app.instance('me');
    app.has(aTask('me', 1), aTask('new', 2));
    expect((await me(signal)).acting).toBe(false);
    app.has(aTask('me', 1));
    expect((await me(signal)).acting).toBe(true);
  });

  it('never two, whatever tasks there are', async () => {
    const phases = ['staging', 'running', 'killing', 'unreachable'] as const;
    const aWorld = fc.uniqueArray(
      fc.record({
        id: fc.constantFrom('a', 'b', 'c', 'd'),
        startedAtMs: fc.integer({ min: 0, max: 3 }),
        phase: fc.constantFrom(...phases),
      }),
      { selector: ({ id }) => id },
    );
    const steps = fc.array(fc.tuple(aWorld, fc.integer({ min: 0, max: 2 * HANDOVER_MS })), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(steps, async (worlds) => {
        const app = anOperatorApp();
        const instances = ['a', 'b', 'c', 'd'].map((id) => app.instance(id));
        for (const [tasks, ms] of worlds) {
          app.has(...tasks);
          const standings = await Promise.all(instances.map((instance) => instance(signal)));
          expect(standings.filter(({ acting }) => acting).length).toBeLessThanOrEqual(1);
          await app.clock.advance(ms);
        }
      }),
    );
  });
});

/** An operator that is told whether it acts. */
function aWorld(acting: boolean) {
  let standing: LeadershipState | Error = { acting, reason: 'task b is newer and acts' };
  const leadership: Leadership = async () => {
    if (standing instanceof Error) throw standing;
    return standing;
  };
  const world = new World({}, { leadership });
  world.policies.put('shop.yaml', aPolicy('shop', [anApp('web', wants(1)), aFiller('rest')]));
  world.metrics.set(1, 4);
  return {
    world,
    become: (next: LeadershipState | Error) => {
      standing = next;
    },
  };
}

describe('an instance that stands by', () => {
  it('shows state and writes nothing, and says so once', async () => {
    const { world } = aWorld(false);
    world.marathon.others.create('/web', 2, { cmd: 'run web', cpus: 1, mem: 100 });
    await world.start();
    await world.after(5_000);
    expect(world.counts).toEqual({ '/web': 2 });
    expect(world.marathon.stats().writes).toBe(0);
    expect(world.app('/web')).toMatchObject({ requested: 2, metrics: [{ state: 'ok', value: 4 }] });
    expect(world.condition('shop', 'Applied')).toBe('Unknown/Standby');
    expect(world.message('shop', 'Applied')).toBe('stands by: task b is newer and acts');
    expect(world.events.filter((reason) => reason === 'StandingBy')).toHaveLength(1);
    await world.stop();
  });

  it('takes over where the other one left off, without taking its counts for a foreign scale', async () => {
    const { world, become } = aWorld(true);
    await world.start();
    await world.after(5_000);
    expect(world.counts).toEqual({ '/web': 4, '/rest': 6 });
    become({ acting: false, reason: 'task b is newer and acts' });
    await world.after(1_000);
    world.marathon.others.scale('/rest', 3);
    world.marathon.others.scale('/web', 7);
    await world.after(5_000);
    expect(world.counts).toEqual({ '/web': 7, '/rest': 3 });
    become({ acting: true, reason: 'the only one' });
    world.metrics.set(1, 9);
    await world.after(5_000);
    expect(world.counts).toEqual({ '/web': 9, '/rest': 1 });
    expect(world.condition('shop', 'Conflict')).toBe('False/NoConflict');
    expect(world.events).toContain('Acting');
    await world.stop();
  });

  it('writes nothing while nobody can say who acts', async () => {
    const { world, become } = aWorld(true);
    become(new TransientError('reading /v2/apps: connection refused'));
    await world.start();
    await world.after(3_000);
    expect(world.counts).toEqual({});
    expect(world.message('shop', 'Applied')).toMatch(/not known: reading \/v2\/apps: connection refused/);
    await world.stop();
  });

  it('refuses to scale for the page, and releases no app', async () => {
    const { world, become } = aWorld(true);
    const till = anApp('till', { instances: { fixed: 2 }, pageControl: { min: 0, max: 5 } });
    world.policies.put('till.yaml', aPolicy('till', [till], { onDelete: 'Delete' }));
    await world.start();
    await world.after(2_000);
    become({ acting: false, reason: 'task b is newer and acts' });
    await expect(world.state.actions.scale('/till', 3, signal)).rejects.toThrow(/stands by: task b is newer/);
    world.policies.remove('till.yaml');
    await world.after(10_000);
    expect(world.counts).toMatchObject({ '/till': 2 });
    become({ acting: true, reason: 'the only one' });
    await world.after(60_000);
    expect(world.counts).not.toHaveProperty('/till');
    await world.stop();
  });
});

describe('a write that is under way when leadership is lost', () => {
  it('is cut short with the reason of the loss', async () => {
    const loss = new AbortController();
    const reason = new WaitError('this instance lost its lease', 2_000);
    const begun = Promise.withResolvers<void>();
    const hanging = {
      observe: () => Promise.reject(new Error('not asked')),
      apply: (_: unknown, within: AbortSignal) =>
        new Promise<never>((_resolve, reject) => {
          within.addEventListener('abort', () => reject(within.reason), { once: true });
          begun.resolve();
        }),
    };
    const acting: Leadership = async () => ({ acting: true, reason: 'it is', lost: loss.signal });
    const change: Change = { kind: 'scale', app: '/a', from: 1, to: 2, reason: 'more' };
    const write = whileActing(hanging, acting, 'default/demo').apply(change, signal);
    await begun.promise;
    loss.abort(reason);
    await expect(write).rejects.toBe(reason);
  });
});
