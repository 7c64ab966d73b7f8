// `npm run soak`, as people start it: the real demo is disturbed, measured, and gone in the end.

import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { MEASURES } from '../../../bench/soak/measures.ts';
import { killGroup, processesWith, type RunningCommand, start } from '../../support/programs/command.ts';
import { until } from '../../support/until.ts';

const MARK = 'SOAK_TEST';
/** The time that is asked for, and a start and an end on a machine with other things to do. */
const WITHIN_MS = 200_000;

let running: RunningCommand | undefined;
afterEach(() => killGroup(running));

function soak(mark: string, ...args: readonly string[]): RunningCommand {
  running = start(args, { script: 'bench/soak/main.ts', env: { [MARK]: mark } });
  return running;
}

/** The table's lines, by what they measure: four numbers, what may grow, and a word. */
function measured(stdout: string): ReadonlyMap<string, readonly string[]> {
  const lines = stdout.split('\n');
  return new Map(
    MEASURES.map(({ name }) => {
      const line = lines.find((each) => each.startsWith(name)) ?? '';
      return [name, line.slice(name.length).trim().split(/ {2,}/)] as const;
    }),
  );
}

const DISTURBANCE = /(?:edit|fault|override): /g;
const WORDS = /^(steady|GROWS|too short to say)$/;
const NUMBERS = Array.from({ length: 5 }, () => expect.stringMatching(/^-?\d+\.\d\d$/));

describe('a soak of the real demo', { timeout: WITHIN_MS + 60_000, concurrent: false }, () => {
  it('disturbs it for as long as it is told, prints what grew, and leaves no process behind', async () => {
    const mark = randomUUID();
    const command = soak(mark, '--for', '8s', '--seed', '7');
    const code = await command.ended;
    expect(command.stderr()).toMatch(DISTURBANCE);
    expect(command.stdout()).toMatch(/^seed 7: 0:\d\d, \d+ samples, [1-9]\d* disturbances, \d+ refused\n/);
    const found = measured(command.stdout());
    for (const [name, cells] of found)
      expect(cells, name).toEqual([...NUMBERS, expect.stringMatching(WORDS)]);
    // So soon after its start a demo may well grow: what counts is that the exit code says so.
    const grows = [...found.values()].some((cells) => cells.at(-1) === 'GROWS');
    expect(code).toBe(grows ? 1 : 0);
    await until('no process of the demo', async () => processesWith(MARK, mark).length === 0, 30_000);
  });

  it('is ended early by Ctrl-C, with the table so far', async () => {
    const mark = randomUUID();
    const command = soak(mark, '--for', '1h', '--seed', '8');
    await until(
      'two disturbances',
      async () => [...command.stderr().matchAll(DISTURBANCE)].length > 1,
      WITHIN_MS,
    );
    command.child.kill('SIGINT');
    expect([0, 1]).toContain(await command.ended);
    expect([...measured(command.stdout()).keys()]).toEqual(MEASURES.map(({ name }) => name));
    expect(command.stdout()).toMatch(/^seed 8: 0:\d\d, /);
    await until('no process of the demo', async () => processesWith(MARK, mark).length === 0, 30_000);
  });

  it.each([
    { args: ['--for', 'soon'], why: "--for: 'soon' is no duration" },
    { args: ['--seed', 'x'], why: "--seed: 'x' is no whole number" },
    { args: ['--fro', '1m'], why: '--fro' },
  ])('refuses $args with a sentence', async ({ args, why }) => {
    const command = soak(randomUUID(), ...args);
    expect([await command.ended, command.stderr()]).toEqual([2, expect.stringContaining(why)]);
    expect(command.stdout()).toBe('');
  });
});
