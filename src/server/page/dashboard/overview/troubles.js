// server/dashboard: what is wrong with the operator's clusters and documents, each cause once, at the lower edge of the window.

/** @import { PageTrouble } from '../../dashboard-types.ts' */

import { el, keep, setText } from '../dom.js';
import { lasting, local } from '../format.js';

/** @param {Element} list */
export function troubleList(list) {
  /** @type {(HTMLElement & { update: (trouble: PageTrouble) => void, tick: (nowMs: number) => void })[]} */
  let lines = [];
  const create = () => {
    // On small screens it is cut to a line or two, and read in full by whoever touches it.
    const text = el('p');
    const node = el('li', { tabindex: '0' }, text);
    /** @type {PageTrouble | undefined} */
    let trouble;
    const line = Object.assign(node, {
      /** @param {PageTrouble} next */
      update(next) {
        trouble = next;
      },
      /** @param {number} nowMs */
      tick(nowMs) {
        if (trouble !== undefined) setText(text, troubleText(trouble, nowMs));
      },
    });
    lines.push(line);
    return line;
  };
  return {
    /** @param {readonly PageTrouble[]} troubles */
    update(troubles) {
      keep(list, troubles, { key: (t) => `${t.source} ${t.message}`, create });
      lines = lines.filter((line) => line.isConnected);
    },
    /** @param {number} nowMs */
    tick(nowMs) {
      for (const line of lines) line.tick(nowMs);
    },
  };
}

/**
 * @param {PageTrouble} trouble
 * @param {number} nowMs
 */
function troubleText({ source, message, sinceMs, policies }, nowMs) {
  const since = sinceMs === undefined ? '' : ` for ${lasting(nowMs - sinceMs)}`;
  const waiting =
    policies === undefined
      ? ''
      : ` unreachable${since}, ${policies === 1 ? '1 policy keeps its' : `${policies} policies keep their`} counts`;
  return `${source}${waiting}: ${local(message)}`;
}
