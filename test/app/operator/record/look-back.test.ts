// Questions to the record in a thread beside the rounds: the same answers, for as long as somebody waits.

import { writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { threadedLookBack } from '../../../../src/app/operator/record/look-back.ts';
import { headerLine } from '../../../../src/recorder/codec/segment.ts';
import { segmentPath } from '../../../../src/recorder/files/segment-files.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { TerminalError } from '../../../../src/runtime/errors.ts';
import { type LookBackQuestion, lookBackIn } from '../../../../src/server/api/look-back.ts';
import { EVERYTHING } from '../../../../src/server/page/overview/selection.ts';
import { recordedOn } from '../../../recorder/recorded.ts';
import { T0 } from '../../../support/builders.ts';
import { QueueDemo } from '../../../support/queue-demo.ts';

const POLICY = 'default/queue-demo';
const never = new AbortController().signal;

/** Of what was recorded in the first minute and half. */
async function recorded(mostHeapMb?: number) {
  const clock = new VirtualClock(T0);
  const { recorder, reader } = recordedOn(clock);
  const demo = await QueueDemo.start({ startMs: T0, clock, recorder });
  await demo.advance(90_000);
  await demo.stop();
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const limit = mostHeapMb === undefined ? {} : { mostHeapMb: () => mostHeapMb };
  const threaded = threadedLookBack(recorder, { clock, signal: over.signal, ...limit });
  return { clock, over, reader, recorder, threaded };
}

const LARGE_AT_MS = T0 + 1_000_000;
const SMALL_HEAP_MB = 24;
const POOLS = 100;

/** Later than everything else: a moment of so many pools as no thread of so small a heap can hold. */
function writeLarge(folder: string): void {
  const header = headerLine({ tier: 'rounds', operator: '1.2.3', startedAtMs: LARGE_AT_MS });
  const lines = Array.from({ length: POOLS }, (_, n) => {
    const name = `default/large-${n}`;
    const message = `${n} `.padEnd(1_000_000, `${n} is large; `);
    const capacity = { total: 1, used: 1, unit: 'slots' };
    const shown = { name, capacity, intervalMs: 1_000, policies: {}, shortage: { message } };
    const picture = { atMs: LARGE_AT_MS, wallAheadMs: 0, result: 'complete', shown, asked: {} };
    return [JSON.stringify({ k: [[0, name]], n: n + 1 }), JSON.stringify([n + 1, [n + 1, picture]])];
  });
  writeFileSync(segmentPath(folder, 'rounds', LARGE_AT_MS), `${[header, ...lines.flat()].join('\n')}\n`);
}

it('gives the answers that are given without a thread', async () => {
  const { threaded, reader, clock } = await recorded();
  const span = { fromMs: T0, toMs: clock.now() };
  const atMs = T0 + 60_000;
  const questions: LookBackQuestion[] = [
    { kind: 'history', policy: POLICY, ...span, mayBeEmpty: false },
    { kind: 'history', policy: 'default/unknown', ...span, mayBeEmpty: false },
    { kind: 'policy', policy: POLICY, atMs },
    { kind: 'policies', atMs },
    { kind: 'events', ...span },
    { kind: 'events', ...span, now: [{ namespace: 'default', name: 'queue-demo', uid: 'u', apps: [] }] },
    { kind: 'page', policy: POLICY, atMs, selection: EVERYTHING },
  ];
  const here = lookBackIn(reader);
  const both = questions.map(async (question) => [
    await threaded.ask(question, never),
    await here.ask(question, never),
  ]);
  for (const [inThread, inPlace] of await Promise.all(both)) expect(inThread).toBe(inPlace);
  expect(
    (await threaded.ask({ kind: 'history', policy: POLICY, ...span, mayBeEmpty: false }, never))?.length,
  ).toBeGreaterThan(1_000);
});

it('forgets a question that nobody waits for, and answers the next one', async () => {
  const { threaded } = await recorded();
  const asking = new AbortController();
  const left = threaded.ask({ kind: 'policy', policy: POLICY, atMs: T0 + 60_000 }, asking.signal);
  asking.abort(new Error('the window was closed'));
  await expect(left).rejects.toThrow('the window was closed');
  expect(await threaded.ask({ kind: 'policy', policy: POLICY, atMs: T0 + 60_000 }, never)).toContain(
    '"explanation"',
  );
});

it('begins another thread after a minute without questions, and none after the operator ended', async () => {
  const { threaded, clock, over } = await recorded();
  const question: LookBackQuestion = { kind: 'policies', atMs: T0 + 60_000 };
  const first = await threaded.ask(question, never);
  await clock.advance(61_000);
  expect(await threaded.ask(question, never)).toBe(first);
  over.abort(new Error('the operator ended'));
  await expect(threaded.ask(question, never)).rejects.toThrow('the operator ended');
});

it('keeps the thread for a minute after the last question, also where two were left at once', async () => {
  const { threaded, clock } = await recorded();
  const question: LookBackQuestion = { kind: 'policies', atMs: T0 + 60_000 };
  const asking = new AbortController();
  const left = [threaded.ask(question, asking.signal), threaded.ask(question, asking.signal)];
  asking.abort(new Error('the window was closed'));
  for (const each of await Promise.allSettled(left)) expect(each.status).toBe('rejected');
  await clock.advance(59_000);
  const answer = threaded.ask(question, never);
  await clock.advance(1_000);
  expect(await answer).toContain('MicroscalingPolicyList');
});

it('lets questions that have a thread to themselves take their time', async () => {
  const { threaded, recorder, clock } = await recorded(SMALL_HEAP_MB);
  writeLarge(recorder.folder);
  const large: LookBackQuestion = { kind: 'policies', atMs: LARGE_AT_MS + 1_000 };
  const asked = Promise.allSettled([large, large].map((question) => threaded.ask(question, never)));
  let isPending = true;
  void asked.then(() => {
    isPending = false;
  });
  for (; isPending; await clock.advance(61_000)) await setImmediate();
  for (const each of await asked)
    expect(each).toMatchObject({ reason: expect.objectContaining({ name: TerminalError.name }) });
});

it('tells who asks for more than there is, and answers everybody else who asked at the same time', async () => {
  const { threaded, recorder, reader, clock } = await recorded(SMALL_HEAP_MB);
  writeLarge(recorder.folder);
  const small: LookBackQuestion[] = [
    { kind: 'policy', policy: POLICY, atMs: T0 + 60_000 },
    { kind: 'history', policy: POLICY, fromMs: T0, toMs: clock.now(), mayBeEmpty: false },
    { kind: 'policies', atMs: T0 + 60_000 },
  ];
  const large: LookBackQuestion = { kind: 'policies', atMs: LARGE_AT_MS + 1_000 };
  const asked = [large, ...small, large].map((question) => threaded.ask(question, never));
  const [first, ...others] = await Promise.allSettled(asked);
  const last = others.pop();
  for (const each of [first, last])
    expect(each).toMatchObject({
      status: 'rejected',
      reason: expect.objectContaining({
        name: TerminalError.name,
        message: expect.stringContaining('takes more memory than the operator has left'),
      }),
    });
  const here = lookBackIn(reader);
  for (const [n, each] of others.entries())
    expect(each).toEqual({ status: 'fulfilled', value: await here.ask(small[n] ?? large, never) });
  // The thread is begun anew, for this one and for the next.
  await expect(threaded.ask(large, never)).rejects.toThrow('ask for a shorter span');
  expect(await threaded.ask({ kind: 'policies', atMs: T0 + 60_000 }, never)).toContain('queue-demo');
});
