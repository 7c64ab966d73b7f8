// server/dashboard: running instances of each app, stacked by priority, against the capacity.

/** @import { Axis, ChartData, Decision, PageApp, PagePool, TroubleSpan } from '../../dashboard-types.ts' */

import { canvasColour, paint, themeColour } from '../colours.js';
import { el, keep, setAttribute, setText } from '../dom.js';
import { count } from '../format.js';
import { decisionMarks } from './marks.js';
import { plot, stepped } from './plot.js';
import { troubleBar } from './trouble-bar.js';

/**
 * @param {ChartData} past
 * @param {Axis} axis
 */
export function instancesChart(past, axis) {
  const legend = el('ul', { class: 'legend' });
  /** @type {number | undefined} */
  let row;
  /** @type {PagePool | undefined} */
  let shown;
  const showLegend = () => {
    if (shown === undefined) return;
    const items = shown.apps.map((app) => ({ app, count: countAt(past, app, row) }));
    keep(legend, items, { key: ({ app }) => app.id, create: legendEntry });
  };
  /** @param {number | undefined} next */
  const hover = (next) => {
    row = next;
    showLegend();
  };
  const chart = plot(axis, { height: 220, timeLabels: true, floor: 2, hover });
  const marks = decisionMarks(chart);
  const bar = troubleBar(chart);
  chart.node.append(marks.node, bar.node);
  const head = el('div', { class: 'metric-head' }, el('strong', {}, 'Instances running'), legend);
  const node = el('figure', { class: 'metric', 'data-testid': 'instances' }, head, chart.node);
  return {
    node,
    /**
     * @param {PagePool} pool
     * @param {{ decisions: readonly Decision[], troubles: readonly TroubleSpan[] }} then
     */
    update(pool, { decisions, troubles }) {
      shown = pool;
      showLegend();
      const label = pool.apps.map((app) => `${app.title} ${app.running}`).join(', ');
      setAttribute(
        chart.node,
        'aria-label',
        `instances over time; ${axis.chosen() === undefined ? 'now' : 'then'}: ${label}`,
      );
      const stacked = pool.apps.filter((app) => app.role !== 'fixed');
      const beside = pool.apps.filter((app) => app.role === 'fixed');
      const sums = stack(stacked.map((app) => past.column(app.runningSeries)));
      chart.update({
        shape: JSON.stringify(pool.apps.map((app) => [app.id, app.colour])),
        series: () => [...stacked.map(layer).reverse(), ...beside.map(line), limit()],
        data: [
          past.times,
          ...sums.reverse(),
          ...beside.map((app) => past.column(app.runningSeries)),
          past.column(pool.capacitySeries),
        ],
      });
      marks.update(decisions);
      bar.update(troubles, axis.range());
    },
  };
}

/**
 * Running totals from the first column up; drawn from the last down, each hides the part of the next below it.
 *
 * @param {(number | null)[][]} columns
 */
function stack(columns) {
  const known = columns[0]?.map((_, row) => columns.some((column) => column[row] !== null)) ?? [];
  let below = known.map(() => 0);
  return columns.map((column) => {
    below = column.map((value, row) => (below[row] ?? 0) + (value ?? 0));
    return below.map((sum, row) => (known[row] ? sum : null));
  });
}

/** @param {PageApp} app */
function layer({ colour }) {
  const fill = canvasColour(colour);
  return { stroke: themeColour('surface'), fill, width: 1.5, paths: stepped, points: { show: false } };
}

/** @param {PageApp} app */
function line({ colour }) {
  return { stroke: canvasColour(colour), width: 2, dash: [2, 3], paths: stepped, points: { show: false } };
}

function limit() {
  return { stroke: themeColour('text'), width: 1.5, dash: [6, 5], paths: stepped, points: { show: false } };
}

/**
 * Now, or at the row under the pointer.
 *
 * @param {ChartData} past
 * @param {PageApp} app
 * @param {number | undefined} row
 */
function countAt(past, app, row) {
  if (row === undefined) return app.exists ? app.running : undefined;
  return past.column(app.runningSeries)[row] ?? undefined;
}

function legendEntry() {
  const text = el('span');
  const chip = el('span', { class: 'chip' });
  const node = el('li', {}, chip, text);
  /** @param {{ app: PageApp, count: number | undefined }} item */
  const update = ({ app, count: n }) => {
    paint(node, app.colour);
    chip.classList.toggle('dotted', app.role === 'fixed');
    setText(text, `${app.name} ${n === undefined ? '–' : count(n)}`);
    setAttribute(node, 'title', app.title);
  };
  return Object.assign(node, { update });
}
