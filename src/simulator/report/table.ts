// simulator: results as text: aligned for people, or Markdown for pull requests.

import type { Comparison } from '../compare.ts';
import { pooledByLaw } from '../pooled.ts';
import { ABOUT_MARGIN, COLUMNS, type FigureRow, figureLines } from './columns.ts';
import { verdict } from './verdict.ts';

export type TextFormat = 'table' | 'markdown';

export function comparisonText(result: Comparison, format: TextFormat): string {
  const seeds = new Set(result.rows.map(({ seed }) => seed)).size;
  const title = `${result.policy} under ${result.load}, ${seeds} seed${seeds === 1 ? '' : 's'}`;
  const laws = pooledByLaw(result.rows);
  const parts = [heading(title, format), lawTable(laws, format), '', legend(format, seeds > 1)];
  const notes = result.notes.flatMap((note) => ['', noteLine(note, format)]);
  return [...parts, ...notes, '', verdict(laws)].join('\n');
}

export function heading(title: string, format: TextFormat): string {
  return format === 'markdown' ? `### ${title}\n` : title;
}

export function noteLine(note: string, format: TextFormat): string {
  return format === 'markdown' ? `\n${note}` : `note: ${note}`;
}

/** What each column is, and each line where some are margins. */
function legend(format: TextFormat, hasMargins: boolean): string {
  const columns = COLUMNS.map(({ head, about }) => `${head}: ${about}`);
  const meanings = hasMargins ? [...columns, ABOUT_MARGIN] : columns;
  return format === 'markdown' ? meanings.map((meaning) => `- ${meaning}`).join('\n') : meanings.join('\n');
}

export function lawTable(
  laws: readonly (FigureRow & { readonly law: string })[],
  format: TextFormat,
): string {
  const heads = ['LAW', ...COLUMNS.map(({ head }) => head)];
  const rows = laws.flatMap(figureLines).map(({ name, cells }) => [name, ...cells]);
  return tableText(heads, rows, format);
}

/** The first column holds names, all others figures. */
export function tableText(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  format: TextFormat,
): string {
  return format === 'markdown' ? markdown(heads, rows) : aligned(heads, rows);
}

function markdown(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = heads.map((_, i) => (i === 0 ? '---' : '---:'));
  return [line(heads), line(rule), ...rows.map(line)].join('\n');
}

function aligned(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, ...rows];
  const widths = heads.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  '),
    )
    .join('\n');
}
