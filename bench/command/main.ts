// bench: `npm run bench`: the command line of all benches.

import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { defined } from '../../src/lang/defined.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { messageOf } from '../../src/runtime/errors.ts';
import { BENCHES } from './benches.ts';
import { benchesOf, helpText, runBenches } from './run.ts';

const OPTIONS = {
  output: { type: 'string', short: 'o' },
  seed: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  if (values.help === true) {
    process.stdout.write(helpText(BENCHES));
    return true;
  }
  const benches = benchesOf(positionals, BENCHES);
  return await runBenches(
    benches,
    { json: values.output === 'json', ...defined({ seed: values.seed }) },
    {
      clock: systemClock,
      machine: () => ({ cores: availableParallelism(), load: loadavg()[0] ?? 0 }),
      stdout: (text) => void process.stdout.write(text),
      stderr: {
        isTty: process.stderr.isTTY === true,
        write: (text) => void process.stderr.write(text),
      },
    },
  );
}

try {
  if (!(await main())) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 2;
}
