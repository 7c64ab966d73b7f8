// server/dashboard: interventions: pause and resume, hold a count and give it back. What ends one stands in its place.

/** @import { Desk, PageApp, PagePolicy } from '../../dashboard-types.ts' */

import { el, messageOf, setAttribute, setText } from '../dom.js';
import { count, left, time } from '../format.js';
import { policyPath } from '../send.js';

/** @type {[string, string][]} */
const DURATIONS = [
  ['15m', '15 minutes'],
  ['1h', '1 hour'],
  ['4h', '4 hours'],
  ['24h', '24 hours'],
];

/**
 * Of one policy.
 *
 * @param {Desk} desk
 */
export function pauseControl(desk) {
  const badge = el('span', { class: 'intervention', 'data-testid': 'paused' });
  const resume = el('button', { type: 'button', class: 'small', 'data-testid': 'resume' }, 'Resume');
  const { forHow, why } = forAndWhy('pause');
  const pause = el('button', { type: 'button', class: 'small', 'data-testid': 'pause' }, 'Pause');
  const fields = el(
    'fieldset',
    {},
    el('div', { class: 'hold-for' }, el('span', {}, 'for'), forHow),
    why,
    pause,
  );
  const title = el('summary', { title: 'Leave every count as it is for a while' }, 'Pause…');
  const form = el('details', { class: 'hold', 'data-testid': 'pause-form' }, title, fields);
  closeByEscape(form, title);
  const note = el('output', { class: 'intervention-note', 'data-testid': 'pause-note' });
  const act = oneAtATime(note, desk.send);
  /** @type {PagePolicy} */
  let policy;
  const pausePath = () => `${policyPath(policy.key)}/pause`;
  pause.addEventListener('click', async () => {
    if (!(await act('PUT', pausePath(), { for: forHow.value, reason: why.value.trim() }))) return;
    form.open = false;
    why.value = '';
  });
  resume.addEventListener('click', () => act('DELETE', pausePath()));
  return {
    nodes: [badge, resume, form, note],
    /** @param {PagePolicy} next */
    update(next) {
      policy = next;
      badge.hidden = policy.paused === undefined;
      setAttribute(title, 'aria-label', `Pause ${policy.title}: for how long, and why`);
      setAttribute(forHow, 'aria-label', `how long to pause ${policy.title}`);
      setAttribute(why, 'aria-label', `why to pause ${policy.title}`);
      setAttribute(pause, 'aria-label', `Pause ${policy.title}`);
      setAttribute(resume, 'aria-label', `Resume ${policy.title}`);
    },
    /** @param {number} nowMs */
    tick(nowMs) {
      if (policy === undefined) return;
      const { paused } = policy;
      offer(form, desk);
      offer(resume, desk);
      fields.disabled = !desk.live();
      form.hidden ||= paused !== undefined;
      resume.hidden ||= paused === undefined;
      if (paused !== undefined)
        setText(badge, `Paused by ${paused.by ?? 'hand'} ${untilText(paused, nowMs)}`);
    },
  };
}

/**
 * @param {HTMLDetailsElement} form
 * @param {HTMLElement} title
 */
function closeByEscape(form, title) {
  form.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return;
    form.open = false;
    title.focus();
  });
}

/**
 * Every intervention ends by itself and says why: both are asked for.
 *
 * @param {string} name
 */
export function forAndWhy(name) {
  const options = DURATIONS.map(([value, text]) => el('option', { value, selected: value === '1h' }, text));
  const forHow = el('select', { 'data-testid': `${name}-for` }, ...options);
  const why = el('input', {
    type: 'text',
    maxlength: '200',
    placeholder: 'why? everybody sees it',
    autocomplete: 'off',
    'data-testid': `${name}-reason`,
  });
  return { forHow, why };
}

/**
 * Of an app that has a law or takes the rest.
 *
 * @param {Desk} desk
 */
export function holdControl(desk) {
  const badge = el('span', { class: 'intervention', 'data-testid': 'held' });
  const back = el('button', { type: 'button', class: 'small', 'data-testid': 'give-back' }, 'Give back');
  const held = el('div', { class: 'held' }, badge, back);
  const less = el('button', { type: 'button', 'data-testid': 'hold-less' }, '−');
  const more = el('button', { type: 'button', 'data-testid': 'hold-more' }, '+');
  const exact = el('input', {
    type: 'number',
    step: '1',
    inputmode: 'numeric',
    'data-testid': 'hold-number',
  });
  const { forHow, why } = forAndWhy('hold');
  const hold = el('button', { type: 'button', 'data-testid': 'hold' }, 'Hold');
  const fields = el(
    'fieldset',
    {},
    el('div', { class: 'stepper' }, less, exact, more),
    el('div', { class: 'hold-for' }, el('span', {}, 'for'), forHow),
    why,
    hold,
  );
  const title = el('summary', {});
  const form = el('details', { class: 'hold', 'data-testid': 'hold-form' }, title, fields);
  closeByEscape(form, title);
  const note = el('output', { class: 'intervention-note', 'data-testid': 'hold-note' });
  const node = el('div', { class: 'interventions' }, held, form, note);
  const act = oneAtATime(note, desk.send);
  /** @type {PageApp} */
  let app;

  const overridePath = () => `${policyPath(app.policy)}/overrides/${encodeURIComponent(app.name)}`;
  /** @param {number} n */
  const clamp = (n) => Math.min(app.max ?? n, Math.max(app.min ?? 0, Math.round(n)));
  const wished = () => (Number.isFinite(exact.valueAsNumber) ? clamp(exact.valueAsNumber) : app.requested);
  /** @param {number} n */
  const step = (n) => {
    exact.value = String(clamp(wished() + n));
  };
  less.addEventListener('click', () => step(-1));
  more.addEventListener('click', () => step(1));
  exact.addEventListener('change', () => {
    exact.value = String(wished());
  });
  hold.addEventListener('click', async () => {
    const body = { instances: wished(), for: forHow.value, reason: why.value.trim() };
    if (!(await act('PUT', overridePath(), body))) return;
    form.open = false;
    why.value = '';
  });
  back.addEventListener('click', () => act('DELETE', overridePath()));

  return {
    node,
    /** @param {PageApp} next */
    update(next) {
      app = next;
      const { title: name, min, max, override } = app;
      // While the form is shut: what somebody types into an open one is theirs.
      if (!form.open) exact.value = String(clamp(override?.instances ?? app.requested));
      held.hidden = override === undefined;
      setText(title, override === undefined ? 'Hold at a count' : 'Hold at another count');
      setAttribute(exact, 'min', min ?? 0);
      setAttribute(exact, 'max', max);
      setAttribute(less, 'aria-label', `hold one ${name} less`);
      setAttribute(more, 'aria-label', `hold one ${name} more`);
      setAttribute(exact, 'aria-label', `instances to hold ${name} at`);
      setAttribute(forHow, 'aria-label', `how long to hold ${name}`);
      setAttribute(why, 'aria-label', `why to hold ${name}`);
      setAttribute(hold, 'aria-label', `Hold ${name}`);
      setAttribute(back, 'aria-label', `Give ${name} back to its law`);
    },
    /** @param {number} nowMs */
    tick(nowMs) {
      if (app === undefined) return;
      offer(form, desk);
      offer(back, desk);
      fields.disabled = !desk.live();
      if (app.override !== undefined)
        setText(
          badge,
          `Held at ${count(app.override.instances)} by ${app.override.by ?? 'hand'} ${untilText(app.override, nowMs)}`,
        );
    },
  };
}

/**
 * Where nothing may be changed there is nothing to press; where what is shown is old, nothing is pressed.
 *
 * @param {HTMLElement} node
 * @param {Desk} desk
 */
function offer(node, desk) {
  node.hidden = desk.writes() === 'off';
  if (node instanceof HTMLButtonElement) node.disabled = !desk.live();
}

/**
 * @param {{ untilMs?: number, reason?: string }} intervention
 * @param {number} nowMs
 */
function untilText({ untilMs, reason }, nowMs) {
  const until =
    untilMs === undefined ? 'until it is resumed' : `until ${time(untilMs)}, ${left(untilMs - nowMs)}`;
  return reason ? `${until}: ${reason}` : until;
}

/**
 * Resolves to whether it was done; what went wrong is said in `note`.
 *
 * @param {HTMLElement} note
 * @param {Desk['send']} send
 * @returns {(...change: Parameters<Desk['send']>) => Promise<boolean>}
 */
function oneAtATime(note, send) {
  let busy = false;
  return async (...change) => {
    if (busy) return false;
    busy = true;
    setText(note, '');
    try {
      await send(...change);
      return true;
    } catch (cause) {
      setText(note, messageOf(cause));
      return false;
    } finally {
      busy = false;
    }
  };
}
