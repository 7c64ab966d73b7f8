import { describe, expect, it } from 'vitest';
import { perInstanceLaw } from '../../../src/core/law/per-instance.ts';
import { simpleQueueLaw } from '../../../src/core/law/simple-queue.ts';
import { T0 } from '../../support/builders.ts';
import { lawInput } from './law-input.ts';

describe('SimpleQueue', () => {
  it.each([
    { length: 51, wanted: 6, why: 'longer than the target' },
    { length: 1_000_000, wanted: 6, why: 'one, however long' },
    { length: 50, wanted: 5, why: 'at the target' },
    { length: 35, wanted: 5, why: 'at 70 % of it' },
    { length: 34, wanted: 4, why: 'shorter than 70 %' },
    { length: 0, wanted: 4, why: 'empty' },
  ])('$length waiting → $wanted: $why', ({ length, wanted }) => {
    expect(simpleQueueLaw(lawInput(length), undefined, 50).wanted).toBe(wanted);
  });

  it('skips while a change is in flight', () => {
    expect(simpleQueueLaw(lawInput(500, { settled: false }), undefined, 50).wanted).toBe(5);
  });

  it('does not take the same count twice', () => {
    const { memory } = simpleQueueLaw(lawInput(500), undefined, 50);
    expect(simpleQueueLaw(lawInput(500, { nowMs: T0 + 500, atMs: T0 }), memory, 50).wanted).toBe(5);
    expect(simpleQueueLaw(lawInput(500, { nowMs: T0 + 500 }), memory, 50).wanted).toBe(6);
  });

  it('never goes below nothing', () => {
    expect(simpleQueueLaw(lawInput(0, { asked: 0 }), undefined, 50).wanted).toBe(0);
  });
});

describe('perInstance', () => {
  it.each([
    { waiting: 0, per: 5, wanted: 0 },
    { waiting: 1, per: 5, wanted: 1 },
    { waiting: 5, per: 5, wanted: 1 },
    { waiting: 6, per: 5, wanted: 2 },
    { waiting: 9, per: 1, wanted: 9 },
    { waiting: 1e12, per: 1, wanted: 1_000_000 },
  ])('$waiting at $per each → $wanted', ({ waiting, per, wanted }) => {
    const result = perInstanceLaw(lawInput(waiting), per);
    expect(result.wanted).toBe(wanted);
    expect(result.need).toBe(wanted);
  });

  it('says its numbers', () => {
    expect(perInstanceLaw(lawInput(9), 2).reason).toBe('9 at 2 per instance');
  });
});
