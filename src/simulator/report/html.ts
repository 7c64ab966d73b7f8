// simulator: a comparison as one page that needs nothing else: figures, and charts drawn by uPlot inside it.

import { readFileSync } from 'node:fs';
import { escapeHtml } from '../../lang/html.ts';
import type { Comparison } from '../compare.ts';
import { pooledByLaw } from '../pooled.ts';
import { ABOUT_MARGIN, COLUMNS, figureLines } from './columns.ts';
import { verdict } from './verdict.ts';

export interface ReportPage {
  readonly title: string;
  /** What wrote it. */
  readonly command: string;
  readonly about: string;
  readonly heads: readonly { readonly head: string; readonly about: string }[];
  readonly rows: readonly { readonly name: string; readonly cells: readonly string[] }[];
  readonly notes: readonly string[];
  readonly courses: Comparison['courses'];
}

export function comparisonPage(result: Comparison): string {
  const seeds = new Set(result.rows.map(({ seed }) => seed));
  const first = [...seeds][0];
  return pageOf({
    title: `${result.policy} under ${result.load}`,
    command: 'microscaling simulate',
    about: `Simulated by the code that ships, in virtual time. Figures over ${seeds.size} seed${seeds.size === 1 ? '' : 's'}; charts of seed ${first}.`,
    heads: COLUMNS,
    rows: pooledByLaw(result.rows).flatMap(figureLines),
    notes: [...result.notes, ...(seeds.size > 1 ? [ABOUT_MARGIN] : []), verdict(pooledByLaw(result.rows))],
    courses: result.courses,
  });
}

export function pageOf(page: ReportPage): string {
  const { title, command, about, notes, courses } = page;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · ${escapeHtml(command)}</title>
<style>${uplotFile('uPlot.min.css')}
${ownFile('page.css')}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p class="about">${escapeHtml(about)}</p>
${figureTable(page)}
${notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join('\n')}
<h2>All laws together</h2>
<div data-course="all"></div>
${courses
  .map(
    ({ law, about: of }, i) =>
      `<h2>${escapeHtml(law)}</h2>\n<p class="about">${escapeHtml(of)}</p>\n<div data-course="${i}"></div>`,
  )
  .join('\n')}
<script type="application/json" id="courses">${dataOf(courses)}</script>
<script>${uplotFile('uPlot.iife.min.js')}</script>
<script type="module">${ownFile('page.js')}</script>
</body>
</html>
`;
}

function figureTable({ heads, rows }: ReportPage): string {
  const titled = heads.map(
    ({ head, about }) => `<th><abbr title="${escapeHtml(about)}">${escapeHtml(head)}</abbr></th>`,
  );
  const lines = rows.map(
    ({ name, cells }) =>
      `<tr><td>${escapeHtml(name)}</td>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll"><table>
<thead><tr><th>law</th>${titled.join('')}</tr></thead>
<tbody>
${lines.join('\n')}
</tbody>
</table></div>`;
}

/** Nothing in it can end the script element. */
function dataOf(courses: Comparison['courses']): string {
  return JSON.stringify({ courses }).replaceAll('<', '\\u003c');
}

function ownFile(name: string): string {
  return readFileSync(new URL(`./${name}`, import.meta.url), 'utf8').trim();
}

function uplotFile(name: string): string {
  return readFileSync(new URL(name, import.meta.resolve('uplot')), 'utf8').trim();
}
