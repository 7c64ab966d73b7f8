// server/dashboard: the steps that made decisions, in a dialog: nothing under it moves.

/** @import { Decision, Step } from '../../dashboard-types.ts' */

import { paint } from '../colours.js';
import { el, messageOf, part } from '../dom.js';
import { local, number, time } from '../format.js';

/** @param {Step} step */
export function stepText({ rule, before, after, reason }) {
  return `${rule}: ${number(before)} → ${number(after)}, ${local(reason)}`;
}

/**
 * @param {Decision} decision
 * @param {readonly Decision[]} [near] those of the same moment, this one among them
 */
export async function showSteps(decision, near = [decision]) {
  const dialog = /** @type {HTMLDialogElement} */ (part('steps'));
  const list = part('steps-list');
  list.replaceChildren();
  if (!dialog.open) dialog.showModal();
  list.replaceChildren(...(await Promise.all(near.map(section))));
}

/** @param {Decision} decision */
async function section(decision) {
  const { app, atMs, title, from, to, summary } = decision;
  const heading = `${title} ${number(from)} → ${number(to)} at ${time(atMs)}`;
  const node = el(
    'section',
    {},
    el('h3', {}, el('span', { class: 'chip' }), heading),
    el('p', {}, local(summary)),
    el('ol', {}, ...(await stepLines(app, atMs))),
  );
  paint(node, decision.colour);
  return node;
}

/**
 * @param {string} app
 * @param {number} atMs
 */
async function stepLines(app, atMs) {
  try {
    const query = new URLSearchParams({ app, at: String(atMs) });
    const response = await fetch(`/ui/decision?${query}`);
    const { steps, message } = await response.json();
    if (!response.ok) throw new Error(message);
    return steps.map((/** @type {Step} */ step) => el('li', {}, stepText(step)));
  } catch (cause) {
    return [el('li', { 'data-error': true }, messageOf(cause))];
  }
}
