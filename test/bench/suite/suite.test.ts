import { describe, expect, it } from 'vitest';
import { runJobs } from '../../../bench/suite/jobs.ts';
import { BENCH_LAWS, benchLaws } from '../../../bench/suite/laws.ts';
import type { BenchRow } from '../../../bench/suite/result.ts';
import { benchWorld, SET_NAMES } from '../../../bench/suite/sets.ts';
import { type BenchJob, benchJobs, benchResult, runJob, WORKER } from '../../../bench/suite/suite.ts';
import { spareNotes } from '../../../src/simulator/law/law.ts';
import { run } from '../../../src/simulator/run.ts';

describe('bench', () => {
  it('has the laws and sets that the README names', () => {
    expect(BENCH_LAWS.map(({ id }) => id)).toEqual([
      'fluid-queue',
      'fluid-inflight',
      'fluid-peek',
      'fluid-counters',
      'original-default',
      'original-demo',
      'original-retuned',
      'original-strict',
      'simple',
      'keda-default',
      'keda-aggressive',
      'oracle-causal',
      'oracle-seen',
      'oracle-clairvoyant',
    ]);
    expect(SET_NAMES).toEqual(['standard', 'start10', 'demo', 'small', 'stale', 'traces']);
    expect(() => benchLaws(['pid'])).toThrow(/no law is called 'pid'; there are policy, fluid-queue/);
  });

  it('runs every load of every set for every seed once', () => {
    const jobs = benchJobs(['standard', 'traces'], [1, 2]);
    expect(jobs).toHaveLength(2 * 9 + 2 * 5);
    expect(new Set(jobs.map(({ set, load, seed }) => `${set} ${load} ${seed}`)).size).toBe(28);
  });

  it('gives the same rows on threads as here, and the same again', async () => {
    const jobs = benchJobs(['demo'], [5, 6], ['fluid-inflight', 'keda-default']).slice(0, 4);
    const here = jobs.flatMap(runJob);
    const seen: number[] = [];
    const rows = await runJobs<BenchJob, BenchRow>(
      jobs,
      WORKER,
      ({ done }) => seen.push(done),
      new AbortController().signal,
    );
    expect(benchResult(jobs, rows).rows).toEqual(benchResult(jobs, here).rows);
    expect(jobs.flatMap(runJob)).toEqual(here);
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it('stops when it is aborted', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const jobs = benchJobs(['standard'], [1], ['fluid-inflight']);
    await expect(runJobs(jobs, WORKER, () => stop.abort(reason), stop.signal)).rejects.toBe(reason);
  });

  it('pools over loads and seeds', () => {
    const jobs = benchJobs(['demo'], [1], ['simple']).slice(0, 2);
    const { rows, summary, notes } = benchResult(jobs, jobs.flatMap(runJob));
    expect(summary).toHaveLength(1);
    expect(summary[0]).toMatchObject({ set: 'demo', law: 'simple', V: (rows[0]!.V + rows[1]!.V) / 2 });
    expect(notes[0]).toMatch(/^simple: with 25 % spare slots/);
  });

  it('says which laws have spare slots', () => {
    const given = BENCH_LAWS.filter(({ spare }) => spare > 0).map(({ id }) => id);
    expect(given).toEqual(['original-default', 'original-demo', 'original-retuned', 'simple']);
    expect(spareNotes(benchLaws(['keda-default', 'original-strict']))).toEqual([]);
  });

  it.each(benchLaws(['policy', ...BENCH_LAWS.map(({ id }) => id)]))(
    '$id keeps messages and slots together',
    (law) => {
      const world = run(law, { ...benchWorld('standard', 'on-off', 9), steps: 2_000 });
      const queue = world.members[0]!.queue!;
      expect(queue.arrived).toBe(queue.done + queue.inFlight + queue.waiting);
      for (let k = 0; k < 2_000; k++) {
        const held = world.members.reduce(
          (sum, { series }) => sum + series.running[k]! + series.staging[k]! + series.killing[k]!,
          0,
        );
        if (held > 40 * (1 + law.spare)) expect.fail(`${held} instances in step ${k}`);
      }
    },
  );

  it('meets every law with the same chance', () => {
    const arrived = BENCH_LAWS.map((law) => {
      const world = run(law, { ...benchWorld('standard', 'walk', 3), steps: 1_000 });
      return world.members[0]!.queue!.arrived;
    });
    expect(new Set(arrived).size).toBe(1);
  });
});
