// server/dashboard: what the programs have done, as big numbers with their rate.

/** @import { CounterItem, PagePool } from '../../dashboard-types.ts' */

import { fixedSpan } from '../charts/range.js';
import { paint } from '../colours.js';
import { el, keep, setAttribute, setText } from '../dom.js';
import { count, rate } from '../format.js';

/** @type {Readonly<Record<string, string>>} */
const TITLES = {
  work: 'Work done',
  produced: 'Messages produced',
  consumed: 'Messages consumed',
  handed_back: 'Messages handed back',
};

/** More of them are small. */
const LARGE_NUMBERS = 6;

export function workNumbers() {
  const list = el('ul', { class: 'work', 'data-testid': 'work' });
  const node = el('section', { class: 'card' }, el('h2', {}, 'Work'), list);
  return {
    node,
    /** @param {PagePool} pool */
    update(pool) {
      const items = pool.apps.flatMap((app) => app.counters.map((counter) => ({ app, counter })));
      node.hidden = items.length === 0;
      setAttribute(list, 'data-many', items.length > LARGE_NUMBERS);
      keep(list, items, { key: ({ app, counter }) => `${app.id} ${counter.name}`, create: workNumber });
    },
  };
}

function workNumber() {
  const title = el('span', { class: 'label' });
  const total = el('span', { class: 'big' });
  const perS = el('span', { class: 'counts' });
  const node = el('li', {}, el('span', { class: 'chip' }), title, total, perS);
  /** @param {CounterItem} item */
  const update = ({ app, counter }) => {
    paint(node, app.colour);
    setAttribute(node, 'data-testid', `counter-${counter.name}`);
    setText(title, `${TITLES[counter.name] ?? counter.name} by ${app.title}`);
    setText(total, count(counter.total));
    // Of a moment of the past only the totals are kept.
    setText(perS, counter.perS === undefined && fixedSpan() !== undefined ? '' : rate(counter.perS));
  };
  return Object.assign(node, { update });
}
