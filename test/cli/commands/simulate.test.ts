// `microscaling simulate` as people call it: what it prints, and what it says about bad input.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run as command } from '../../../src/cli/commands/files/simulate.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';
import { aCommandContext, optionsOf } from '../../support/command-context.ts';
import { run } from '../../support/programs/command.ts';

const dir = mkdtempSync(join(tmpdir(), 'simulate-'));
afterAll(() => rmSync(dir, { recursive: true }));

const DEMO = ['simulate', '-f', 'specs/policies/queue-demo.yaml'];

const FIGURES = ['V', 'R', 'excess', 'p95WaitS', 'changesPerMin', 'reversalsPerMin'];

describe('simulate -f', () => {
  it('compares laws on a load, in a table', async () => {
    const { code, stdout } = await run([
      ...DEMO,
      '--load',
      'spike',
      '--law',
      'policy,simple',
      '--duration',
      '5m',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^queue-demo under spike, 1 seed\nLAW +V % +R %/);
    expect(stdout).toMatch(/^policy +\d/m);
    expect(stdout).toMatch(/^note: simple: with 25 % spare slots/m);
  });

  it('writes a report that needs nothing else, and rows as JSON', async () => {
    const html = join(dir, 'report.html');
    const laws = ['--law', 'policy', '--law', 'keda-default'];
    const { code, stdout } = await run([
      ...DEMO,
      '--load',
      'sine',
      ...laws,
      '--seed',
      '3..4',
      '--html',
      html,
      '-o',
      'json',
    ]);
    expect(code).toBe(0);
    const { rows } = JSON.parse(stdout) as { rows: Record<string, unknown>[] };
    expect(rows.map(({ law, seed }) => `${law} ${seed}`)).toEqual([
      'policy 3',
      'keda-default 3',
      'policy 4',
      'keda-default 4',
    ]);
    for (const row of rows) for (const figure of FIGURES) expect(row[figure]).toBeTypeOf('number');
    const page = readFileSync(html, 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/(?:src|href)="/);
    expect(page).toContain('uPlot');
  });

  it('takes a trace, and Markdown', async () => {
    const trace = join(dir, 'trace.csv');
    writeFileSync(trace, 'at,requests\n0,10\n60,200\n120,50\n');
    const { code, stdout } = await run([...DEMO, '--trace', trace, '--law', 'policy', '-o', 'markdown']);
    expect(code).toBe(0);
    expect(stdout).toContain('| LAW | V % | R % |');
    expect(stdout).toMatch(/^\| policy \|/m);
  });

  it('makes the world from its options', async () => {
    const rows = async (...more: string[]): Promise<string> =>
      (await run([...DEMO, '--load', 'on-off', '--law', 'policy', '--duration', '3m', '-o', 'json', ...more]))
        .stdout;
    const plain = await rows();
    expect(await rows()).toBe(plain);
    const others = await Promise.all(
      [
        ['--start-delay', '8s', '--stop-delay', '5s'],
        ['--service-rate', '3', '--service-spread', '0'],
        ['--metric-error', '0.2', '--metric-age', '3s'],
        ['--seed', '2'],
      ].map((more) => rows(...more)),
    );
    expect(new Set([plain, ...others]).size).toBe(5);
  });
});

describe('bad input', () => {
  const file = ['specs/policies/queue-demo.yaml'];

  it.each([
    { flags: { file }, words: '--load NAME (step-up' },
    { flags: { file, load: 'flood' }, words: "no load is called 'flood'; there are step-up" },
    { flags: { file, load: 'sine', law: ['pid'] }, words: "no law is called 'pid'" },
    { flags: { file, load: 'sine', trace: 'x.csv' }, words: 'say what the load is' },
    { flags: { file, trace: '/no/such.csv' }, words: 'reading trace /no/such.csv' },
    { flags: { file, load: 'sine', seed: '5..1' }, words: "--seed: '5..1' is not a whole number" },
    { flags: { file, load: 'sine', metricError: '2' }, words: 'not a number from 0 to 1' },
    { flags: { file, load: 'sine', set: ['demo'] }, words: '--set is part of --suite bench' },
    { flags: { load: 'sine' }, words: 'no policy given' },
    { flags: { file: ['specs/policies'], load: 'sine' }, words: 'simulate takes one policy; here are' },
    { flags: { suite: 'bench', load: 'sine' }, words: '--suite goes without --load' },
    { flags: { suite: 'bench', set: ['huge'] }, words: "no set is called 'huge'" },
    { flags: { suite: 'other' }, words: "'other' is not one of bench" },
    {
      flags: { file, load: 'sine', law: ['policy'], duration: '10s', html: '/no/such/dir/x.html' },
      words: 'writing the report to /no/such/dir/x.html',
    },
  ])('$flags is refused with what to do', async ({ flags, words }) => {
    const { context, printed } = aCommandContext();
    const simulate = async (): Promise<number> => await command(optionsOf(flags), context);
    const error = await simulate().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TerminalError);
    expect(String(error)).toContain(words);
    expect(printed).toEqual([]);
  });
});

describe('simulate --suite bench', () => {
  it('prints rows and their means as JSON, with progress beside it', async () => {
    const { code, stdout, stderr } = await run([
      'simulate',
      '--suite',
      'bench',
      '--set',
      'demo',
      '--law',
      'fluid-inflight,oracle-causal',
      '--seed',
      '201',
      '-o',
      'json',
    ]);
    expect(code).toBe(0);
    const { rows, summary } = JSON.parse(stdout) as Record<string, Record<string, unknown>[]>;
    expect(rows).toHaveLength(18);
    for (const row of rows!) {
      expect(row).toMatchObject({ set: 'demo', seed: 201 });
      for (const figure of FIGURES) expect(row[figure]).toBeTypeOf('number');
    }
    expect(summary!.map(({ law }) => law)).toEqual(['fluid-inflight', 'oracle-causal']);
    expect(stderr).toMatch(/simulated 9 of 9/);
  });

  it('prints a table for each set', async () => {
    const { stdout } = await run([
      'simulate',
      '--suite',
      'bench',
      '--set',
      'demo',
      '--law',
      'simple',
      '--seed',
      '1..2',
    ]);
    expect(stdout).toMatch(/^demo: 10 slots, target 50; 9 loads, 2 seeds\nLAW /);
  });
});
