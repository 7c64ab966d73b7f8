import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppObservation, TaskObservation } from '../../../../src/core/observation.ts';
import { QUIET_MS } from '../../../../src/programs/quiet-time.ts';
import { VirtualClock } from '../../../../src/runtime/clock.ts';
import { chooseVictims } from '../../../../src/schedulers/marathon/write/victims.ts';

const never = new AbortController().signal;
const WITHIN_MS = 200;
const idleVictims = { path: '/busy', portIndex: 0, within: `${WITHIN_MS}ms` } as const;

interface Given {
  /** When it begins to serve; not after 0 for one that did before. */
  readonly servesAtMs: number;
  /** From then until Marathon says that it runs. */
  readonly toldAfterMs: number;
  /** How long the question takes to it, and the answer back; its port hangs where there is none. */
  readonly wayMs: readonly [number, number] | undefined;
  /** How long it waits for its next message, and works on it, again and again. */
  readonly messages: readonly { readonly gapMs: number; readonly workMs: number }[];
}

/** Holds a message or none; having said that it is idle it takes none for a while. */
class Consumer {
  readonly given: Given;
  readonly task: TaskObservation;
  saidIdleAtMs = Number.POSITIVE_INFINITY;
  askedAtMs: number | undefined;
  heardAtMs = Number.POSITIVE_INFINITY;
  #next = 0;
  #quietUntilMs = 0;
  #freeSinceMs: number;
  #busyUntilMs = 0;

  constructor(given: Given, i: number) {
    this.given = given;
    this.#freeSinceMs = given.servesAtMs;
    this.task = { id: `t-${i}`, phase: 'staging', host: `t-${i}`, ports: [1], stagedAtMs: i };
  }

  serves(nowMs: number): boolean {
    return nowMs >= this.given.servesAtMs;
  }

  phase(nowMs: number): 'staging' | 'running' {
    return nowMs >= this.given.servesAtMs + this.given.toldAfterMs ? 'running' : 'staging';
  }

  isBusy(nowMs: number): boolean {
    for (;;) {
      const message = this.given.messages[this.#next];
      if (message === undefined) break;
      const takenMs = Math.max(this.#freeSinceMs + message.gapMs, this.#quietUntilMs);
      if (takenMs > nowMs) break;
      this.#next++;
      this.#busyUntilMs = takenMs + message.workMs;
      this.#freeSinceMs = this.#busyUntilMs;
    }
    return this.#busyUntilMs > nowMs;
  }

  promiseIdle(nowMs: number): boolean {
    if (this.isBusy(nowMs)) return false;
    this.#quietUntilMs = nowMs + QUIET_MS;
    return true;
  }
}

/** A world in virtual time, from the question at 0 to the end of the victims. */
async function fallOf(consumers: readonly Consumer[], by: number, writeMs: number) {
  const clock = new VirtualClock(0);
  const recall = async (): Promise<AppObservation> => {
    const nowMs = clock.monotonic();
    const tasks = consumers.map((consumer) => ({ ...consumer.task, phase: consumer.phase(nowMs) }));
    const running = tasks.filter(({ phase }) => phase === 'running').length;
    const staging = tasks.length - running;
    const nothing = { killing: 0, unreachable: 0, waiting: 0, waitingFor: [], backoffMs: 0 };
    const counts = { requested: tasks.length, running, staging, ready: running, ...nothing };
    return { id: '/a', ...counts, hasHealthChecks: false, tasks, operations: [], definition: {} };
  };
  const ask = async (url: string, signal: AbortSignal): Promise<string> => {
    const consumer = consumers.find(({ task }) => task.host === new URL(url).hostname);
    if (consumer === undefined) throw new Error(`nobody is at ${url}`);
    const { wayMs } = consumer.given;
    if (wayMs === undefined) await clock.sleep(60_000, signal);
    await clock.sleep(wayMs?.[0] ?? 0, signal);
    consumer.askedAtMs = clock.monotonic();
    if (!consumer.serves(clock.monotonic())) throw new Error('connection refused');
    const isIdle = consumer.promiseIdle(clock.monotonic());
    await clock.sleep(wayMs?.[1] ?? 0, signal);
    consumer.heardAtMs = clock.monotonic();
    if (isIdle) consumer.saidIdleAtMs = clock.monotonic();
    return isIdle ? 'idle' : 'busy';
  };
  const choosing = chooseVictims(
    { to: consumers.length - by, idleVictims },
    { recall, clock, ask, onAnswers: () => undefined, waitingDiesLast: true },
    never,
  );
  let chosenAtMs = Number.NaN;
  const done = choosing.then((fall) => {
    chosenAtMs = clock.monotonic();
    return fall;
  });
  await clock.advance(WITHIN_MS);
  const how = (await done)?.how;
  const killedAtMs = chosenAtMs + writeMs;
  const named = how?.kind === 'named' ? how.taskIds : [];
  const victims = victimsOf(consumers, { named, by, killedAtMs });
  return { how, chosenAtMs, killedAtMs, victims };
}

/** The named ones, then what starts, then the youngest (docs/design/marathon.md#who-dies). */
function victimsOf(
  consumers: readonly Consumer[],
  { named, by, killedAtMs }: { named: readonly string[]; by: number; killedAtMs: number },
): readonly Consumer[] {
  const rank = ({ task, phase }: Pick<Consumer, 'task'> & { readonly phase: string }): number =>
    named.includes(task.id) ? 0 : phase === 'staging' ? 1 : 2;
  return consumers
    .toSorted(
      (a, b) =>
        rank({ task: a.task, phase: a.phase(killedAtMs) }) -
          rank({ task: b.task, phase: b.phase(killedAtMs) }) ||
        (b.task.stagedAtMs ?? 0) - (a.task.stagedAtMs ?? 0),
    )
    .slice(0, named.length > 0 ? named.length : by);
}

/** One that is not said to run, and did not serve yet when it was asked or was not heard in time, may begin to work at any time. */
function couldBeKnown(consumer: Consumer, chosenAtMs: number): boolean {
  const { given, askedAtMs = 0, heardAtMs } = consumer;
  if (consumer.phase(chosenAtMs) === 'running') return true;
  return given.servesAtMs <= askedAtMs && (heardAtMs <= chosenAtMs || consumer.askedAtMs === undefined);
}

const aWayMs = fc.constantFrom(0, 1, 5, 60, 120, 150);

const aConsumer: fc.Arbitrary<Given> = fc.record({
  servesAtMs: fc.constantFrom(-5_000, -5_000, -60, -20, 0, 20, 120, 400),
  toldAfterMs: fc.constantFrom(0, 0, 10, 100),
  wayMs: fc.option(fc.tuple(aWayMs, aWayMs), {
    nil: undefined,
    freq: 8,
  }),
  messages: fc.array(
    fc.record({
      gapMs: fc.constantFrom(0, 10, 50, 100, 300, 1_000, 5_000),
      workMs: fc.integer({ min: 1, max: 1_000 }),
    }),
    { maxLength: 4 },
  ),
});

describe('the victims of a fall', () => {
  it('are never at work in the place of one that was known to be idle, whatever the timing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(aConsumer, { minLength: 1, maxLength: 8 }),
        fc.nat({ max: 7 }),
        fc.integer({ min: 0, max: QUIET_MS - WITHIN_MS - 110 }),
        async (given, less, writeMs) => {
          const consumers = given.map((each, i) => new Consumer(each, i));
          const by = 1 + (less % consumers.length);
          const { killedAtMs, chosenAtMs, victims } = await fallOf(consumers, by, writeMs);
          const busy = victims.filter((each) => each.isBusy(killedAtMs) && couldBeKnown(each, chosenAtMs));
          const stay = consumers.filter((each) => !victims.includes(each));
          const known = stay.filter(({ saidIdleAtMs }) => saidIdleAtMs < chosenAtMs);
          expect(known.filter((each) => each.isBusy(killedAtMs))).toEqual([]);
          expect(busy.length === 0 || known.length === 0).toBe(true);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
