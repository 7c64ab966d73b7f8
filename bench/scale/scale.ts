// bench: `npm run bench -- scale`: what one operator can carry: 500 policies with 5,000 apps, ten times as much as 50 with 500; and
// 10,000 policies in its API.

import { type BenchResult, inParts } from '../command/bench.ts';
import type { Figure } from '../cost/measure.ts';
import { type Loaded, underLoad } from './load.ts';
import { thousandsInTheApi } from './objects.ts';
import { APPS_A_POLICY } from './policies.ts';

const SMALL = 50;
const LARGE = 500;
const LATE_MS = 100;
const ANSWER_MS = 200;
const MEMORY_MB = 512;

export async function scale(step: (doing: string) => void): Promise<BenchResult> {
  const measured = new Map<number, Loaded>();
  const load = async (policies: number): Promise<readonly Figure[]> => {
    const loaded = await underLoad(policies, step);
    measured.set(policies, loaded);
    return figuresOf(loaded);
  };
  return await inParts({
    [`${SMALL} policies`]: () => load(SMALL),
    [`${LARGE} policies`]: () => load(LARGE),
    growth: async () => growth(measured.get(SMALL), measured.get(LARGE)),
    'policies in the API': () => thousandsInTheApi(step),
  });
}

function figuresOf({ policies, rounds, late, cores, peakMb, answers, writes }: Loaded): readonly Figure[] {
  const of = `${policies} policies, ${policies * APPS_A_POLICY} apps`;
  const limited = policies === LARGE;
  const figure = (name: string, value: number, unit: string, limit: number, note: string): Figure => ({
    name: `${of}: ${name}`,
    value,
    unit,
    ...(limited && { limit }),
    note,
  });
  return [
    figure(
      'lateness, p99',
      late.p99Ms,
      'ms',
      LATE_MS,
      `of ${late.rounds} rounds, at most ${late.atMostMs} ms; ${rounds} in all, every 1 s`,
    ),
    figure('processors', cores, 'cores', 1, `${writes} writes meanwhile`),
    figure('most memory', peakMb, 'MB', MEMORY_MB, 'with a store and the recorder'),
    figure('page, p99', answers.page, 'ms', ANSWER_MS, 'its first answer'),
    figure('list of all, p99', answers.list, 'ms', ANSWER_MS, 'as JSON'),
    figure('one policy, p99', answers.one, 'ms', ANSWER_MS, 'as JSON'),
    figure('/healthz, p99', answers.health, 'ms', ANSWER_MS, 'asked in turn with the others'),
  ];
}

/** Beside ten times as many apps: 1 is linear. */
function growth(small: Loaded | undefined, large: Loaded | undefined): readonly Figure[] {
  if (small === undefined || large === undefined) return [];
  const times = large.policies / small.policies;
  const figure = (name: string, value: number): Figure => ({
    name: `growth of ${name} beside that of the apps`,
    value: value / times,
    unit: '×',
    limit: 1,
    note: `${times} times as many apps`,
  });
  return [
    figure('processors', large.cores / small.cores),
    figure('memory', large.peakMb / small.peakMb),
    figure('the list', large.answers.list / small.answers.list),
  ];
}
