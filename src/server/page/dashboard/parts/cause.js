// server/dashboard: the one cause of how a policy is doing, in a line of a fixed height; opened, all there is to say about it.

/** @import { Health, PageNote, PagePolicy } from '../../dashboard-types.ts' */

import { el, keep, setAttribute, setText } from '../dom.js';
import { lasting, local } from '../format.js';

/** What the marks of interventions say in the place where they hold. */
const SAID_BY_MARKS = ['PausedByHand', 'Overridden'];

/**
 * `Over target for 40 s, at capacity`.
 *
 * @param {Pick<Health, 'what' | 'limit' | 'sinceMs'>} health
 * @param {number} nowMs
 */
export function causeText({ what, limit, sinceMs }, nowMs) {
  const since = sinceMs === undefined ? '' : ` for ${lasting(nowMs - sinceMs)}`;
  return `${local(what)}${since}${limit === undefined ? '' : `, ${limit}`}`;
}

export function causeLine() {
  const what = el('strong');
  const why = el('span');
  const summary = el('summary', { 'data-testid': 'cause' }, what, why);
  /** @type {readonly (readonly [keyof Health, string])[]} */
  const fields = [
    ['why', 'Why'],
    ['tried', 'Tried'],
    ['todo', 'To do'],
  ];
  const rows = fields.map(([field, title]) => {
    const text = el('dd', { 'data-testid': `cause-${field}` });
    const row = el('div', {}, el('dt', {}, title), text);
    return { field, row, text };
  });
  const notes = el('ul', { class: 'notes' });
  const runbook = el('a', { 'data-testid': 'cause-runbook', target: '_blank' }, 'what to do, step by step');
  const list = el('dl', {}, ...rows.map(({ row }) => row));
  const node = el('details', { class: 'cause' }, summary, list, runbook, notes);
  /** @type {Health | undefined} */
  let health;
  return {
    node,
    /** @param {PagePolicy} policy */
    update(policy) {
      health = policy.health;
      for (const { field, row, text } of rows) {
        const said = health[field];
        row.hidden = said === undefined;
        setText(text, said === undefined ? '' : local(String(said)));
      }
      setAttribute(runbook, 'href', health.runbook);
      runbook.hidden = health.runbook === undefined;
      const { why: reason } = health;
      setText(why, reason === undefined ? '' : `: ${local(reason)}`);
      setAttribute(summary, 'title', reason === undefined ? undefined : local(reason));
      const others = policy.notes.filter((note) => !SAID_BY_MARKS.includes(note.reason));
      keep(notes, others, { key: (note) => note.type, create: noteLine });
    },
    /** @param {number} nowMs */
    tick(nowMs) {
      if (health !== undefined) setText(what, causeText(health, nowMs));
    },
  };
}

function noteLine() {
  const node = el('li');
  /** @param {PageNote} note */
  const update = ({ level, reason, message }) => {
    setAttribute(node, 'data-level', level);
    setText(node, `${reason}: ${local(message)}`);
  };
  return Object.assign(node, { update });
}
