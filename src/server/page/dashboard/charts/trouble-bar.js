// server/dashboard: when a policy was not well, as a bar above the charts of the past.

/** @import { TroubleSpan } from '../../dashboard-types.ts' */

import { el, keep, setAttribute } from '../dom.js';
import { local, time } from '../format.js';

/** @param {{ placeOf: (timeS: number) => number | undefined }} chart */
export function troubleBar(chart) {
  const node = el('ul', {
    class: 'trouble-bar',
    'aria-label': 'when it was not well',
    'data-testid': 'trouble-bar',
  });
  return {
    node,
    /**
     * @param {readonly TroubleSpan[]} spans
     * @param {readonly [number, number]} range s
     */
    update(spans, [fromS, toS]) {
      node.hidden = spans.length === 0;
      const items = spans.flatMap((span) => {
        const left = chart.placeOf(Math.max(fromS, span.fromMs / 1000));
        const right = chart.placeOf(Math.min(toS, span.toMs / 1000));
        return left === undefined || right === undefined
          ? []
          : [{ ...span, left, width: Math.max(3, right - left) }];
      });
      keep(node, items, { key: ({ level, reason, fromMs }) => `${level} ${reason} ${fromMs}`, create: bar });
    },
  };
}

function bar() {
  const node = el('li');
  /** @param {TroubleSpan & { left: number, width: number }} item */
  const update = ({ level, reason, message, fromMs, toMs, left, width }) => {
    const words = `${reason} from ${time(fromMs)} to ${time(toMs)}: ${local(message)}`;
    setAttribute(node, 'data-level', level);
    setAttribute(node, 'title', words);
    setAttribute(node, 'aria-label', words);
    node.style.setProperty('left', `${left}px`);
    node.style.setProperty('width', `${width}px`);
  };
  return Object.assign(node, { update });
}
