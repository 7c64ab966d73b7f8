// bench: `npm run soak -- --for 1h`: the demo with an edit, a fault and an override at random every few seconds, and what of it grows.

import { parseArgs } from 'node:util';
import { durationMs, isDuration } from '../../src/api/duration.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { messageOf } from '../../src/runtime/errors.ts';
import { elapsed, StepLine } from '../command/step-line.ts';
import { startDemo } from './demo-process.ts';
import { judge, judgedTable, MEASURES } from './measures.ts';
import { type Soaked, soak } from './soak.ts';

const HELP = `npm run soak -- [--for 1h] [--seed N]

Runs the demo, disturbs it every 2 to 6 seconds (an edit of its policy, a fault of its Marathon, an override, in turn), and prints
what memory, handles, store and record did after the first tenth of the time. Ctrl-C ends it early with what there is.

Exit code: 0 where nothing grows, 1 where something does, 2 where it could not be run.
What may grow, by the median slope of all pairs of samples over the time that is judged:
${MEASURES.map(({ name, share, least, mayGrowAnHour }) => `  ${name.padEnd(26)} ${allowance(share, least, mayGrowAnHour)}\n`).join('')}`;

function allowance(share: number, least: number, mayGrowAnHour?: number): string {
  if (mayGrowAnHour !== undefined)
    return `${mayGrowAnHour.toFixed(1)} an hour: it is bounded by its age and size`;
  return `${share * 100} %, or ${least} where that is more`;
}

const OPTIONS = {
  for: { type: 'string', default: '1h' },
  seed: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const lasts = values.for;
  if (!isDuration(lasts)) throw new Error(`--for: '${lasts}' is no duration such as 10m`);
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed: '${values.seed}' is no whole number`);
  const forMs = durationMs(lasts);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('interrupted')));
  process.once('SIGTERM', () => stop.abort(new Error('ended')));
  const isTty = process.stderr.isTTY === true;
  const line = new StepLine({ isTty, write: (text) => void process.stderr.write(text) }, systemClock);
  try {
    line.say(`seed ${seed}: the demo starts`);
    const result = await soakedDemo({ forMs, seed }, line, stop.signal);
    line.end();
    return report(result, seed);
  } finally {
    line.end();
  }
}

async function soakedDemo(
  options: { readonly forMs: number; readonly seed: number },
  line: StepLine,
  signal: AbortSignal,
): Promise<Soaked> {
  const demo = await startDemo(options.seed, signal);
  try {
    const say = (doing: string): void => line.say(`of ${elapsed(options.forMs)}: ${doing}`);
    const within = AbortSignal.any([signal, demo.ended]);
    const result = await soak(demo, options, { clock: systemClock, say }, within);
    if (!signal.aborted) demo.ended.throwIfAborted();
    return result;
  } finally {
    await demo.close();
  }
}

function report({ samples, actions, refused }: Soaked, seed: number): number {
  const judged = judge(samples);
  const lastedMs = 1_000 * ((samples.at(-1)?.atS ?? 0) - (samples[0]?.atS ?? 0));
  process.stdout.write(
    `seed ${seed}: ${elapsed(lastedMs)}, ${samples.length} samples, ${actions} disturbances, ${refused.length} refused\n${judgedTable(judged)}\n`,
  );
  return judged.some(({ grows }) => grows === true) ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 2;
}
