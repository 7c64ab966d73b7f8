// server/dashboard: the other members of a pool, as links to their pages.

/** @import { PagePool } from '../../dashboard-types.ts' */

import { el, keep, setAttribute, setText } from '../dom.js';
import { addressOf, policyAddress } from '../navigation.js';
import { MARKS } from './health.js';

export function memberLinks() {
  const pool = el('a');
  const list = el('ul', { class: 'members-list' });
  const more = el('span');
  const node = el(
    'div',
    { class: 'members', 'data-testid': 'members' },
    'Shares ',
    pool,
    ' with ',
    list,
    more,
  );
  return {
    node,
    /** @param {PagePool} shown */
    update({ name, others, more: hidden }) {
      node.hidden = others.length === 0;
      setText(pool, `pool ${name}`);
      setAttribute(pool, 'href', addressOf({ pool: name }));
      keep(list, others, { key: (other) => other.key, create: memberLink });
      setText(more, hidden === 0 ? '' : `and ${hidden} more`);
    },
  };
}

function memberLink() {
  const link = el('a');
  const mark = el('span', { class: 'mark small-mark', 'aria-hidden': 'true' });
  const node = el('li', {}, mark, link);
  /** @param {PagePool['others'][number]} other */
  const update = ({ key, title, level }) => {
    setAttribute(node, 'data-level', level);
    setText(mark, MARKS[level]);
    setText(link, title);
    setAttribute(link, 'href', policyAddress(key));
  };
  return Object.assign(node, { update });
}
