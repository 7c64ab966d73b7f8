// server/dashboard: the buttons that choose which time the charts show.

import { el, setAttribute } from '../dom.js';
import { fixedSpan, moved, showLast, showSpan, WINDOWS, windowS, zoomed } from './range.js';

/** @typedef {{ fromMs: number, toMs: number }} Span */

/**
 * @param {{ span: () => Span, now: () => number, show: (change: () => void) => void }} shown `show` draws what a change
 *   of the time has chosen
 */
export function spanControls({ span, now, show }) {
  const buttons = WINDOWS.map(([seconds, label]) => {
    const node = el('button', { type: 'button', 'data-testid': `last-${seconds}` }, label);
    node.addEventListener('click', () => show(() => showLast(seconds)));
    return { node, seconds };
  });
  /**
   * @param {string} sign
   * @param {string} label
   * @param {(present: Span) => Span} next
   */
  const mover = (sign, label, next) => {
    const node = el('button', { type: 'button', 'aria-label': label, title: label }, sign);
    node.addEventListener('click', () => show(() => showSpan(next(span()), now())));
    return node;
  };
  const node = el(
    'div',
    { class: 'windows', role: 'group', 'aria-label': 'time shown' },
    mover('◀', 'earlier', (present) => moved(present, -0.5)),
    mover('▶', 'later', (present) => moved(present, 0.5)),
    mover('+', 'zoom in', (present) => zoomed(present, 0.5)),
    mover('−', 'zoom out', (present) => zoomed(present, 2)),
    ...buttons.map((button) => button.node),
  );
  const update = () => {
    const isLast = fixedSpan() === undefined;
    for (const { node: button, seconds } of buttons)
      setAttribute(button, 'aria-pressed', String(isLast && seconds === windowS()));
  };
  return { node, update };
}
