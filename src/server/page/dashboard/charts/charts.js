// server/dashboard: on one time axis, each metric against its target and the instances stacked by priority.

/** @import { Axis, Desk, MetricItem, PagePool } from '../../dashboard-types.ts' */

import { el, keep, setAttribute } from '../dom.js';
import { time } from '../format.js';
import { instancesChart } from './instances.js';
import { metricChart } from './metric.js';
import { chosenMs } from './range.js';
import { timeline } from './timeline.js';

/** Charts of more metrics are small, side by side. */
const LARGE_CHARTS = 4;

/** @param {Desk} desk */
export function poolCharts(desk) {
  /** @type {PagePool | undefined} */
  let shown;
  const line = timeline(desk, () => {
    if (shown !== undefined) draw(shown);
  });
  const readout = el('span', { class: 'readout' });
  /** @type {Axis} */
  const axis = {
    sync: `pool-${Math.random()}`,
    range: line.range,
    readout: (t) => readout.replaceChildren(t === undefined ? '' : `at ${time(t * 1000)}`),
    zoomTo: line.zoomTo,
    choose: line.choose,
    chosen: () => chosenMs(),
  };
  const metrics = el('div', { class: 'metrics' });
  const instances = instancesChart(line.data, axis);
  const head = el('div', { class: 'card-head' }, el('h2', {}, 'Queues and instances'), line.controls);
  // A line of its own, empty or not: nothing moves when the pointer comes, nor when somebody looks back.
  const when = el('div', { class: 'when' }, line.says, readout);
  const node = el(
    'section',
    { class: 'card charts', 'data-testid': 'charts' },
    head,
    when,
    line.note,
    line.replay,
    metrics,
    instances.node,
  );
  /** @param {MetricItem} item */
  const create = ({ app, index, small }) => metricChart(line.data, axis, { id: app.id, index, small });

  /** @param {PagePool} pool */
  function draw(pool) {
    const all = pool.apps.flatMap((app) => app.metrics.map((metric, index) => ({ app, metric, index })));
    const small = all.length > LARGE_CHARTS;
    setAttribute(metrics, 'data-many', small);
    const items = all.map((item) => ({ ...item, small }));
    keep(metrics, items, { key: ({ app, index }) => `${app.id} ${index} ${small}`, create });
    instances.update(pool, { decisions: line.decisions(), troubles: line.troubles() });
  }
  return {
    node,
    /** @param {PagePool} pool */
    update(pool) {
      shown = pool;
      line.update(pool);
      draw(pool);
    },
  };
}
