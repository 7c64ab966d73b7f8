// simulator: a replay as rows of texts, for pages.

import type { ReplayResult } from './result.ts';
import { partingText, REPLAY_COLUMNS, replayCell, serviceTexts, titleOf, verdictText } from './text.ts';

export interface ReplayTable {
  readonly title: string;
  /** What it would have been worth, in a sentence. */
  readonly verdict: string;
  readonly heads: readonly { readonly head: string; readonly about: string }[];
  /** What happened, then what would have. */
  readonly rows: readonly { readonly name: string; readonly cells: readonly string[] }[];
  readonly notes: readonly string[];
}

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
