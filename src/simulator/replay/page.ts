// simulator: a replay as one page that needs nothing else: its figures, and both courses as charts.

import { pageOf } from '../report/html.ts';
import type { ReplayResult } from './result.ts';
import { partingText, REPLAY_COLUMNS, replayCell, serviceTexts, titleOf, verdictText } from './text.ts';

export function replayPage(result: ReplayResult): string {
  return pageOf({
    title: titleOf(result),
    command: 'microscaling replay',
    about: `Decided by the code that ships: ${verdictText(result)}; ${partingText(result)}.`,
    heads: REPLAY_COLUMNS.map(({ head, about }) => ({ head, about })),
    rows: result.rows.map((row) => ({
      name: row.who,
      cells: REPLAY_COLUMNS.map((column) => replayCell(column, row, result)),
    })),
    notes: [...serviceTexts(result), ...result.notes],
    courses: result.courses,
  });
}
