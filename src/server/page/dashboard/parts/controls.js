// server/dashboard: the count that people may move, on the app's own card. One request at a time, the latest wish wins.

/** @import { Desk, PageApp } from '../../dashboard-types.ts' */

import { el, messageOf, setAttribute, setText } from '../dom.js';

const SETTLE_MS = 200;
const GIVE_UP_MS = 8_000;

/** @param {Desk} desk */
export function countControl(desk) {
  const name = el('legend', {}, 'Yours to move');
  const less = el('button', { type: 'button', 'data-testid': 'less' }, '−');
  const more = el('button', { type: 'button', 'data-testid': 'more' }, '+');
  const exact = el('input', { type: 'number', step: '1', inputmode: 'numeric', 'data-testid': 'number' });
  const slider = el('input', { type: 'range', step: '1', 'data-testid': 'slider' });
  const note = el('output', { class: 'counts', 'data-testid': 'control-note' });
  const fields = el('fieldset', {}, name, el('div', { class: 'stepper' }, less, exact, more), slider, note);
  const node = el('div', { class: 'control', 'data-testid': 'control' }, fields);
  const wish = wishOf(
    (app, instances) => desk.send('POST', '/ui/scale', { app, instances }),
    () => {
      // It may have been seen before the answer came.
      wish.seen(app.requested);
      draw();
    },
  );
  /** @type {PageApp} */
  let app;
  /** Whether somebody types a number, which is not a wish before they are done. */
  let typing = false;

  const draw = () => {
    const { min, max } = rangeOf(app);
    const shown = wish.value() ?? app.requested;
    const theirs = document.activeElement === exact && (typing || wish.value() === undefined);
    for (const input of [exact, slider]) {
      setAttribute(input, 'min', min);
      setAttribute(input, 'max', max);
      if (input.value !== String(shown) && !(input === exact && theirs)) input.value = String(shown);
    }
    less.disabled = shown <= min;
    more.disabled = shown >= max;
    fields.disabled = !desk.live() || desk.writes() === 'off';
    setText(note, wish.error() ?? noteOf(app, wish.value()));
    setAttribute(note, 'data-error', wish.error() !== undefined);
  };
  /** @param {number} n */
  const move = (n) => {
    const { min, max } = rangeOf(app);
    if (Number.isFinite(n)) wish.set(app.id, Math.min(max, Math.max(min, Math.round(n))));
    draw();
  };
  const now = () => wish.value() ?? app.requested;
  less.addEventListener('click', () => move(now() - 1));
  more.addEventListener('click', () => move(now() + 1));
  slider.addEventListener('input', () => move(slider.valueAsNumber));
  exact.addEventListener('input', () => {
    typing = true;
  });
  exact.addEventListener('change', () => {
    typing = false;
    move(exact.valueAsNumber);
  });

  /** @param {PageApp} next */
  const update = (next) => {
    app = next;
    setAttribute(node, 'data-app', app.id);
    setAttribute(less, 'aria-label', `one ${app.title} less`);
    setAttribute(more, 'aria-label', `one ${app.title} more`);
    setAttribute(exact, 'aria-label', `instances of ${app.title}`);
    setAttribute(slider, 'aria-label', `instances of ${app.title}`);
    wish.seen(app.requested);
    draw();
  };
  const tick = () => {
    if (app !== undefined) draw();
  };
  return { node, update, tick };
}

/** @param {PageApp} app one that has a control */
function rangeOf({ pageControl }) {
  if (pageControl === undefined) throw new Error('an app without a control is drawn with one');
  return pageControl;
}

/**
 * @param {PageApp} app
 * @param {number | undefined} wished
 */
function noteOf(app, wished) {
  if (wished !== undefined && wished !== app.requested) return `asking for ${wished}…`;
  if (app.requested !== app.running) return `${app.requested} asked for, ${app.running} running`;
  const { min, max } = rangeOf(app);
  return `${app.running} running, ${min} to ${max} allowed`;
}

/**
 * What was asked for and is not seen yet.
 *
 * @param {(app: string, instances: number) => Promise<unknown>} send
 * @param {() => void} changed
 */
function wishOf(send, changed) {
  /** @type {number | undefined} */
  let value;
  /** @type {string | undefined} */
  let error;
  /** @type {number | undefined} */
  let timer;
  let sending = false;
  /** From when on the operator's word counts again; while something is to be sent, never. */
  let until = 0;

  /** @param {string} app */
  const post = async (app) => {
    if (sending || value === undefined) return;
    sending = true;
    const asked = value;
    try {
      await send(app, asked);
      if (value === asked) until = performance.now() + GIVE_UP_MS;
    } catch (cause) {
      error = messageOf(cause);
      value = undefined;
    }
    sending = false;
    if (value !== undefined && value !== asked) await post(app);
    else changed();
  };
  return {
    value: () => value,
    error: () => error,
    /**
     * @param {string} app
     * @param {number} n
     */
    set(app, n) {
      value = n;
      error = undefined;
      until = Number.POSITIVE_INFINITY;
      clearTimeout(timer);
      timer = window.setTimeout(() => void post(app), SETTLE_MS);
    },
    /** @param {number} requested */
    seen(requested) {
      const sent = until !== Number.POSITIVE_INFINITY;
      if (sent && (requested === value || performance.now() > until)) value = undefined;
    },
  };
}
