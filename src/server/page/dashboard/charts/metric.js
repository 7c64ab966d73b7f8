// server/dashboard: one metric against its target.

/** @import { Axis, ChartData, MetricItem, PageMetric } from '../../dashboard-types.ts' */

import { canvasColour, paint, themeColour } from '../colours.js';
import { el, setAttribute, setText } from '../dom.js';
import { giveOrTake, number, time } from '../format.js';
import { plot, stepped } from './plot.js';

/** @type {Readonly<Record<string, string>>} */
const UNITS = { messages: 'waiting', seconds: 's' };

/**
 * @param {ChartData} past
 * @param {Axis} axis
 * @param {{ id: string, index: number, small: boolean }} place one of many is small
 */
export function metricChart(past, axis, { id, index, small }) {
  const label = el('strong');
  const value = el('span', { class: 'big', 'data-testid': 'metric-value' });
  const target = el('span', { class: 'counts' });
  const hovered = el('span', { class: 'hovered', 'data-testid': 'metric-hovered' });
  const head = el(
    'div',
    { class: 'metric-head' },
    el('span', { class: 'chip' }),
    label,
    value,
    target,
    hovered,
  );
  const budget = el('meter', { class: 'budget', min: '0', max: '100', low: '50', high: '80', optimum: '0' });
  const spent = el('span', { class: 'counts' });
  const objective = el('div', { class: 'objective', 'data-testid': 'objective' }, budget, spent);
  /** @type {PageMetric | undefined} */
  let shown;
  /** @param {number | undefined} row */
  const hover = (row) => {
    if (row === undefined || shown === undefined) setText(hovered, '');
    else setText(hovered, `then ${giveOrTake(figureAt(past, shown, row))}`);
  };
  const chart = plot(axis, { height: small ? 80 : 180, timeLabels: false, floor: 10, hover });
  const node = el(
    'figure',
    { class: 'metric', 'data-testid': 'metric', 'data-app': id, 'data-index': index },
    head,
    objective,
    chart.node,
  );
  /** @param {MetricItem} item */
  const update = ({ app, metric }) => {
    shown = metric;
    paint(node, app.colour);
    setAttribute(label, 'title', app.title);
    const name = metric.targetName === undefined ? metric.label : `${metric.targetName}: ${metric.label}`;
    setText(label, small ? `${app.title}: ${name}` : name);
    setText(value, metric.infinite ? '∞' : metric.state === 'unavailable' ? '–' : giveOrTake(metric));
    setText(target, words(metric));
    setAttribute(target, 'title', metric.reason);
    setAttribute(node, 'data-state', metric.state);
    setAttribute(node, 'data-over', metric.state === 'ok' && (metric.infinite === true || over(metric)));
    setAttribute(
      chart.node,
      'aria-label',
      `${name} over time; ${axis.chosen() === undefined ? 'now' : 'then'} ${value.textContent} ${words(metric)}`,
    );
    objective.hidden = metric.budget === undefined;
    if (metric.budget !== undefined) {
      setAttribute(budget, 'value', String(Math.min(100, metric.budget.spent)));
      setAttribute(budget, 'aria-label', metric.budget.text);
      setText(spent, metric.budget.text);
    }
    chart.update({
      shape: JSON.stringify(app.colour),
      series: () => [
        { stroke: themeColour('text'), width: 1.5, dash: [6, 5], paths: stepped, points: { show: false } },
        {
          stroke: canvasColour(app.colour),
          fill: canvasColour(app.colour, 0.18),
          width: 2.5,
          points: { show: false },
        },
      ],
      data: [past.times, past.column(metric.targetSeries), past.column(metric.valueSeries)],
    });
  };
  return Object.assign(node, { update });
}

/**
 * @param {ChartData} past
 * @param {PageMetric} metric
 * @param {number} row
 */
function figureAt(past, { valueSeries, marginSeries }, row) {
  const value = past.column(valueSeries)[row];
  const valueMargin = past.column(marginSeries)[row];
  return { value: value ?? undefined, valueMargin: valueMargin ?? undefined };
}

/** @param {PageMetric} metric */
function over({ value, target }) {
  return value !== undefined && target !== undefined && value > target;
}

/** @param {PageMetric} metric */
function words(metric) {
  const target = targetOf(metric);
  if (metric.state === 'unavailable') return `not read · ${target}`;
  const old = metric.state === 'stale' && metric.atMs !== undefined ? `, as of ${time(metric.atMs)}` : '';
  const why = metric.state === 'ok' && metric.reason !== undefined ? `, ${metric.reason}` : '';
  const held = metric.inFlight === undefined ? '' : `, ${number(metric.inFlight)} in flight`;
  return `${UNITS[metric.unit] ?? metric.unit}${held}${old}${why} · ${target}`;
}

/** @param {PageMetric} metric */
function targetOf({ target, perInstance }) {
  return target === undefined
    ? `target ${number(perInstance?.target)} per instance`
    : `target ${number(target)}`;
}
