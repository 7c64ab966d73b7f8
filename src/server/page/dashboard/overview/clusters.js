// server/dashboard: where the apps live, as links to the pages of their clusters.

/** @import { PageView } from '../../dashboard-types.ts' */

import { el, keep, setAttribute, setText } from '../dom.js';

/**
 * @param {Element} list
 * @param {PageView['clusters']} clusters
 */
export function showClusters(list, clusters) {
  keep(list, clusters, { key: ({ scheduler, url }) => `${scheduler} ${url}`, create: clusterLink });
}

function clusterLink() {
  const link = el('a', { rel: 'noreferrer', target: '_blank' });
  const node = el('li', {}, link);
  /** @param {PageView['clusters'][number]} cluster */
  const update = ({ scheduler, url, reachable }) => {
    setText(link, `${scheduler} at ${url}${reachable ? '' : ', unreachable'}`);
    setAttribute(link, 'href', /^https?:/.test(url) ? url : undefined);
  };
  return Object.assign(node, { update });
}
