// server/dashboard: one pool from top to bottom: health, members, capacity with its apps, charts, work.

/** @import { Desk, PagePool } from '../../dashboard-types.ts' */

import { poolCharts } from '../charts/charts.js';
import { el, setAttribute } from '../dom.js';
import { appCards } from './apps.js';
import { healthList } from './health.js';
import { memberLinks } from './members.js';
import { slotTiles } from './tiles.js';
import { workNumbers } from './work.js';

/** @param {Desk} desk what the parts share */
export function poolSection(desk) {
  const health = healthList(desk);
  const tiles = slotTiles();
  const apps = appCards(desk);
  const charts = poolCharts(desk);
  const work = workNumbers();
  tiles.node.append(apps.node);
  const side = el('div', { class: 'side' }, work.node);
  const others = memberLinks();
  const node = el('article', { class: 'pool', 'data-testid': 'pool' });
  node.append(health.node, others.node, tiles.node, el('div', { class: 'beside' }, charts.node, side));
  /** @type {PagePool | undefined} */
  let shown;

  /** @param {PagePool} pool */
  const update = (pool) => {
    shown = pool;
    setAttribute(node, 'aria-label', `pool ${pool.name}`);
    for (const part of [health, others, tiles, apps, charts, work]) part.update(pool);
    side.hidden = work.node.hidden;
  };
  /** @param {number} nowMs */
  const tick = (nowMs) => {
    if (shown === undefined) return;
    setAttribute(node, 'data-late', health.tick(shown, nowMs));
    apps.tick(nowMs);
  };
  return Object.assign(node, { update, tick });
}
