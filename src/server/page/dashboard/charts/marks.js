// server/dashboard: the decisions on the time axis; a click opens the steps that made them.

/** @import { Decision, Mark } from '../../dashboard-types.ts' */

import { paint } from '../colours.js';
import { el, keep, setAttribute } from '../dom.js';
import { number, time } from '../format.js';
import { showSteps } from '../parts/steps.js';

/** Marks nearer to each other than this many pixels are one. */
const APART = 14;

/** @param {{ placeOf: (timeS: number) => number | undefined }} chart */
export function decisionMarks(chart) {
  const node = el('ul', { class: 'marks', 'aria-label': 'decisions' });
  return {
    node,
    /** @param {readonly Decision[]} decisions newest first */
    update(decisions) {
      const marks = marksOf(decisions, chart.placeOf);
      keep(node, marks, { key: ({ atS }) => String(atS), create: () => decisionMark(chart) });
    },
  };
}

/**
 * @param {readonly Decision[]} decisions newest first
 * @param {(timeS: number) => number | undefined} placeOf
 * @returns {Mark[]}
 */
function marksOf(decisions, placeOf) {
  /** @type {Mark[]} */
  const marks = [];
  let left = Number.POSITIVE_INFINITY;
  for (const decision of decisions) {
    const atS = decision.atMs / 1000;
    const place = placeOf(atS);
    if (place === undefined) continue;
    const last = marks.at(-1);
    if (last !== undefined && left - place < APART) {
      marks[marks.length - 1] = { ...last, decisions: [...last.decisions, decision] };
    } else {
      marks.push({ atS, decisions: [decision] });
      left = place;
    }
  }
  return marks;
}

/** @param {{ placeOf: (timeS: number) => number | undefined }} chart */
function decisionMark(chart) {
  const button = el('button', { type: 'button', class: 'mark-button', 'data-testid': 'decision-mark' });
  const node = el('li', {}, button);
  /** @type {Mark} */
  let mark;
  button.addEventListener('click', () => {
    const [newest] = mark.decisions;
    if (newest !== undefined) void showSteps(newest, mark.decisions);
  });
  /** @param {Mark} next */
  const update = (next) => {
    mark = next;
    paint(node, mark.decisions[0]?.colour);
    node.style.setProperty('left', `${chart.placeOf(mark.atS) ?? 0}px`);
    const words = mark.decisions.map(
      ({ title, from, to, atMs }) => `${title} ${number(from)} → ${number(to)} at ${time(atMs)}`,
    );
    setAttribute(button, 'title', words.join('\n'));
    setAttribute(button, 'aria-label', `steps of ${words.join(', ')}`);
  };
  return Object.assign(node, { update });
}
