// A Marathon that hangs with its event stream open: at rest nothing else would tell.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { Pulse } from '../../../../src/schedulers/marathon/events/pulse.ts';
import { until } from '../../../support/until.ts';
import { type Setup, setUp } from '../setup.ts';

const APP = '/shop/orders';
const OTHER = '/shop/mails';

describe('a Marathon at rest', () => {
  let clock: VirtualClock;
  let world: Setup;
  let stop: AbortController;
  let watching: Promise<void>;
  let wakes: number;

  beforeEach(async () => {
    clock = new VirtualClock();
    world = await setUp({ lateMs: 20 }, { clock });
    for (const id of [APP, OTHER]) world.marathon.addApp(id, 1);
    stop = new AbortController();
    wakes = 0;
    watching = world.scheduler.watch(() => wakes++, stop.signal);
    await until('the stream is open', async () => {
      await clock.advance(50);
      return wakes > 0;
    });
    await observe();
  });
  afterEach(async () => {
    stop.abort();
    await watching;
    await world.close();
  });

  const observe = () => world.scheduler.observe([APP, OTHER], stop.signal);
  const questions = () => world.marathon.reads('/v2/info');
  const isQuestion = ({ path }: { readonly path: string }) => path === '/v2/info';
  /** As long as a question may be held back, one is. */
  const hang = () =>
    void world.marathon.scripts.push((r) => (isQuestion(r) ? { status: 200, hang: true } : undefined));

  async function asked(): Promise<void> {
    const before = questions();
    await until('a question', async () => {
      await clock.advance(100);
      return questions() > before;
    });
  }

  it('is asked again two seconds after it said something, and not before', async () => {
    const before = questions();
    for (let count = 2; count < 12; count++) {
      world.marathon.setInstances(APP, count);
      world.marathon.emit('status_update_event', { appId: APP });
      await until('the news', async () => (await observe()).apps.get(APP)?.requested === count);
      await clock.advance(1_900);
    }
    expect(questions()).toBe(before);
    await asked();
    await until('its answer', async () => {
      await clock.advance(0);
      return clock.pending > 1;
    });
    await asked();
    expect(await observe()).not.toHaveProperty('silent');
  });

  it('is silent once an answer is late, about every app there, and is not when it says anything again', async () => {
    const heardMs = clock.monotonic();
    const before = wakes;
    hang();
    await asked();
    const { silent, apps } = await until('the silence', async () => {
      const view = await observe();
      return view.silent !== undefined && view;
    });
    expect([...apps.keys()]).toEqual([APP, OTHER]);
    expect([...(silent ?? [])].map(([id]) => id)).toEqual([APP, OTHER]);
    expect(Math.max(...(silent?.values() ?? []))).toBeLessThanOrEqual(heardMs);
    await clock.advance(50);
    expect(wakes).toBeGreaterThan(before);
    const told = wakes;
    world.marathon.heartbeat();
    await until('an end of the silence', async () => (await observe()).silent === undefined);
    await clock.advance(50);
    expect(wakes).toBeGreaterThan(told);
  });

  it('that gives no answer cannot be read any more, which each look hears at once until one is answered', async () => {
    const before = wakes;
    const isList = ({ path }: { readonly path: string }) => path === '/v2/apps';
    world.marathon.scripts.push((r) => (isQuestion(r) ? { status: 200, drop: true } : undefined));
    world.marathon.scripts.push((r) => (isList(r) ? { status: 200, hang: true } : undefined));
    await asked();
    const failure = await until('a look that fails', () => observe().then(() => undefined, String));
    expect(failure).toMatch(/asking \/v2\/info: marathon http:\/\/127\.0\.0\.1:\d+: /);
    await clock.advance(50);
    expect(wakes).toBeGreaterThan(before);
    world.marathon.scripts = [];
    await until('the stream is back', async () => {
      await clock.advance(250);
      return observe().then(
        ({ apps }) => apps.size === 2,
        () => false,
      );
    });
  });

  it('is given up for what is wrong with it, and not because somebody left who asked', async () => {
    const isList = ({ path }: { readonly path: string }) => path === '/v2/apps';
    world.marathon.scripts.push((r) => (isQuestion(r) ? { status: 200, drop: true } : undefined));
    world.marathon.scripts.push((r) => (isList(r) ? { status: 200, hang: true } : undefined));
    const leaver = new AbortController();
    await asked();
    await until('a look that fails', () => observe().then(() => undefined, String));
    await expect(world.scheduler.observe([APP], leaver.signal)).rejects.toThrow('/v2/info');
    leaver.abort(new Error('the client went away'));
    await clock.advance(50);
    await expect(observe()).rejects.toThrow('/v2/info');
  });

  it('that refuses the question is there', async () => {
    world.marathon.scripts.push((r) => (isQuestion(r) ? { status: 503 } : undefined));
    await asked();
    await asked();
    expect((await observe()).apps.size).toBe(2);
    expect(world.marathon.openStreams).toBe(1);
  });
});

describe('a question that gets no answer', () => {
  it.each([
    { name: 'gives up one that answered nothing since, whatever its stream says', isLost: true },
    { name: 'gives up none that answered another since', isLost: false },
  ])('$name', async ({ isLost }) => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const answers: PromiseWithResolvers<void>[] = [];
    const ask = (): Promise<void> => {
      const answer = Promise.withResolvers<void>();
      answers.push(answer);
      return answer.promise;
    };
    const pulse = new Pulse({ clock, ask, onTurn: () => undefined });
    const watching = pulse.watch(stop.signal).catch(String);
    await clock.advance(2_000);
    expect(answers).toHaveLength(1);
    await clock.advance(5_000);
    if (isLost) pulse.heard();
    else pulse.answered();
    answers[0]?.reject(new Error('no answer within 10 s'));
    await clock.advance(2_000);
    expect([pulse.lost !== undefined, answers.length]).toEqual(isLost ? [true, 1] : [false, 2]);
    stop.abort(new Error('over'));
    answers[1]?.reject(new Error('over'));
    expect(await watching).toBe(isLost ? 'Error: no answer within 10 s' : 'Error: over');
  });
});
