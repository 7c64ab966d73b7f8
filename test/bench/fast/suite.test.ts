import { describe, expect, it } from 'vitest';
import { CELLS, sampleCells } from '../../../bench/fast/cells.ts';
import { FAST_LOAD_NAMES } from '../../../bench/fast/loads.ts';
import { regretOf } from '../../../bench/fast/regret.ts';
import { runCell } from '../../../bench/fast/run-cell.ts';
import { cellJobs, fastResult, fastSuite } from '../../../bench/fast/suite.ts';
import { fastWorld } from '../../../bench/fast/world.ts';

describe('the cells of the fast suite', () => {
  it('are every mixture of the axes, once', () => {
    expect(CELLS).toHaveLength(4 * 3 * 3 * 4 * 2 * 3);
    expect(new Set(CELLS.map((cell) => JSON.stringify(cell))).size).toBe(CELLS.length);
  });

  it('are sampled without repetition, and the same for the same seed', () => {
    const sample = sampleCells(60, 1);
    expect(new Set(sample).size).toBe(60);
    expect(sampleCells(60, 1)).toEqual(sample);
    expect(sampleCells(60, 2)).not.toEqual(sample);
    expect(sampleCells(20, 1)).toEqual(sample.slice(0, 20));
    expect(new Set(sampleCells(CELLS.length, 3)).size).toBe(CELLS.length);
  });
});

describe('a world of the fast suite', () => {
  const cell = { slots: 10, serviceRate: 5, startS: 2, scaleS: 12, start: 'cold', pollS: 0.5 } as const;

  it('lasts 90 s at the shortest scale and begins with one instance', () => {
    const { options, from } = fastWorld(cell, 'square', 1);
    expect(options.steps).toBe(900);
    expect(from).toBe(0);
    expect(options.apps.map(({ initial }) => initial)).toEqual([1, 9]);
  });

  it('is judged after its warm-up only', () => {
    const { options, from } = fastWorld({ ...cell, start: 'warm' }, 'square', 1);
    expect(from).toBe(1200);
    expect(options.steps).toBe(2100);
  });

  it.each(FAST_LOAD_NAMES)('asks for at most 75 %% of the pool under %s', (load) => {
    const { curve } = fastWorld(cell, load, 5).options.apps[0]!.demand!;
    expect(Math.max(...curve.rate)).toBeLessThanOrEqual(0.75 * 50 + 1e-9);
    expect(Math.min(...curve.rate)).toBeGreaterThanOrEqual(0);
  });
});

describe('regret', () => {
  const cell = { slots: 10, serviceRate: 5, startS: 2, scaleS: 12, start: 'cold', pollS: 0.5 } as const;
  const row = (index: number, law: string, V: number, R: number) => ({
    index,
    cell,
    law,
    V,
    R,
    changesPerMin: 1,
  });

  it('is the difference to the oracle of the same cell', () => {
    const [seen, law] = regretOf([
      row(0, 'oracle-seen', 2, 80),
      row(1, 'oracle-seen', 4, 50),
      row(0, 'fluid-inflight', 3, 60),
      row(1, 'fluid-inflight', 10, 50),
    ]);
    expect(seen).toMatchObject({ moreV: { mean: 0, worst: 0 }, shareOfR: { mean: 1, worst: 1 } });
    expect(law).toMatchObject({
      V: 6.5,
      moreV: { mean: 3.5, worstTenth: 6, worst: 6 },
      shareOfR: { mean: 0.875, worstTenth: 0.75, worst: 0.75 },
    });
  });

  it('is unknown where the oracle was not run', () => {
    expect(regretOf([row(0, 'fluid-inflight', 3, 60)])[0]?.moreV.mean).toBeNaN();
  });
});

describe('simulate --suite fast', () => {
  it('gives a row for each cell and law, and the regret of each law', () => {
    const laws = ['fluid-inflight', 'oracle-seen'];
    const jobs = cellJobs(2, 4, laws).map((job) => ({ ...job, cell: { ...job.cell, scaleS: 12, slots: 5 } }));
    const rows = jobs.flatMap(runCell).reverse();
    const { json, text } = fastResult(laws, rows);
    const { rows: printed, summary } = json as { rows: Record<string, unknown>[]; summary: unknown[] };
    expect(printed.map(({ law }) => law)).toEqual([...laws, ...laws]);
    expect(Object.keys(printed[0]!)).toEqual(['cell', 'law', 'V', 'R', 'changesPerMin']);
    expect(summary).toHaveLength(2);
    expect(text('table')).toMatch(/^fast: 2 cells, seven loads each/);
  });

  it.each([
    [{ seeds: [1, 2] }, /takes one seed/],
    [{ seeds: [1], sets: ['demo'] }, /--set is part of --suite bench/],
    [{ seeds: [1], cells: 0 }, /from 1 to 864, not 0/],
    [{ seeds: [1], laws: ['pid'] }, /no law is called 'pid'/],
  ])('refuses %j', async (question, message) => {
    await expect(fastSuite.run(question, () => undefined, new AbortController().signal)).rejects.toThrow(
      message,
    );
  });
});
