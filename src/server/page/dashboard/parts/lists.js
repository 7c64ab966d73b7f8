// server/dashboard: decisions in words and events, newest first.

/** @import { Decision, EventEntry } from '../../dashboard-types.ts' */

import { paint } from '../colours.js';
import { el, keep, setAttribute, setText } from '../dom.js';
import { local, number, time } from '../format.js';
import { showSteps } from './steps.js';

/** @param {Element} list */
export function decisionList(list) {
  return {
    /** @param {readonly Decision[]} decisions */
    update(decisions) {
      keep(
        list,
        numbered(decisions, (d) => `${d.atMs} ${d.app}`),
        { key: (d) => d.key, create: decisionLine },
      );
    },
  };
}

/**
 * @param {Element} list
 * @param {readonly EventEntry[]} events
 */
export function showEvents(list, events) {
  keep(
    list,
    numbered(events, (e) => `${e.atMs} ${e.reason} ${e.object}`),
    { key: (e) => e.key, create: eventLine },
  );
}

/**
 * Gives twins of one moment different keys.
 *
 * @template {object} T
 * @param {readonly T[]} items
 * @param {(item: T) => string} keyOf
 */
function numbered(items, keyOf) {
  const seen = new Map();
  return items
    .toReversed()
    .map((item) => {
      const key = keyOf(item);
      const n = seen.get(key) ?? 0;
      seen.set(key, n + 1);
      return { ...item, key: `${key} ${n}` };
    })
    .toReversed();
}

function decisionLine() {
  const when = el('time');
  const name = el('strong');
  const change = el('span', { class: 'change' });
  const why = el('p');
  const steps = el('button', { type: 'button', class: 'steps-of', 'data-testid': 'steps-of' }, 'steps');
  const node = el(
    'li',
    { 'data-testid': 'decision' },
    when,
    el('div', {}, el('span', { class: 'chip' }), name, ' ', change, why),
    steps,
  );
  /** @type {Decision} */
  let decision;
  steps.addEventListener('click', () => void showSteps(decision));
  /** @param {Decision} d */
  const update = (d) => {
    decision = d;
    paint(node, d.colour);
    setText(when, time(d.atMs));
    setText(name, d.title);
    setText(change, `${number(d.from)} → ${number(d.to)}`);
    setAttribute(change, 'data-way', d.to > d.from ? 'up' : 'down');
    setText(why, local(d.summary));
    setAttribute(steps, 'aria-label', `steps of ${d.title} ${d.from} to ${d.to} at ${time(d.atMs)}`);
  };
  return Object.assign(node, { update });
}

function eventLine() {
  const when = el('time');
  const words = el('strong');
  const link = el('a', { 'data-testid': 'event-runbook', target: '_blank' });
  const reason = el('div', {}, words, ' ', link);
  const about = el('p');
  const node = el('li', { 'data-testid': 'event' }, when, el('div', {}, reason, about));
  /** @param {EventEntry} e */
  const update = (e) => {
    setAttribute(node, 'data-type', e.type);
    setText(when, time(e.atMs));
    const { runbook } = e;
    setText(words, e.type === 'Warning' ? `! ${e.reason}` : e.reason);
    setText(link, 'what to do');
    setAttribute(link, 'href', runbook);
    link.hidden = runbook === undefined;
    setText(about, `${e.object}: ${local(e.message)}`);
  };
  return Object.assign(node, { update });
}
