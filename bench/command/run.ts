// bench: runs benches by name, one after the other, and prints what each has found as it ends.

import type { Clock } from '../../src/runtime/clock.ts';
import { messageOf, TerminalError } from '../../src/runtime/errors.ts';
import type { Bench, BenchOptions, BenchResult } from './bench.ts';
import { StepLine, type StepOutput } from './step-line.ts';
import { type Machine, machineText, resultsJson, resultText } from './text.ts';

export interface BenchDeps {
  readonly clock: Clock;
  readonly machine: () => Machine;
  readonly stdout: (text: string) => void;
  readonly stderr: StepOutput;
}

/**
 * Those of these names, in the order of the table; without names, those that are run by default.
 *
 * @throws TerminalError for a name that none has
 */
export function benchesOf(names: readonly string[], all: readonly Bench[]): readonly Bench[] {
  const unknown = names.filter((name) => all.every((bench) => bench.name !== name));
  if (unknown.length > 0)
    throw new TerminalError(
      `no bench is named ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`,
    );
  return all.filter(({ name, byDefault }) => (names.length === 0 ? byDefault : names.includes(name)));
}

export function helpText(all: readonly Bench[]): string {
  const lines = (benches: readonly Bench[]): string =>
    benches.map(({ name, help }) => `  ${name.padEnd(10)} ${help}\n`).join('');
  return `npm run bench -- [NAME...] [-o json] [--seed SEEDS]

Measures and reports; asserts nothing. Where none is named, these are run:
${lines(all.filter(({ byDefault }) => byDefault))}
Others, by name only:
${lines(all.filter(({ byDefault }) => !byDefault))}`;
}

/** @returns whether all have come to their end */
export async function runBenches(
  benches: readonly Bench[],
  { json, ...options }: BenchOptions & { readonly json: boolean },
  { clock, machine, stdout, stderr }: BenchDeps,
): Promise<boolean> {
  const line = new StepLine(stderr, clock);
  const before = machine();
  const results = new Map<string, BenchResult>();
  const print = (text: string): void => {
    line.clear();
    stdout(text);
  };
  let isComplete = true;
  const fail = ({ name }: Bench, why: string): void => {
    isComplete = false;
    line.clear();
    stderr.write(`${name} failed: ${why}\n`);
  };
  if (!json) print(machineText(before));
  for (const [i, bench] of benches.entries()) {
    const which = `bench ${i + 1} of ${benches.length}, ${bench.name}`;
    line.say(which);
    try {
      const result = await bench.run(options, (doing) => line.say(`${which}: ${doing}`));
      results.set(bench.name, result);
      if (!json) print(`\n${resultText(result)}`);
      for (const failure of result.failures ?? []) fail(bench, failure);
    } catch (error) {
      fail(bench, messageOf(error));
    }
  }
  line.end();
  if (json) stdout(resultsJson(before, results));
  return isComplete;
}
