import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualQueue } from '../../../bench/reality/virtual-queue.ts';
import { arrivalTimes, WorkQueue, workTimes } from '../../../bench/reality/work-queue.ts';

/** Every message takes a second. */
function queueOf(arrivals: readonly number[]): WorkQueue {
  return new WorkQueue({ arrivals, workMs: () => 1000 });
}

function stateOf({ waiting, inFlight, done }: WorkQueue): object {
  return { waiting, inFlight, done };
}

describe('a queue of single messages', () => {
  it('keeps what comes while nobody serves', () => {
    const queue = queueOf([100, 200, 300]);
    queue.advance(250);
    expect(stateOf(queue)).toEqual({ waiting: 2, inFlight: 0, done: 0 });
    expect(queue.peek(1)).toEqual([{ arrivedMs: 100, number: 0 }]);
  });

  it('has each consumer hold one message at a time, the first that came first', () => {
    const queue = queueOf([0, 0, 0]);
    queue.join('a', 500);
    queue.join('b', 700);
    expect(stateOf(queue)).toEqual({ waiting: 1, inFlight: 2, done: 0 });
    expect(queue.peek(9).map(({ number }) => number)).toEqual([2]);
    queue.advance(1500);
    expect(stateOf(queue)).toEqual({ waiting: 0, inFlight: 2, done: 1 });
    queue.advance(1700);
    expect(stateOf(queue)).toEqual({ waiting: 0, inFlight: 1, done: 2 });
    expect([queue.isBusy('a'), queue.isBusy('b')]).toEqual([true, false]);
  });

  it('gives a message that comes to whoever is idle', () => {
    const queue = queueOf([2000]);
    queue.join('a', 0);
    queue.advance(2999);
    expect(stateOf(queue)).toEqual({ waiting: 0, inFlight: 1, done: 0 });
    queue.advance(3000);
    expect(queue.done).toBe(1);
  });

  it('puts back what a consumer that stops was working on, before all others, and counts it', () => {
    const queue = queueOf([0, 0]);
    queue.join('a', 0);
    queue.leave('a', 900);
    expect(queue.peek(9).map(({ number }) => number)).toEqual([0, 1]);
    expect(queue.handedBack).toBe(1);
    queue.join('b', 1000);
    queue.leave('b', 2500);
    expect(queue.done).toBe(1);
    queue.leave('b', 2600);
    expect(queue.handedBack).toBe(2);
  });

  it('tells when an idle consumer could have gone in the place of one that worked', () => {
    const queue = queueOf([0]);
    queue.join('a', 0);
    queue.join('b', 0);
    queue.leave('a', 500);
    expect([queue.handedBack, queue.handedBackNeedlessly]).toEqual([1, 1]);
    queue.leave('b', 600);
    expect([queue.handedBack, queue.handedBackNeedlessly]).toEqual([2, 1]);
  });

  it('needs to put back what is held once all who are idle go in the same fall, in whichever order', () => {
    for (const [busyMs, idleMs, needless] of [
      [500, 500, 0],
      [500, 600, 0],
      [500, 450, 0],
      [500, 601, 1],
    ] as const) {
      const queue = queueOf([0]);
      queue.join('busy', 0);
      queue.join('idle', 0);
      queue.promiseIdle('idle', 440, 500);
      if (idleMs < busyMs) queue.leave('idle', idleMs);
      queue.leave('busy', busyMs);
      if (idleMs >= busyMs) queue.leave('idle', idleMs);
      expect([queue.handedBack, queue.handedBackNeedlessly], `idle at ${idleMs}`).toEqual([1, needless]);
    }
  });

  it.each([
    { what: 'has become idle since it was asked', askedMs: 950, leftMs: 1_010, needless: 0, unforeseen: 1 },
    { what: 'has become idle long since', askedMs: 950, leftMs: 1_100, needless: 1, unforeseen: 0 },
    { what: 'was idle when it was asked', askedMs: 1_005, leftMs: 1_010, needless: 1, unforeseen: 0 },
  ])('counts it apart where another one $what', ({ askedMs, leftMs, needless, unforeseen }) => {
    const queue = queueOf([0, 500]);
    queue.join('a', 0);
    queue.join('b', 0);
    queue.promiseIdle('a', askedMs, 500);
    queue.leave('b', leftMs);
    expect([queue.handedBackNeedlessly, queue.handedBackUnforeseen]).toEqual([needless, unforeseen]);
  });

  it('counts it apart where the victim has begun to serve since anybody could have been asked', () => {
    for (const [askedMs, leftMs, needless, unforeseen] of [
      [undefined, 600, 0, 1],
      [undefined, 601, 1, 0],
      [560, 600, 1, 0],
    ] as const) {
      const queue = queueOf([550]);
      queue.join('idle', 0);
      queue.promiseIdle('idle', 500, 500);
      queue.join('new', 500);
      if (askedMs !== undefined) queue.promiseIdle('new', askedMs, 500);
      queue.leave('new', leftMs);
      expect([queue.handedBackNeedlessly, queue.handedBackUnforeseen]).toEqual([needless, unforeseen]);
    }
  });

  it('leaves what comes to others while one that said that it is idle is quiet', () => {
    const queue = queueOf([100, 200]);
    queue.join('a', 0);
    queue.join('b', 0);
    expect(queue.promiseIdle('a', 50, 500)).toBe(true);
    queue.advance(549);
    expect([queue.isBusy('a'), queue.isBusy('b'), queue.waiting]).toEqual([false, true, 1]);
    queue.leave('a', 549);
    expect([queue.handedBack, queue.waiting]).toEqual([0, 1]);
    queue.advance(1100);
    expect(stateOf(queue)).toEqual({ waiting: 0, inFlight: 1, done: 1 });
  });

  it('lets one that was quiet take what waits as soon as it may, and promises nothing for one at work', () => {
    const queue = queueOf([100]);
    queue.join('a', 0);
    expect(queue.promiseIdle('a', 50, 500)).toBe(true);
    queue.advance(1549);
    expect(stateOf(queue)).toEqual({ waiting: 0, inFlight: 1, done: 0 });
    expect(queue.promiseIdle('a', 1549, 500)).toBe(false);
    queue.advance(1550);
    expect(queue.done).toBe(1);
    expect(queue.promiseIdle('nobody', 1550, 500)).toBe(false);
  });

  it('is the same whether it is looked at often or once, and loses no message', () => {
    const arrivals = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 40 });
    const looks = fc.array(fc.integer({ min: 0, max: 9000 }), { maxLength: 20 });
    fc.assert(
      fc.property(arrivals, looks, fc.integer({ min: 0, max: 3 }), (times, seen, consumers) => {
        const sorted = times.toSorted((a, b) => a - b);
        const workMs = workTimes(200, 0.7, 1);
        const [often, once] = [1, 2].map(() => new WorkQueue({ arrivals: sorted, workMs }));
        for (let i = 0; i < consumers; i++) for (const queue of [often, once]) queue!.join(`${i}`, 0);
        for (const at of seen.toSorted((a, b) => a - b)) often!.advance(at);
        for (const queue of [often, once]) queue!.advance(9000);
        expect(stateOf(often!)).toEqual(stateOf(once!));
        expect(once!.waiting + once!.inFlight + once!.done).toBe(times.length);
        expect(once!.inFlight).toBeLessThanOrEqual(consumers);
      }),
    );
  });
});

describe('the draws of a real run', () => {
  it('spread the messages of a step over it', () => {
    expect(arrivalTimes(Float64Array.of(2, 0, 1), 100)).toEqual([25, 75, 250]);
  });

  it('have the mean and the variation that are asked for, and are the same for the same seed', () => {
    const work = workTimes(200, 0.7, 3);
    const drawn = Array.from({ length: 20_000 }, (_, i) => work(i));
    const mean = drawn.reduce((sum, each) => sum + each, 0) / drawn.length;
    const variance = drawn.reduce((sum, each) => sum + (each - mean) ** 2, 0) / drawn.length;
    expect(mean).toBeCloseTo(200, -1);
    expect(Math.sqrt(variance) / mean).toBeCloseTo(0.7, 1);
    expect(workTimes(200, 0.7, 3)(17)).toBe(work(17));
    expect(workTimes(200, 0.7, 4)(17)).not.toBe(work(17));
  });
});

describe('the queue of a world in steps', () => {
  it('stops the idle before the busy', () => {
    const queue = new VirtualQueue(queueOf([0]));
    queue.step(0, 1);
    queue.step(1, 3);
    queue.step(2, 1);
    expect(queue).toMatchObject({ waiting: 0, inFlight: 1 });
    for (let k = 3; k < 11; k++) queue.step(k, 1);
    expect(queue.done).toBe(1);
  });

  it('works as fast as so many consumers, and of the busy the youngest goes first', () => {
    const queue = new VirtualQueue(queueOf([0, 0, 0]));
    queue.step(0, 1);
    expect(queue).toMatchObject({ waiting: 2, inFlight: 1, total: 3, done: 0 });
    queue.step(1, 2);
    expect(queue).toMatchObject({ waiting: 1, inFlight: 2 });
    queue.step(2, 1);
    expect(queue).toMatchObject({ waiting: 2, inFlight: 1 });
    for (let k = 3; k < 10; k++) queue.step(k, 1);
    expect(queue).toMatchObject({ done: 1, arrived: 3 });
  });
});
