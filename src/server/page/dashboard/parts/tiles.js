// server/dashboard: the capacity drawn as its slots. The server says which tile is whose; here it is painted.

/** @import { PagePool, TileItem } from '../../dashboard-types.ts' */

import { paint } from '../colours.js';
import { el, keep, setAttribute, setText } from '../dom.js';
import { number } from '../format.js';

const WORDS = { free: 'free', waiting: 'waiting', starting: 'starting', running: '', stopping: 'stopping' };
const calm = matchMedia('(prefers-reduced-motion: reduce)');

export function slotTiles() {
  const title = el('h2');
  const used = el('p', { class: 'used', 'data-testid': 'capacity-used' });
  const list = el('ul', { class: 'tiles', 'data-testid': 'tiles' });
  const node = el(
    'section',
    { class: 'card capacity' },
    el('div', { class: 'card-head' }, title, used),
    list,
  );
  return {
    node,
    /** @param {PagePool} pool */
    update(pool) {
      setText(title, titleOf(pool));
      setText(used, capacityText(pool.capacity));
      setAttribute(
        list,
        'data-size',
        pool.tiles.length > 60 ? 'small' : pool.tiles.length > 20 ? 'medium' : 'large',
      );
      list.style.setProperty('--slots', String(pool.tiles.length));
      setAttribute(list, 'aria-label', describe(pool));
      const items = pool.tiles.map((tile) => ({ ...tile, owner: pool.owners[tile.app ?? ''] }));
      keep(list, items, { key: (tile) => String(tile.slot), create: slotTile });
    },
  };
}

/**
 * A policy's own pool needs no name.
 *
 * @param {PagePool} pool
 */
function titleOf({ name, policies }) {
  return policies.length === 1 && policies[0]?.key === name ? 'Capacity' : `Capacity of pool ${name}`;
}

/** @param {PagePool['capacity']} capacity */
function capacityText({ total, used, unit }) {
  const free = total - used;
  const rest = free < 0 ? `${number(-free)} over` : `${free === 0 ? 'none' : number(free)} free`;
  return `${number(used)} of ${number(total)} ${unit} held, ${rest}`;
}

/** @param {PagePool} pool */
function describe(pool) {
  /** @param {(tile: PagePool['tiles'][number]) => boolean} which */
  const count = (which) => pool.tiles.filter(which).reduce((sum, tile) => sum + (tile.count ?? 1), 0);
  const held = Object.entries(pool.owners).map(
    ([id, { title }]) => `${title} ${count((tile) => tile.app === id)}`,
  );
  return `${count(() => true)} slots: ${[...held, `free ${count(({ phase }) => phase === 'free')}`].join(', ')}`;
}

function slotTile() {
  const initial = el('span', { class: 'initial', 'aria-hidden': 'true' });
  const word = el('span', { class: 'word' });
  const node = el('li', { class: 'tile', 'data-testid': 'tile' }, initial, word);
  /** @param {TileItem} tile */
  const update = ({ slot, phase, app, over, owner, count }) => {
    const name = owner?.name ?? '';
    const before = node.getAttribute('data-app') ?? '';
    setAttribute(node, 'data-phase', phase);
    setAttribute(node, 'data-app', app);
    setAttribute(node, 'data-over', over);
    const place = owner?.scheduler === undefined ? '' : `on ${owner.scheduler}`;
    setAttribute(node, 'data-scheduler', owner?.scheduler);
    const told = [owner?.title, place, WORDS[phase] || phase].filter(Boolean).join(', ');
    setAttribute(node, 'title', count === undefined ? `slot ${slot}: ${told}` : `${count} slots: ${told}`);
    setText(initial, owner?.label ?? '');
    setText(word, [count === undefined ? '' : `×${count}`, WORDS[phase] || name].filter(Boolean).join(' '));
    if (owner !== undefined) paint(node, owner.colour);
    if (app !== undefined && before !== '' && before !== app) markHandOver(node);
  };
  return Object.assign(node, { update });
}

/**
 * The eye is drawn to a tile that went from one app to another.
 *
 * @param {HTMLElement} node
 */
function markHandOver(node) {
  if (calm.matches) return;
  node.animate(
    [
      { transform: 'scale(0.82)', boxShadow: '0 0 0 4px var(--c)' },
      { transform: 'scale(1)', boxShadow: '0 0 0 10px transparent' },
    ],
    { duration: 700, easing: 'cubic-bezier(0.2, 0.9, 0.3, 1.2)' },
  );
}
