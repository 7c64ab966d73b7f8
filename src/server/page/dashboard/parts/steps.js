// server/dashboard: the steps that made decisions, in a dialog: nothing under it moves.

/** @import { Decision, Step } from '../../dashboard-types.ts' */

import { paint } from '../colours.js';
import { el, messageOf, part } from '../dom.js';
import { local, number, time } from '../format.js';
import { policyPath } from '../send.js';

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
  const { atMs, title, from, to, summary } = decision;
  const heading = `${title} ${number(from)} → ${number(to)} at ${time(atMs)}`;
  const node = el(
    'section',
    {},
    el('h3', {}, el('span', { class: 'chip' }), heading),
    el('p', {}, local(summary)),
    el('ol', {}, ...(await stepLines(decision))),
  );
  paint(node, decision.colour);
  return node;
}

/** @param {Decision} decision */
async function stepLines(decision) {
  try {
    const steps = decision.policy === undefined ? await stepsNow(decision) : await stepsThen(decision);
    return steps.map((/** @type {Step} */ step) => el('li', {}, stepText(step)));
  } catch (cause) {
    return [el('li', { 'data-error': true }, messageOf(cause))];
  }
}

/**
 * @param {Decision} decision
 * @returns {Promise<Step[]>}
 */
async function stepsNow({ app, atMs }) {
  const { steps } = await ask(`/ui/decision?${new URLSearchParams({ app, at: String(atMs) })}`);
  return steps;
}

/**
 * Of the record, which has every app's steps of that moment.
 *
 * @param {Decision} decision
 * @returns {Promise<Step[]>}
 */
async function stepsThen({ app, atMs, policy = '' }) {
  const { explanation } = await ask(`${policyPath(policy)}/past?at=${atMs}`);
  /** @type {{ id: string, steps: Step[] }[]} */
  const apps = explanation.apps;
  return apps.find(({ id }) => id === app)?.steps ?? [];
}

/** @param {string} path */
async function ask(path) {
  const response = await fetch(path);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}
