// server/dashboard: tries a law or an edited policy against what was recorded, in a dialog, and shows both in one table.

/** @import { Desk, ReplayTable } from '../../dashboard-types.ts' */

import { WINDOWS } from '../charts/range.js';
import { capitalised, el, messageOf, part, setText } from '../dom.js';
import { local, moment } from '../format.js';

const LAWS = ['Fluid', 'Queue', 'SimpleQueue'];
/** The span that the charts show, in the place of a number of seconds. */
const SHOWN = 'shown';
const SHORTEST_S = 300;

/** @typedef {{ readonly fromMs: number, readonly toMs: number }} Span */

/**
 * @param {{ key: string, title: string }} policy
 * @param {Span} shown what the charts show
 * @param {Desk} desk
 */
export function openReplay({ key, title }, shown, desk) {
  const dialog = /** @type {HTMLDialogElement} */ (part('replay'));
  const spans = WINDOWS.filter(([seconds]) => seconds >= SHORTEST_S);
  const span = el(
    'select',
    { 'data-testid': 'replay-span' },
    el('option', { value: SHOWN }, spanText(shown, desk.now())),
    ...spans.map(([seconds, label]) => el('option', { value: seconds }, `the last ${label}`)),
  );
  const law = el(
    'select',
    { 'data-testid': 'replay-law' },
    el('option', { value: '' }, 'as the policy says'),
    ...LAWS.map((each) => el('option', { value: each }, each)),
  );
  const text = el('textarea', {
    'aria-label': `the policy ${title}, to be changed and tried`,
    rows: 14,
    spellcheck: 'false',
    'data-testid': 'replay-text',
  });
  const edited = el(
    'details',
    {},
    el('summary', { 'data-testid': 'replay-edit' }, 'Change the policy'),
    text,
  );
  const run = el('button', { type: 'button', 'data-testid': 'replay-run' }, 'Replay');
  const note = el('p', { class: 'counts', role: 'status', 'data-testid': 'replay-note' });
  const result = el('div', { class: 'replay-result', 'data-testid': 'replay-result' });
  const over = new AbortController();
  /** As the operator has it; what differs from it is tried. */
  let present = '';

  edited.addEventListener('toggle', async () => {
    if (!edited.open || present !== '') return;
    try {
      present = await policyText(key);
      text.value = present;
    } catch (cause) {
      setText(note, messageOf(cause));
    }
  });
  run.addEventListener('click', async () => {
    run.disabled = true;
    result.replaceChildren();
    setText(note, 'Replaying…');
    try {
      const wanted = span.value === SHOWN ? shown : lastOf(Number(span.value), desk.now());
      const changed = edited.open && text.value !== present ? { text: text.value } : {};
      const question = { policy: key, ...rounded(wanted), ...(law.value && { law: law.value }), ...changed };
      const table = await desk.send('POST', '/ui/replay', question, over.signal);
      setText(note, '');
      result.replaceChildren(...tableOf(/** @type {ReplayTable} */ (table)));
    } catch (cause) {
      setText(note, messageOf(cause));
    } finally {
      run.disabled = false;
    }
  });
  dialog.addEventListener('close', () => over.abort(), { once: true });
  part('replay-content').replaceChildren(
    el('h2', { id: 'replay-title' }, `Try a change of ${title}`),
    el('p', {}, 'What it would have decided, against the arrivals that were recorded. Nothing is changed.'),
    el('div', { class: 'replay-asked' }, labelled('time', span), labelled('law', law), run),
    edited,
    note,
    result,
  );
  dialog.showModal();
}

/**
 * @param {string} text
 * @param {HTMLElement} field
 */
function labelled(text, field) {
  return el('label', {}, `${text} `, field);
}

/**
 * @param {Span} span
 * @param {number} nowMs
 */
function spanText({ fromMs, toMs }, nowMs) {
  return `what the charts show: ${moment(fromMs, nowMs)} to ${moment(toMs, nowMs)}`;
}

/**
 * @param {number} seconds
 * @param {number} nowMs
 * @returns {Span}
 */
function lastOf(seconds, nowMs) {
  return { fromMs: nowMs - seconds * 1000, toMs: nowMs };
}

/** @param {Span} span */
function rounded({ fromMs, toMs }) {
  return { fromMs: Math.round(fromMs), toMs: Math.round(toMs) };
}

/** @param {string} key */
async function policyText(key) {
  const response = await fetch(`/ui/policy?${new URLSearchParams({ of: key })}`);
  const { text, message } = await response.json();
  if (!response.ok) throw new Error(message);
  return text;
}

/** @param {ReplayTable} table */
function tableOf({ title, verdict, heads, rows, notes }) {
  const head = el('tr', {}, el('th'), ...rows.map(({ name }) => el('th', { scope: 'col' }, name)));
  const lines = heads.map(({ head: name, about }, i) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row', title: about }, name, el('small', {}, about)),
      ...rows.map(({ cells }) => el('td', {}, cells[i] ?? '')),
    ),
  );
  return [
    el('h3', {}, capitalised(local(verdict))),
    el('table', {}, el('thead', {}, head), el('tbody', {}, ...lines)),
    el('p', { class: 'counts' }, title),
    el('ul', { class: 'counts' }, ...notes.map((note) => el('li', {}, local(note)))),
  ];
}
