// server/dashboard: on one time axis, each metric against its target and the instances stacked by priority.

/** @import { Axis, Desk, MetricItem, PagePool } from '../../dashboard-types.ts' */

import { el, keep, setAttribute } from '../dom.js';
import { time } from '../format.js';
import { instancesChart } from './instances.js';
import { metricChart } from './metric.js';

/** @type {[number, string][]} */
const WINDOWS = [
  [60, '1 min'],
  [300, '5 min'],
  [900, '15 min'],
];

/** @param {Desk} desk */
export function poolCharts({ past, decisions }) {
  const sync = `pool-${Math.random()}`;
  let windowS = 300;
  /** @type {PagePool | undefined} */
  let shown;
  /** @type {Axis} */
  const axis = {
    sync,
    range: () => span(past.times, windowS),
    readout: (t) => readout.replaceChildren(t === undefined ? '' : `at ${time(t * 1000)}`),
  };
  const readout = el('span', { class: 'readout' });
  const buttons = WINDOWS.map(([seconds, label]) => {
    const button = el('button', { type: 'button', 'aria-pressed': String(seconds === windowS) }, label);
    button.addEventListener('click', () => {
      windowS = seconds;
      for (const other of buttons) setAttribute(other, 'aria-pressed', String(other === button));
      if (shown !== undefined) update(shown);
    });
    return button;
  });
  const metrics = el('div', { class: 'metrics' });
  const instances = instancesChart(past, axis);
  const head = el(
    'div',
    { class: 'card-head' },
    el('h2', {}, 'Queues and instances'),
    readout,
    el('div', { class: 'windows', role: 'group', 'aria-label': 'time shown' }, ...buttons),
  );
  const node = el(
    'section',
    { class: 'card charts', 'data-testid': 'charts' },
    head,
    metrics,
    instances.node,
  );
  /** @param {MetricItem} item */
  const create = ({ app, index }) => metricChart(past, axis, { id: app.id, index });

  /** @param {PagePool} pool */
  function update(pool) {
    shown = pool;
    const items = pool.apps.flatMap((app) => app.metrics.map((metric, index) => ({ app, metric, index })));
    keep(metrics, items, { key: ({ app, index }) => `${app.id} ${index}`, create });
    instances.update(pool, decisions());
  }
  return { node, update };
}

/**
 * The last `windowS` seconds, or as much as there is, but never less than half a minute.
 *
 * @param {readonly number[]} times
 * @param {number} windowS
 * @returns {[number, number]}
 */
function span(times, windowS) {
  const end = times.at(-1) ?? 0;
  const start = Math.min(times[0] ?? end, end - 30);
  return [Math.max(start, end - windowS), end];
}
