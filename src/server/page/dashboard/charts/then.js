// server/dashboard: what the pool was like at a moment of the record, shown in the place of what is now while somebody
// looks at a span of the past.

/** @import { Lists, PagePool, PageView, PastPage } from '../../dashboard-types.ts' */

import { el, messageOf, part, setAttribute, setText } from '../dom.js';
import { day, time } from '../format.js';
import { hereWith } from '../navigation.js';
import { chosenMs, fixedSpan } from './range.js';

/** A picture that is so much older than what was asked for is not of that moment: nobody was recording. */
const SAME_MS = 120_000;

/** @param {() => void} redraw */
export function pastView(redraw) {
  /** @type {PastPage | undefined} */
  let page;
  /** @type {Lists | undefined} */
  let lists;
  let trouble = '';
  let wanted = 0;

  const back = el('a', { 'data-testid': 'back-to-now' }, 'Back to now');
  const says = el('strong', { 'data-testid': 'then' });
  part('past').replaceChildren(says, ' ', back);

  /** @param {PagePool} pool */
  const load = async ({ name, policies }) => {
    const mine = ++wanted;
    const atMs = chosenMs();
    const [policy] = policies;
    if (atMs === undefined || policy === undefined) return;
    const query = new URLSearchParams(location.search);
    query.set('at', String(atMs));
    query.set('of', policy.key);
    if (!query.has('policy')) query.set('pool', name);
    trouble = '';
    try {
      const response = await fetch(`/ui/past?${query}`);
      const answer = await response.json();
      if (mine !== wanted) return;
      page = response.ok ? answer : undefined;
      if (!response.ok) trouble = answer.message;
    } catch (cause) {
      if (mine !== wanted) return;
      page = undefined;
      trouble = messageOf(cause);
    }
    redraw();
  };

  return {
    /** Whether the page is about a moment of the past. */
    on: () => fixedSpan() !== undefined,
    lists: () => lists,
    /**
     * Somebody looks at a span of the past, or with undefined at what is now.
     *
     * @param {Lists | undefined} next
     * @param {PagePool | undefined} pool
     */
    look(next, pool) {
      const wasPast = lists !== undefined || page !== undefined;
      lists = next;
      wanted += 1;
      if (next !== undefined && pool !== undefined) void load(pool);
      else page = undefined;
      if (next === undefined && wasPast) redraw();
    },
    /** The moment that is shown, ms; undefined: what is now. */
    atMs: () => (fixedSpan() === undefined ? undefined : page === undefined ? chosenMs() : agesFrom(page)),
    /**
     * The view with the pools of then in the place of those of now; what is not known of then is not shown at all.
     *
     * @param {PageView} view
     * @returns {readonly PagePool[]}
     */
    pools(view) {
      const isPast = fixedSpan() !== undefined && view.pools.length > 0;
      setAttribute(document.body, 'data-past', isPast);
      part('past').hidden = !isPast;
      if (!isPast) return view.pools;
      setAttribute(back, 'href', hereWith({ from: '', to: '', at: '' }));
      const found = page?.pools ?? [];
      setAttribute(document.body, 'data-unknown', found.length === 0);
      setText(says, thenText(page, trouble));
      return found.length === 0 ? view.pools : found;
    },
  };
}

/**
 * From when ages are told: of a picture of the minute from its own time, for the round before the moment was not a minute ago.
 *
 * @param {Pick<PastPage, 'askedMs' | 'atMs' | 'detail'>} page
 */
export function agesFrom({ askedMs, atMs = askedMs, detail }) {
  return detail === 'minutes' ? atMs : askedMs;
}

/**
 * @param {PastPage | undefined} page
 * @param {string} trouble
 */
function thenText(page, trouble) {
  if (trouble !== '') return `Then: ${trouble}.`;
  if (page === undefined) return 'Looking it up in the record…';
  const { askedMs, atMs, notes } = page;
  if (atMs === undefined) return `Nothing is recorded of ${instant(askedMs)}; the charts show what there is.`;
  const said = [
    askedMs - atMs > SAME_MS
      ? `Nothing is recorded of ${instant(askedMs)}; this is the last picture before it, of ${instant(atMs)}.`
      : `As it was at ${instant(askedMs)}.`,
    ...notes,
    'Interventions and clusters are those of now.',
  ];
  return said.join(' ');
}

/** @param {number} atMs */
function instant(atMs) {
  return `${day(atMs)} ${time(atMs)}`;
}
