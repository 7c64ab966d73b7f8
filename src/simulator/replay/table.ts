// simulator: a replay as rows of texts, for pages.

import type { ReplayTable } from '../../api/words/replay-table.ts';
import type { ReplayResult } from './result.ts';
import { partingText, REPLAY_COLUMNS, replayCell, serviceTexts, titleOf, verdictText } from './text.ts';

export function replayTable(result: ReplayResult): ReplayTable {
  return {
    title: titleOf(result),
    verdict: verdictText(result),
    heads: REPLAY_COLUMNS.map(({ head, about }) => ({ head, about })),
    rows: result.rows.map((row) => ({
      name: row.who,
      cells: REPLAY_COLUMNS.map((column) => replayCell(column, row, result)),
    })),
    notes: [partingText(result), ...serviceTexts(result), ...result.notes],
  };
}
