// server/dashboard: the list of policies, trouble first, by what is searched for and shown.

/** @import { PageList, PageRow, PageView, PoolRow } from '../../dashboard-types.ts' */

import { drawn, el, keep, setAttribute, setText } from '../dom.js';
import { count, giveOrTake, local, number } from '../format.js';
import { addressOf, asked, go, policyAddress } from '../navigation.js';
import { causeText } from '../parts/cause.js';
import { MARKS } from '../parts/health.js';

const TYPING_MS = 200;

/** @param {HTMLElement} node */
export function overview(node) {
  const search = el('input', {
    type: 'search',
    placeholder: 'search by name, app, pool or cause',
    'aria-label': 'search policies',
    'data-testid': 'search',
  });
  const show = el('select', { 'aria-label': 'show only', 'data-testid': 'show' });
  const total = el('p', { class: 'counts', role: 'status', 'data-testid': 'matching' });
  const pools = el('ul', { class: 'pool-rows', 'data-testid': 'pool-rows' });
  const rows = el('ul', { class: 'rows', 'data-testid': 'rows' });
  const before = el('a', { 'data-testid': 'previous-page' }, '← previous');
  const after = el('a', { 'data-testid': 'next-page' }, 'next →');
  const pager = el('nav', { class: 'pager', 'aria-label': 'pages of the list' }, before, after);
  node.append(
    el('div', { class: 'card-head' }, el('h2', {}, 'Policies'), total),
    el('div', { class: 'filters' }, search, show),
    pools,
    rows,
    pager,
  );

  /** @param {{ replace?: boolean }} [how] */
  const ask = (how) => go(address({ q: search.value.trim(), show: show.value }), how);
  /** @type {number | undefined} */
  let typing;
  search.addEventListener('input', () => {
    clearTimeout(typing);
    typing = window.setTimeout(() => ask({ replace: true }), TYPING_MS);
  });
  show.addEventListener('change', () => ask());
  const fromAddress = () => {
    if (document.activeElement !== search) search.value = asked('q');
    show.value = asked('show');
  };
  return {
    /** The address is another one. */
    moved: fromAddress,
    /** @param {PageView} view */
    update({ list, counted }) {
      node.hidden = list === undefined || counted.policies === 0;
      if (list === undefined) return;
      setText(total, matchingText(list, counted.policies));
      keep(show, causeOptions(list), { key: ({ value }) => value, create: option });
      fromAddress();
      keep(pools, list.pools, { key: (pool) => pool.name, create: poolRow });
      keep(rows, list.rows, { key: (row) => row.key, create: policyRow });
      pager.hidden = list.pages === 1;
      turn(before, list.page > 1, list.page - 1);
      turn(after, list.page < list.pages, list.page + 1);
    },
    /** @param {number} nowMs */
    tick(nowMs) {
      for (const row of drawn(rows)) row.tick?.(nowMs);
    },
  };
}

/**
 * The address of the list with other filters.
 *
 * @param {{ q: string, show: string, page?: string }} filters
 */
function address(filters) {
  return addressOf({ pool: asked('pool'), ...filters });
}

/**
 * @param {HTMLAnchorElement} link
 * @param {boolean} possible
 * @param {number} page
 */
function turn(link, possible, page) {
  link.hidden = !possible;
  setAttribute(link, 'href', address({ q: asked('q'), show: asked('show'), page: String(page) }));
}

/**
 * Which policies the page shows, of how many.
 *
 * @param {Pick<PageList, 'matching' | 'page' | 'pages'> & { readonly rows: { readonly length: number } }} list
 * @param {number} policies
 */
export function matchingText({ matching, page, pages, rows }, policies) {
  if (matching === 0) return `none of ${count(policies)} policies match: clear the search`;
  // Every page but the last one is full.
  const first = page === pages ? matching - rows.length + 1 : (page - 1) * rows.length + 1;
  const range = rows.length < matching ? `${count(first)} to ${count(first + rows.length - 1)} of ` : '';
  return `${range}${count(matching)}${matching === policies ? '' : ` of ${count(policies)}`} policies`;
}

/** @type {Readonly<Record<string, string>>} */
const LEVEL_WORDS = {
  failing: 'failing',
  limited: 'limited',
  unknown: 'not known yet',
  paused: 'paused',
  ok: 'ok',
};

/** @param {PageList} list */
function causeOptions({ causes }) {
  const levels = Object.entries(LEVEL_WORDS).flatMap(([level, words]) => {
    const n = causes.filter((cause) => cause.level === level).reduce((sum, cause) => sum + cause.count, 0);
    return n === 0 && asked('show') !== level ? [] : [{ value: level, text: `${words} (${count(n)})` }];
  });
  const kinds = causes
    .filter(({ level }) => level === 'failing' || level === 'limited')
    .map((cause) => ({ value: cause.kind, text: `${cause.kind} (${count(cause.count)})` }));
  const known = [...levels, ...kinds];
  const chosen = asked('show');
  const missing = chosen === '' || known.some(({ value }) => value === chosen) ? [] : [chosen];
  return [
    { value: '', text: 'all conditions' },
    ...known,
    ...missing.map((value) => ({ value, text: `${value} (0)` })),
  ];
}

function option() {
  const node = el('option');
  /** @param {{ value: string, text: string }} item */
  const update = ({ value, text }) => {
    node.value = value;
    setText(node, text);
  };
  return Object.assign(node, { update });
}

const LONGEST_WORD = 28;
const KEPT = { beginning: 10, end: 14 };

/**
 * Without the middle of addresses and paths: the end of a sentence says what is wrong.
 *
 * @param {string} text
 */
export function shorter(text) {
  return text.replace(/\S+/g, (word) =>
    word.length <= LONGEST_WORD ? word : `${word.slice(0, KEPT.beginning)}…${word.slice(-KEPT.end)}`,
  );
}

function policyRow() {
  const mark = el('span', { class: 'mark', 'aria-hidden': 'true' });
  const name = el('a');
  const what = el('span');
  const why = el('span', { class: 'row-why' });
  const cause = el('span', { class: 'row-cause', 'data-testid': 'row-cause' }, what, why);
  const metric = el('span', { class: 'row-metric' });
  const held = el('span', { class: 'counts' });
  const node = el('li', { 'data-testid': 'policy-row' }, mark, name, cause, metric, held);
  /** @type {PageRow} */
  let row;
  /** @param {PageRow} next */
  const update = (next) => {
    row = next;
    setAttribute(node, 'data-level', row.health.level);
    setText(mark, MARKS[row.health.level]);
    setText(name, row.title);
    // What never ran has no page of its own.
    setAttribute(name, 'href', row.held === undefined ? undefined : policyAddress(row.key));
    setText(metric, metricText(row));
    setText(why, row.health.why === undefined ? '' : `: ${shorter(local(row.health.why))}`);
    setText(
      held,
      row.held === undefined
        ? 'nothing of it runs'
        : `${count(row.running)} running · ${number(row.held.used)} of ${number(row.held.total)} ${row.held.unit}`,
    );
  };
  /** @param {number} nowMs */
  const tick = (nowMs) => {
    const now = causeText(row.health, nowMs);
    setText(what, now);
    const { why: whole } = row.health;
    setAttribute(cause, 'title', whole === undefined ? now : `${now}: ${local(whole)}`);
  };
  return Object.assign(node, { update, tick });
}

/** @param {PageRow} row */
function metricText({ metric }) {
  if (metric === undefined) return '';
  const { state, infinite, target } = metric;
  const now = state === 'unavailable' ? '–' : infinite ? '∞' : giveOrTake(metric);
  return target === undefined ? now : `${now} / ${number(target)}`;
}

function poolRow() {
  const name = el('a');
  const text = el('span', { class: 'counts' });
  const node = el('li', { 'data-testid': 'pool-row' }, 'Pool ', name, text);
  /** @param {PoolRow} pool */
  const update = ({ name: title, policies, failing, held }) => {
    setText(name, title);
    setAttribute(name, 'href', addressOf({ pool: title }));
    const bad = failing === 0 ? '' : `, ${count(failing)} failing`;
    setText(
      text,
      ` ${count(policies)} policies${bad} · ${number(held.used)} of ${number(held.total)} ${held.unit} held`,
    );
  };
  return Object.assign(node, { update });
}
