import { expect, it } from 'vitest';
import { ReaderSlots, Slots } from '../../../../src/runtime/network/exchange/slots.ts';

const never = new AbortController().signal;

/** A question that is asked and waits for its answer. */
function question(reader: ReaderSlots, signal = never) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let isAsked = false;
  const ended = reader.run(() => {
    isAsked = true;
    return promise;
  }, signal);
  ended.catch(() => undefined);
  return {
    isAsked: () => isAsked,
    answer: () => resolve('answer'),
    fail: () => reject(new Error('no')),
    ended,
  };
}

/** All that can go on without an answer has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('asks no more at a time than there are places, the longest waiting next', async () => {
  const shared = new Slots(1);
  const [a, b, c] = [0, 1, 2].map(() => question(new ReaderSlots(shared)));
  await settled();
  expect([a, b, c].map((each) => each?.isAsked())).toEqual([true, false, false]);
  a?.answer();
  await settled();
  expect([b, c].map((each) => each?.isAsked())).toEqual([true, false]);
});

it('gives the place of a question that ended without being asked to the next', async () => {
  const shared = new Slots(1);
  const first = question(new ReaderSlots(shared));
  const abort = new AbortController();
  const second = question(new ReaderSlots(shared), abort.signal);
  const third = question(new ReaderSlots(shared));
  abort.abort(new Error('enough'));
  await expect(second.ended).rejects.toThrow('enough');
  first.answer();
  await settled();
  expect(second.isAsked()).toBe(false);
  expect(third.isAsked()).toBe(true);
});

it('lets a reader without an answer cost the others one place for one round', async () => {
  const shared = new Slots(2);
  const hanging = Array.from({ length: 6 }, () => new ReaderSlots(shared));
  const others = Array.from({ length: 9 }, () => new ReaderSlots(shared));
  const round = async () => {
    for (const reader of hanging) question(reader);
    await settled();
  };
  // Two more hang in each of the first three, and give their places back in the next.
  for (let n = 1; n <= 4; n++) await round();
  for (const reader of others) {
    const asked = question(reader);
    await settled();
    asked.answer();
    await expect(asked.ended).resolves.toBe('answer');
    await round();
  }
});

it('asks without a shared place after a failure, and takes one again after an answer', async () => {
  const shared = new Slots(1);
  const [reader, other] = [new ReaderSlots(shared), new ReaderSlots(shared)];
  const failed = question(reader);
  await settled();
  failed.fail();
  await expect(failed.ended).rejects.toThrow('no');

  const suspect = question(reader);
  const beside = question(other);
  await settled();
  expect([suspect.isAsked(), beside.isAsked()]).toEqual([true, true]);
  suspect.answer();
  await settled();

  const healthy = question(reader);
  await settled();
  expect(healthy.isAsked()).toBe(false);
  beside.answer();
  await settled();
  expect(healthy.isAsked()).toBe(true);
});

it('asks for one reader two questions at a time, whether they are answered or not', async () => {
  const reader = new ReaderSlots(new Slots(9));
  const questions = [0, 1, 2].map(() => question(reader));
  await settled();
  expect(questions.map((each) => each.isAsked())).toEqual([true, true, false]);
  questions[0]?.answer();
  await settled();
  expect(questions[2]?.isAsked()).toBe(true);
});
