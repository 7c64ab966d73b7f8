import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { TerminalError, TransientError, WaitError } from '../../../src/runtime/errors.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { Backoff } from '../../../src/runtime/work/backoff.ts';
import {
  type ReconcileContext,
  type ReconcileResult,
  ReconcileTimeout,
  runController,
} from '../../../src/runtime/work/controller.ts';
import type { Turn } from '../../../src/runtime/work/fair-turns.ts';
import { WorkQueue } from '../../../src/runtime/work/workqueue.ts';

type Step = (context: ReconcileContext) => Promise<ReconcileResult> | ReconcileResult;

/** Runs `steps` one after the other for the key `a`, the last one again and again; notes when each began. */
function aController(
  steps: readonly Step[],
  { workers = 1, turn }: { readonly workers?: number; readonly turn?: Turn } = {},
) {
  const clock = new VirtualClock();
  const queue = new WorkQueue<string>(clock);
  const startedMs: number[] = [];
  const stop = new AbortController();
  const running = runController(
    {
      queue,
      reconciler: {
        reconcile: async (_key, context) => {
          startedMs.push(clock.now());
          const step = steps[Math.min(startedMs.length, steps.length) - 1];
          return (await step?.(context)) ?? {};
        },
      },
      backoff: new Backoff({ baseMs: 100, maxMs: 1_000, random: () => 0 }),
      clock,
      log: silentLogger,
      workers,
      timeoutMs: 5_000,
      graceMs: 1_000,
      terminalRetryMs: 30_000,
      ...(turn && { turn }),
    },
    stop.signal,
  );
  return { clock, queue, startedMs, stop, running };
}

function throwing(error: unknown): Step {
  return () => {
    throw error;
  };
}

describe('the time after a run', () => {
  const rows: readonly { name: string; steps: readonly Step[]; startedMs: readonly number[] }[] = [
    { name: 'nothing asked for: not again', steps: [() => ({})], startedMs: [0] },
    {
      name: 'requeueAfterMs: after that',
      steps: [() => ({ requeueAfterMs: 700 }), () => ({})],
      startedMs: [0, 700],
    },
    {
      name: 'TransientError: exponential back-off',
      steps: [throwing(new TransientError('x'))],
      startedMs: [0, 100, 300, 700, 1_500, 2_500, 3_500],
    },
    {
      name: 'an unknown error: the same',
      steps: [throwing('odd'), throwing(new Error('odd')), () => ({})],
      startedMs: [0, 100, 300],
    },
    {
      name: 'success forgets the back-off',
      steps: [
        throwing(new TransientError('x')),
        throwing(new TransientError('x')),
        () => ({ requeueAfterMs: 0 }),
        throwing(new TransientError('x')),
        () => ({}),
      ],
      startedMs: [0, 100, 300, 300, 400],
    },
    {
      name: 'WaitError: its delay',
      steps: [throwing(new WaitError('busy', 450)), () => ({})],
      startedMs: [0, 450],
    },
    {
      name: 'TerminalError: not until the input changes',
      steps: [throwing(new TerminalError('no'))],
      startedMs: [0],
    },
  ];

  it.each(rows)('$name', async ({ steps, startedMs }) => {
    const { clock, queue, startedMs: started, stop, running } = aController(steps);
    queue.add('a');
    await clock.advance(4_000);
    stop.abort();
    await running;
    expect(started).toEqual(startedMs);
  });

  it('looks again after a TerminalError as soon as the key is added, and slowly by itself', async () => {
    const { clock, queue, startedMs, stop, running } = aController([throwing(new TerminalError('no'))]);
    queue.add('a');
    await clock.advance(1_000);
    queue.add('a');
    await clock.advance(31_000);
    stop.abort();
    await running;
    expect(startedMs).toEqual([0, 1_000, 31_000]);
  });
});

describe('a run that takes too long', () => {
  it('is aborted with a reason of its own and comes back', async () => {
    let reason: unknown;
    const hang: Step = ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
          reject(signal.reason);
        });
      });
    const { clock, queue, startedMs, stop, running } = aController([hang, () => ({})]);
    queue.add('a');
    await clock.advance(5_200);
    stop.abort();
    await running;
    expect(reason).toBeInstanceOf(ReconcileTimeout);
    expect(startedMs).toEqual([0, 5_100]);
  });
});

describe('the end of the process', () => {
  it('lets the current run finish, and begins no other', async () => {
    let finished = false;
    const { clock, queue, startedMs, stop, running } = aController([
      async () => {
        await clock.sleep(500);
        finished = true;
        return { requeueAfterMs: 0 };
      },
    ]);
    queue.add('a');
    queue.add('b', 200);
    await clock.advance(100);
    stop.abort(new Error('SIGTERM'));
    await clock.advance(1_000);
    await running;
    expect(finished).toBe(true);
    expect(startedMs).toEqual([0]);
    expect(clock.pending).toBe(0);
  });

  it('ends at once what a run only reads', async () => {
    const seen: boolean[] = [];
    const { clock, queue, stop, running } = aController([
      async ({ signal, reading }) => {
        await clock.sleep(500);
        seen.push(reading.aborted, signal.aborted);
        return {};
      },
    ]);
    queue.add('a');
    await clock.advance(100);
    stop.abort();
    await clock.advance(400);
    await running;
    expect(seen).toEqual([true, false]);
  });

  it('ends a run that does not finish within its grace, with the reason of the shutdown', async () => {
    const shutdown = new Error('SIGTERM');
    let reason: unknown;
    const { clock, queue, stop, running } = aController([
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason;
            reject(signal.reason);
          });
        }),
    ]);
    queue.add('a');
    await clock.advance(100);
    stop.abort(shutdown);
    await clock.advance(999);
    expect(reason).toBeUndefined();
    await clock.advance(1);
    await running;
    expect(reason).toBe(shutdown);
  });
});

describe('several keys', () => {
  it('are run at the same time, up to the number of workers', async () => {
    let inHand = 0;
    let most = 0;
    const { clock, queue, stop, running } = aController(
      [
        async () => {
          inHand += 1;
          most = Math.max(most, inHand);
          await clock.sleep(100);
          inHand -= 1;
          return {};
        },
      ],
      { workers: 2 },
    );
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    await clock.advance(1_000);
    stop.abort();
    await running;
    expect(most).toBe(2);
    expect(inHand).toBe(0);
  });
});

describe('a turn', () => {
  it('is waited for before each run, and a key that waits for it is not run twice', async () => {
    const turns: PromiseWithResolvers<void>[] = [];
    const turn = (): Promise<void> => {
      const waiting = Promise.withResolvers<void>();
      turns.push(waiting);
      return waiting.promise;
    };
    const { clock, queue, startedMs, stop, running } = aController([() => ({})], { workers: 2, turn });
    queue.add('a');
    queue.add('b');
    await clock.advance(0);
    expect([turns.length, startedMs.length]).toEqual([1, 0]);
    turns[0]?.resolve();
    queue.add('a');
    await clock.advance(0);
    expect([turns.length, startedMs.length]).toEqual([2, 1]);
    turns[1]?.resolve();
    await clock.advance(0);
    turns[2]?.resolve();
    stop.abort(new Error('the test is over'));
    await running;
    expect(startedMs).toHaveLength(3);
  });
});
