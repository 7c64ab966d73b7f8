// simulator: a replay as text: aligned for people, or Markdown for pull requests.

import { giveOrTake } from '../../api/words/figures.ts';
import { heading, noteLine, type TextFormat, tableText } from '../report/table.ts';
import type { Service } from './inference.ts';
import type { Range, Ranged, ReplayResult, ReplayRow } from './result.ts';

interface ReplayColumn {
  readonly head: string;
  /** What it is, for people who see it for the first time. */
  readonly about: string;
  readonly of: (row: ReplayRow) => number | undefined;
  readonly digits: number;
  readonly range: Ranged;
}

export const REPLAY_COLUMNS: readonly ReplayColumn[] = [
  { head: 'V %', about: 'time above the target', of: (row) => row.V, digits: 1, range: 'V' },
  {
    head: 'R %',
    about: "the remainder's instance-seconds, of a fluid optimum's",
    of: (row) => row.R,
    digits: 1,
    range: 'R',
  },
  {
    head: 'CHANGES/MIN',
    about: 'changes of the count',
    of: (row) => row.changesPerMin,
    digits: 1,
    range: 'changesPerMin',
  },
  {
    head: 'REVERSALS/MIN',
    about: 'changes against the last one',
    of: (row) => row.reversalsPerMin,
    digits: 1,
    range: 'reversalsPerMin',
  },
  {
    head: 'P95 WAIT S',
    about: '95th percentile of the wait',
    of: (row) => row.p95WaitS,
    digits: 1,
    range: 'p95WaitS',
  },
  {
    head: 'BUDGET SPENT %',
    about: 'of the time that an objective lets be missed',
    of: (row) => row.budgetSpent,
    digits: 0,
    range: 'budgetSpent',
  },
  {
    head: 'REMAINDER MIN',
    about: 'instance-minutes of background work',
    of: (row) => row.remainderMinutes,
    digits: 1,
    range: 'remainderMinutes',
  },
];

const MEANING = REPLAY_COLUMNS.slice(0, 2)
  .map(({ head, about }) => `${head}: ${about}`)
  .join('; ');

export function replayText(result: ReplayResult, format: TextFormat): string {
  const heads = ['', ...REPLAY_COLUMNS.map(({ head }) => head)];
  const rows = result.rows.map((row) => [
    row.who,
    ...REPLAY_COLUMNS.map((column) => replayCell(column, row, result)),
  ]);
  const notes = [verdictText(result), MEANING, partingText(result), ...serviceTexts(result), ...result.notes];
  return [
    heading(titleOf(result), format),
    tableText(heads, rows, format),
    ...(format === 'markdown' ? [] : ['']),
    ...notes.map((note) => noteLine(note, format)),
  ].join('\n');
}

export function titleOf({ policy, fromMs, toMs, rounds }: ReplayResult): string {
  return `${policy} against the record from ${clock(fromMs)} to ${clock(toMs)} (${rounds} rounds)`;
}

/** What it would have been worth, in a sentence. */
export function verdictText(result: ReplayResult): string {
  if (result.parting === undefined) return 'nothing would have been different';
  const [was, now] = result.rows;
  const change = (head: string): string => {
    const column = REPLAY_COLUMNS.find((each) => each.head === head);
    if (column === undefined) throw new RangeError(`no column is called ${head}`);
    return `${replayCell(column, now, result)} in the place of ${replayCell(column, was, result)}`;
  };
  return `above the target ${change('V %')} % of the time, ${change('CHANGES/MIN')} changes a minute, background work ${change('REMAINDER MIN')} instance-minutes`;
}

/** How long it is what happened, and from when on a model. */
export function partingText({ parting }: ReplayResult): string {
  return parting === undefined
    ? 'it asks for the same counts in every round'
    : `from ${clock(parting.atMs)} on arrivals are as recorded and instances are modelled (${parting.why}); before, it asks for the same counts`;
}

export function serviceTexts({ service, delays, parting }: ReplayResult): readonly string[] {
  if (parting === undefined) return [];
  const rates = Object.entries(service).map(
    ([app, { perS, sd, from }]) =>
      `${app} works off ${from === 'said' ? perS.toPrecision(3) : giveOrTake(perS, 2 * sd)}/s per instance (${FROM[from]})`,
  );
  return [
    ...rates,
    `instances take ${startText(delays)} to start and ${stopText(delays)} to stop; ranges are those of the service rate's doubt, two deviations either way`,
  ];
}

const FROM: Readonly<Record<Service['from'], string>> = {
  counted: "counted by its queue's source",
  learned: 'as its law had learned',
  inferred:
    'inferred from how its queue went: nobody counts, and its law learns no rate; --service-rate says another',
  said: 'as you said',
};

function startText({ startMs, start90Ms, launches }: ReplayResult['delays']): string {
  if (launches === 0 || start90Ms === undefined) return `${seconds(startMs)} s (assumed, no launch was seen)`;
  // What nine in ten of fewer than ten did not exceed is what the slowest took.
  const most = launches < 10 ? 'slowest' : '90 % within';
  return `${seconds(startMs)} s (${most} ${seconds(start90Ms)} s, of ${launches} seen)`;
}

function stopText({ stopMs, stops }: ReplayResult['delays']): string {
  return `${seconds(stopMs)} s (${stops === 0 ? 'assumed, none was seen to stop' : `mean of ${stops} seen`})`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

/** One figure of a row, with its range where it has one. */
export function replayCell(
  { of, digits, range }: ReplayColumn,
  row: ReplayRow,
  { ranges }: ReplayResult,
): string {
  const value = of(row);
  if (value === undefined || !Number.isFinite(value)) return '–';
  const text = value.toFixed(digits);
  const within: Range | undefined = row.who === 'replayed' ? ranges?.[range] : undefined;
  if (within === undefined) return text;
  const [low, high] = within.map((each) => each.toFixed(digits));
  return low === high ? text : `${text} (${low}–${high})`;
}

function clock(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
