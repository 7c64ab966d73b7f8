// Questions to the record in a thread beside the rounds: the same answers, for as long as somebody waits.

import { expect, it, onTestFinished } from 'vitest';
import { threadedLookBack } from '../../../../src/app/operator/record/look-back.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { type LookBackQuestion, lookBackIn } from '../../../../src/server/api/look-back.ts';
import { EVERYTHING } from '../../../../src/server/page/overview/selection.ts';
import { recordedOn } from '../../../recorder/recorded.ts';
import { T0 } from '../../../support/builders.ts';
import { QueueDemo } from '../../../support/queue-demo.ts';

const POLICY = 'default/queue-demo';
const never = new AbortController().signal;

async function recorded() {
  const clock = new VirtualClock(T0);
  const { recorder, reader } = recordedOn(clock);
  const demo = await QueueDemo.start({ startMs: T0, clock, recorder });
  await demo.advance(90_000);
  await demo.stop();
  const over = new AbortController();
  onTestFinished(() => over.abort());
  return { clock, over, reader, threaded: threadedLookBack(recorder, { clock, signal: over.signal }) };
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
