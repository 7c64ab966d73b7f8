// bench: the fast suite's result as text: a line a law, and the cells in which the first law is worst.

import { type TextFormat, tableText } from '../../src/simulator/report/table.ts';
import { cellText } from './cells.ts';
import { type Regret, YARDSTICK } from './regret.ts';
import type { CellRow } from './run-cell.ts';

const SHOWN = 6;

export function fastText(
  { rows, summary }: { readonly rows: readonly CellRow[]; readonly summary: readonly Regret[] },
  format: TextFormat,
): string {
  const cells = new Set(rows.map(({ index }) => index)).size;
  const title = `fast: ${cells} cells, seven loads each; worst is the mean of the worst tenth, and the worst cell`;
  const heads = ['LAW', 'V %', 'R %', 'CHANGES/MIN', 'V - V_seen', 'worst', 'R / R_seen', 'worst'];
  const lines = summary.map((each) => [
    each.law,
    each.V.toFixed(1),
    each.R.toFixed(1),
    each.changesPerMin.toFixed(1),
    each.moreV.mean.toFixed(1),
    `${each.moreV.worstTenth.toFixed(1)}, ${each.moreV.worst.toFixed(1)}`,
    each.shareOfR.mean.toFixed(2),
    `${each.shareOfR.worstTenth.toFixed(2)}, ${each.shareOfR.worst.toFixed(2)}`,
  ]);
  return [title, '', tableText(heads, lines, format), ...worstCells(rows, format)].join('\n');
}

function worstCells(rows: readonly CellRow[], format: TextFormat): readonly string[] {
  const law = rows.find((row) => row.law === 'fluid-inflight')?.law ?? rows[0]?.law;
  const seen = new Map(rows.filter((row) => row.law === YARDSTICK).map((row) => [row.index, row]));
  const pairs = rows.flatMap((row) => {
    const best = seen.get(row.index);
    return row.law === law && law !== YARDSTICK && best !== undefined ? [{ row, best }] : [];
  });
  if (pairs.length === 0) return [];
  const worst = pairs.toSorted((a, b) => loss(b) - loss(a)).slice(0, SHOWN);
  const lines = worst.map(({ row, best }) => [
    cellText(row.cell),
    `${row.V.toFixed(1)} / ${row.R.toFixed(1)}`,
    `${best.V.toFixed(1)} / ${best.R.toFixed(1)}`,
  ]);
  return ['', tableText([`WORST CELLS OF ${law}`, 'V / R', 'V / R SEEN'], lines, format)];
}

/** In points of V and of R alike. */
function loss({ row, best }: { readonly row: CellRow; readonly best: CellRow }): number {
  return row.V - best.V + best.R - row.R;
}
