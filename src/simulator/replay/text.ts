// simulator: a replay as text: aligned for people, or Markdown for pull requests.

import { heading, noteLine, type TextFormat, tableText } from '../report/table.ts';
import type { Range, ReplayResult, ReplayRow } from './result.ts';

interface ReplayColumn {
  readonly head: string;
  readonly of: (row: ReplayRow) => number | undefined;
  readonly digits: number;
  /** In the ranges of the result. */
  readonly range?: 'V' | 'R' | 'changesPerMin' | 'remainderMinutes';
}

export const REPLAY_COLUMNS: readonly ReplayColumn[] = [
  { head: 'V %', of: (row) => row.V, digits: 1, range: 'V' },
  { head: 'R %', of: (row) => row.R, digits: 1, range: 'R' },
  { head: 'CHANGES/MIN', of: (row) => row.changesPerMin, digits: 1, range: 'changesPerMin' },
  { head: 'REVERSALS/MIN', of: (row) => row.reversalsPerMin, digits: 1 },
  { head: 'P95 WAIT S', of: (row) => row.p95WaitS, digits: 1 },
  { head: 'BUDGET SPENT %', of: (row) => row.budgetSpent, digits: 0 },
  { head: 'REMAINDER MIN', of: (row) => row.remainderMinutes, digits: 1, range: 'remainderMinutes' },
];

const MEANING =
  "V: time above the target; R: the remainder's instance-seconds, of a fluid optimum's; remainder: its instance-minutes";

export function replayText(result: ReplayResult, format: TextFormat): string {
  const heads = ['', ...REPLAY_COLUMNS.map(({ head }) => head)];
  const rows = result.rows.map((row) => [
    row.who,
    ...REPLAY_COLUMNS.map((column) => cell(column, row, result)),
  ]);
  const notes = [MEANING, partingText(result), ...serviceTexts(result), ...result.notes];
  return [
    heading(titleOf(result), format),
    tableText(heads, rows, format),
    ...notes.flatMap((note) => ['', noteLine(note, format)]),
  ].join('\n');
}

export function titleOf({ policy, fromMs, toMs, rounds }: ReplayResult): string {
  return `${policy} against the record from ${clock(fromMs)} to ${clock(toMs)} (${rounds} rounds)`;
}

/** The verdict in a sentence. */
export function partingText({ parting }: ReplayResult): string {
  return parting === undefined
    ? 'it asks for the same counts in every round'
    : `at ${clock(parting.atMs)} it asks for another count first (${parting.why}); from then on arrivals are as recorded, and instances are modelled`;
}

export function serviceTexts({ service, delays, parting }: ReplayResult): readonly string[] {
  if (parting === undefined) return [];
  const rates = Object.entries(service).map(
    ([app, { perS, sd, from }]) =>
      `${app} works off ${perS.toPrecision(3)}/s per instance, ± ${sd.toPrecision(2)} (${from === 'counted' ? "counted by its queue's source" : 'as its law had learned, or as you said'})`,
  );
  return [
    ...rates,
    `instances take ${seconds(delays.startMs)} s to start and ${seconds(delays.stopMs)} s to stop; ranges are those of the service rate's doubt`,
  ];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

function cell({ of, digits, range }: ReplayColumn, row: ReplayRow, { ranges }: ReplayResult): string {
  const value = of(row);
  if (value === undefined || !Number.isFinite(value)) return '–';
  const text = value.toFixed(digits);
  const within: Range | undefined =
    row.who === 'replayed' && range !== undefined ? ranges?.[range] : undefined;
  if (within === undefined) return text;
  const [low, high] = within.map((each) => each.toFixed(digits));
  return low === high ? text : `${text} (${low}–${high})`;
}

function clock(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
