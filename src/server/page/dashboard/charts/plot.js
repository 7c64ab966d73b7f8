// server/dashboard: what all charts share: size, axes, time, theme.

/** @import { Options, Series } from 'uplot' */
/** @import { Axis, PlotData, PlotLook } from '../../dashboard-types.ts' */

import { themeColour } from '../colours.js';
import { el } from '../dom.js';
import { time } from '../format.js';
import uPlot from '../uplot.js';

/** Below this many pixels a drag was a click. */
const SHORTEST_DRAG = 8;
/** Below this many pixels of width a chart is less high. */
const NARROW = 480;

const dark = matchMedia('(prefers-color-scheme: dark)');

const { stepped: steps } = uPlot.paths;
if (steps === undefined) throw new Error('the chart library draws no steps');
/** Each value holds until the next. */
export const stepped = steps({ align: 1 });

/**
 * A uPlot that keeps the width of its element, follows the theme, and is rebuilt when `series` says so.
 *
 * @param {Axis} axis
 * @param {PlotLook} what
 */
export function plot(axis, what) {
  const node = el('div', { class: 'plot', role: 'img' });
  /** @type {uPlot | undefined} */
  let chart;
  /** @type {string | undefined} */
  let built;
  /** @type {PlotData | undefined} */
  let latest;

  const draw = () => {
    const width = node.clientWidth;
    if (latest === undefined || width === 0) return;
    const { shape, data, series } = latest;
    const key = `${shape} ${dark.matches}`;
    if (chart === undefined || key !== built) {
      chart?.destroy();
      chart = new uPlot(optionsOf(axis, what, series()), data, node);
      built = key;
    }
    const height = Math.round(what.height * scale() * (width < NARROW ? 0.75 : 1));
    if (chart.width !== width || chart.height !== height) chart.setSize({ width, height });
    chart.setData(data);
  };
  new ResizeObserver(draw).observe(node);
  dark.addEventListener('change', draw);
  return {
    node,
    /** @param {PlotData} next */
    update(next) {
      latest = next;
      draw();
    },
    /**
     * Where a moment is, in pixels from the left of the node; undefined outside of what is shown.
     *
     * @param {number} timeS
     */
    placeOf(timeS) {
      if (chart === undefined) return undefined;
      // The chart takes over a new range after this turn only.
      const [min, max] = axis.range();
      if (timeS < min || timeS > max) return undefined;
      const width = chart.bbox.width / devicePixelRatio;
      return chart.over.offsetLeft + ((timeS - min) / (max - min)) * width;
    },
  };
}

/** How much larger than usual the page's type is: charts grow with it. */
function scale() {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
}

/**
 * @param {Axis} axis
 * @param {PlotLook} what
 * @param {Series[]} series
 * @returns {Options}
 */
function optionsOf(axis, what, series) {
  const text = themeColour('muted');
  const line = { stroke: themeColour('line'), width: 1 };
  const common = {
    stroke: text,
    font: `${12 * scale()}px system-ui, sans-serif`,
    grid: line,
    ticks: { ...line, size: 4 },
  };
  return {
    width: 300,
    height: what.height,
    padding: [8, 30, what.timeLabels ? 0 : 4, 0],
    legend: { show: false },
    cursor: {
      sync: { key: axis.sync },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
    },
    scales: {
      x: { time: true, range: axis.range },
      y: { range: (_u, _min, max) => [0, Math.max(what.floor, max ?? 0) * 1.08] },
    },
    axes: [
      {
        ...common,
        space: 90 * scale(),
        size: what.timeLabels ? 28 * scale() : 4,
        values: (_u, ticks) => ticks.map((t) => (what.timeLabels ? time(t * 1000) : '')),
      },
      {
        ...common,
        size: 46 * scale(),
        space: 32,
        values: (_u, ticks) => ticks.map((n) => (Number.isInteger(n) ? String(n) : '')),
      },
    ],
    series: [{}, ...series],
    hooks: {
      ready: [(u) => onClick(u.over, (x) => axis.choose(u.posToVal(x, 'x')))],
      draw: [(u) => drawMoment(u, axis.chosen())],
      setSelect: [
        (u) => {
          const { left, width } = u.select;
          if (width < SHORTEST_DRAG) return;
          axis.zoomTo(u.posToVal(left, 'x'), u.posToVal(left + width, 'x'));
          u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
        },
      ],
      setCursor: [
        (u) => {
          const row = u.cursor.idx ?? undefined;
          axis.readout(row === undefined ? undefined : u.data[0][row]);
          what.hover(row);
        },
      ],
    },
  };
}

/**
 * A line at the moment that the rest of the page shows.
 *
 * @param {uPlot} u
 * @param {number | undefined} atMs
 */
function drawMoment(u, atMs) {
  const { min = 0, max = 0 } = u.scales['x'] ?? {};
  if (atMs === undefined || atMs / 1000 < min || atMs / 1000 > max) return;
  const x = Math.round(u.valToPos(atMs / 1000, 'x', true));
  const { ctx, bbox } = u;
  ctx.save();
  ctx.strokeStyle = themeColour('text');
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/**
 * The end of a drag is no click.
 *
 * @param {HTMLElement} over
 * @param {(x: number) => void} clicked
 */
function onClick(over, clicked) {
  let downAt = 0;
  over.addEventListener('pointerdown', ({ clientX }) => {
    downAt = clientX;
  });
  over.addEventListener('click', ({ clientX }) => {
    if (Math.abs(clientX - downAt) < SHORTEST_DRAG) clicked(clientX - over.getBoundingClientRect().left);
  });
}
