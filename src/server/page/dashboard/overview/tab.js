// server/dashboard: how many policies fail, in the title and the icon of the browser's tab, and beside `live`.

/** @import { PageView } from '../../dashboard-types.ts' */

import { part, setAttribute, setText } from '../dom.js';
import { count, giveOrTake, number } from '../format.js';

const ICON = '/assets/favicon.svg';

/** @param {PageView} view */
export function showTab(view) {
  const { failing, limited } = view.counted;
  const troubled = failing > 0 || view.troubles.length > 0;
  const fails = failing > 0 ? `(${failing} failing) ` : '';
  document.title = `${fails}${headline(view)}microscaling`;
  setAttribute(part('icon'), 'href', failing > 0 ? `/ui/icon/${failing}.svg` : ICON);
  setAttribute(part('state'), 'data-level', troubled ? 'failing' : limited > 0 ? 'limited' : 'ok');
  const parts = [
    ...(failing > 0 ? [`${count(failing)} failing`] : []),
    ...(limited > 0 ? [`${count(limited)} limited`] : []),
  ];
  setText(part('counted'), parts.length === 0 ? '' : ` · ${parts.join(', ')}`);
}

/**
 * The first queue and its target.
 *
 * @param {PageView} view
 */
function headline({ pools }) {
  const metric = pools.flatMap((pool) => pool.apps).flatMap((app) => app.metrics)[0];
  if (metric === undefined) return '';
  const value = metric.state === 'unavailable' ? number(undefined) : giveOrTake(metric);
  return `${value}${metric.target === undefined ? '' : `/${number(metric.target)}`} · `;
}
