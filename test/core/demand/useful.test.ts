import { describe, expect, it } from 'vitest';
import {
  type FutilityMemories,
  type QueueWish,
  type Useful,
  useful,
} from '../../../src/core/demand/useful.ts';
import { T0 } from '../../support/builders.ts';

interface SomeQueue {
  /** What its law wants while it is missed, and how many get anything done. */
  readonly wants: number;
  readonly ofUse: number;
  readonly from?: number;
}

const EACH_S = 5;
const ARRIVALS_S = 200;

/** Seconds of an app whose queues are stuck, from some second on; a change of the count takes two seconds. */
function run(queues: readonly SomeQueue[], seconds: number): readonly Useful[] {
  const seen: Useful[] = [];
  const backlogs = queues.map(() => 500);
  const done = queues.map(() => 0);
  let memory: FutilityMemories | undefined;
  let asked = 1;
  let settledS = 0;
  for (let second = 0; second < seconds; second++) {
    const now = { nowMs: T0 + 1000 * second, asked, settled: second >= settledS, min: 1, deadTimeMs: 2_000 };
    const wishes = queues.map(({ wants, ofUse, from = 0 }, target): QueueWish => {
      const stuck = second >= from;
      const finished = stuck ? EACH_S * Math.min(asked, ofUse) : 0;
      done[target] = (done[target] ?? 0) + finished;
      if (stuck) backlogs[target] = (backlogs[target] ?? 0) + ARRIVALS_S - finished;
      const wanted = stuck ? wants : 1;
      return {
        wanted,
        need: wanted,
        queue: {
          ...now,
          wanted,
          target,
          missed: stuck,
          backlog: backlogs[target] ?? 0,
          done: done[target],
          asOfMs: T0 + 1000 * second,
          taken: undefined,
          held: 1,
          perInstanceS: EACH_S,
          atLeastS: EACH_S,
        },
      };
    });
    const answer = useful(memory, wishes, now);
    // As a store gives it back.
    memory = JSON.parse(JSON.stringify(answer.memory));
    seen.push(answer);
    if (answer.wanted !== asked) settledS = second + 3;
    asked = answer.wanted;
  }
  return seen;
}

const isLimited = ({ limitedBy }: Useful): boolean => limitedBy === 'futility';
const limits = (seen: readonly Useful[]): FutilityMemories =>
  (seen.at(-1)?.memory ?? []).filter(({ phase }) => phase === 'limited');

describe('several queues of one app', () => {
  it('are each given what they ask for while one of them is stuck', () => {
    const seen = run(
      [
        { wants: 12, ofUse: 3 },
        { wants: 7, ofUse: 99, from: 150 },
      ],
      210,
    );
    expect(seen.slice(100, 150).filter(isLimited).length).toBeGreaterThan(0);
    expect(seen.slice(150, 210).every(({ wanted }) => wanted === 7)).toBe(true);
  });

  it('are each examined, the second one while the first is known to be stuck', () => {
    const seen = run(
      [
        { wants: 12, ofUse: 3 },
        { wants: 10, ofUse: 2, from: 130 },
      ],
      280,
    );
    const both = seen.find(({ memory }) => memory.filter(({ phase }) => phase === 'limited').length === 2);
    expect(both?.wanted).toBeLessThan(10);
    expect(both?.step).toMatchObject({ rule: 'futility', before: 12, after: both?.wanted });
    expect(both?.step?.reason).toContain('could be expected');
  });

  it('never have fewer tried than another asks for', () => {
    const seen = run(
      [
        { wants: 12, ofUse: 3 },
        { wants: 9, ofUse: 99 },
      ],
      600,
    );
    expect(seen.slice(5).every(({ wanted }) => wanted >= 9)).toBe(true);
  });

  it('hold what was found out of one for that one alone', () => {
    const seen = run([{ wants: 12, ofUse: 3 }], 150);
    const { memory } = seen.at(-1) ?? {};
    const counts = { backlog: 900, done: 100, asOfMs: T0 + 150_000, taken: undefined, held: 1 };
    const now = { nowMs: T0 + 150_000, asked: 4, settled: true, min: 1, deadTimeMs: 2_000 };
    const sight = { ...now, wanted: 12, missed: true, ...counts, perInstanceS: EACH_S, atLeastS: EACH_S };
    const wish = (target: number): QueueWish => ({ wanted: 12, need: 12, queue: { target, ...sight } });
    const other = useful(memory, [wish(1)], now);
    expect(other.wanted).toBe(12);
    expect(useful(other.memory, [wish(0)], now)).toMatchObject({
      wanted: limits(seen)[0]?.cap,
      limitedBy: 'futility',
    });
  });

  it('that cannot be read are not limited, and nothing of what is known is lost', () => {
    const seen = run([{ wants: 12, ofUse: 3 }], 150);
    const { memory } = seen.at(-1) ?? {};
    const now = { nowMs: T0 + 150_000, asked: 4, settled: true, min: 1, deadTimeMs: 2_000 };
    const unread = useful(memory, [{ wanted: 4, need: 4, queue: undefined }], now);
    expect(unread).toMatchObject({ wanted: 4, need: 4, memory });
    expect(unread.step).toBeUndefined();
  });
});
