import { describe, expect, it } from 'vitest';
import { type ProbeMemory, probe } from '../../../src/core/law/probe.ts';
import { lawInput } from './law-input.ts';

const at = (asked: number, memory?: ProbeMemory, empty = true) =>
  probe(lawInput(0, { asked }), memory, empty);

describe('probing downwards', () => {
  it('asks for one fewer first', () => {
    expect(at(20).floor).toBe(19);
  });

  it('takes 1, 2, 4 … as the count follows, at most a quarter', () => {
    let asked = 40;
    let memory: ProbeMemory | undefined;
    const counts: number[] = [];
    for (let k = 0; k < 7; k++) {
      const { floor, probed } = at(asked, memory);
      memory = { probed, asked };
      counts.push(floor);
      asked = floor;
    }
    // 40 → -1 → -2 → -4 → -8 → -6 (a quarter of 25) → -4 (of 19) → -3 (of 15)
    expect(counts).toEqual([39, 37, 33, 25, 19, 15, 12]);
  });

  it('repeats its question while the count has not followed', () => {
    const first = at(20);
    expect(at(20, { ...first, asked: 20 })).toEqual(first);
  });

  it('begins with one again after somebody waited', () => {
    const bold = { probed: 8, asked: 20 };
    expect(at(20, bold, false).floor).toBe(Number.POSITIVE_INFINITY);
    expect(at(20, { ...at(20, bold, false), asked: 20 }).floor).toBe(19);
  });

  it('begins with one again after the count went up', () => {
    expect(at(21, { probed: 8, asked: 20 }).floor).toBe(20);
  });

  it('goes down to nothing and no further', () => {
    expect(at(1).floor).toBe(0);
    expect(at(0).floor).toBe(0);
  });
});
