// simulator: a comparison as one page that needs nothing else: figures, and charts drawn by uPlot inside it.

import { readFileSync } from 'node:fs';
import { escapeHtml } from '../../lang/html.ts';
import type { Comparison } from '../compare.ts';
import { pooledByLaw } from '../pooled.ts';
import { COLUMNS } from './columns.ts';

export function comparisonPage(result: Comparison): string {
  const title = `${result.policy} under ${result.load}`;
  const seeds = new Set(result.rows.map(({ seed }) => seed));
  const first = [...seeds][0];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · microscaling simulate</title>
<style>${uplotFile('uPlot.min.css')}
${ownFile('page.css')}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p class="about">Simulated by the code that ships, in virtual time. Figures over ${seeds.size} seed${seeds.size === 1 ? '' : 's'}; charts of seed ${first}.</p>
${figureTable(result)}
${result.notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join('\n')}
<h2>All laws together</h2>
<div data-course="all"></div>
${result.courses
  .map(
    ({ law, about }, i) =>
      `<h2>${escapeHtml(law)}</h2>\n<p class="about">${escapeHtml(about)}</p>\n<div data-course="${i}"></div>`,
  )
  .join('\n')}
<script type="application/json" id="courses">${dataOf(result)}</script>
<script>${uplotFile('uPlot.iife.min.js')}</script>
<script type="module">${ownFile('page.js')}</script>
</body>
</html>
`;
}

function figureTable({ rows }: Comparison): string {
  const heads = COLUMNS.map(
    ({ head, about }) => `<th><abbr title="${escapeHtml(about)}">${escapeHtml(head)}</abbr></th>`,
  );
  const lines = pooledByLaw(rows).map(
    (row) =>
      `<tr><td>${escapeHtml(row.law)}</td>${COLUMNS.map(({ cell }) => `<td>${escapeHtml(cell(row))}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll"><table>
<thead><tr><th>law</th>${heads.join('')}</tr></thead>
<tbody>
${lines.join('\n')}
</tbody>
</table></div>`;
}

/** Nothing in it can end the script element. */
function dataOf({ courses }: Comparison): string {
  return JSON.stringify({ courses }).replaceAll('<', '\\u003c');
}

function ownFile(name: string): string {
  return readFileSync(new URL(`./${name}`, import.meta.url), 'utf8').trim();
}

function uplotFile(name: string): string {
  return readFileSync(new URL(name, import.meta.resolve('uplot')), 'utf8').trim();
}
