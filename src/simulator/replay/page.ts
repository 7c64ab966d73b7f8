// simulator: a replay as one page that needs nothing else: its figures, and both courses as charts.

import { pageOf } from '../report/html.ts';
import type { ReplayResult } from './result.ts';
import { replayTable } from './table.ts';

export function replayPage(result: ReplayResult): string {
  const { title, verdict, heads, rows, notes } = replayTable(result);
  const [parting = '', ...others] = notes;
  return pageOf({
    title,
    command: 'microscaling replay',
    about: `Decided by the code that ships: ${verdict}; ${parting}.`,
    heads,
    rows,
    notes: others,
    courses: result.courses,
  });
}
