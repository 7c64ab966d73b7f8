// server/dashboard: hands on a policy: pause and resume, hold a count and give it back. What undoes a hand stands in its place.

import { el, setAttribute, setText } from './dom.js';
import { count, left, time } from './format.js';

const DURATIONS = [
  ['15m', '15 minutes'],
  ['1h', '1 hour'],
  ['4h', '4 hours'],
  ['24h', '24 hours'],
];

/**
 * @param desk {post: (path, body) => Promise<void>, writes: () => 'open'|'bearer'|'off', live: () => boolean}
 * @returns {nodes, update(policy), tick(nowMs)}
 */
export function pauseControl(desk) {
  const badge = el('span', { class: 'hand', 'data-testid': 'paused' });
  const button = el('button', { type: 'button', class: 'small', 'data-testid': 'pause' });
  const note = el('output', { class: 'hand-note', 'data-testid': 'pause-note' });
  const act = oneAtATime(note, (path) => desk.post(path, { policy: policy.key }));
  let policy;
  button.addEventListener('click', () => act(policy.paused === undefined ? 'pause' : 'resume'));
  return {
    nodes: [badge, button, note],
    update(next) {
      policy = next;
      const held = policy.paused !== undefined;
      badge.hidden = !held;
      setText(button, held ? 'Resume' : 'Pause');
      setAttribute(button, 'aria-label', `${held ? 'Resume' : 'Pause'} ${policy.title}`);
      setAttribute(
        button,
        'title',
        held ? 'Let the operator go on' : 'Leave every count as it is until it is resumed',
      );
    },
    tick(nowMs) {
      if (policy === undefined) return;
      offer(button, desk);
      if (policy.paused !== undefined) setText(badge, `Paused by hand ${untilText(policy.paused, nowMs)}`);
    },
  };
}

/** Of an app that has a law or takes the rest. */
export function holdControl(desk) {
  const badge = el('span', { class: 'hand', 'data-testid': 'held' });
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
  const options = DURATIONS.map(([value, text]) => el('option', { value }, text));
  const forHow = el('select', { 'data-testid': 'hold-for' }, ...options);
  const hold = el('button', { type: 'button', 'data-testid': 'hold' }, 'Hold');
  const fields = el(
    'fieldset',
    {},
    el('div', { class: 'stepper' }, less, exact, more),
    el('div', { class: 'hold-for' }, el('span', {}, 'for'), forHow, hold),
  );
  const title = el('summary', {});
  const form = el('details', { class: 'hold', 'data-testid': 'hold-form' }, title, fields);
  const note = el('output', { class: 'hand-note', 'data-testid': 'hold-note' });
  const node = el('div', { class: 'hands' }, held, form, note);
  const act = oneAtATime(note, (path, body) =>
    desk.post(path, { policy: app.policy, app: app.name, ...body }),
  );
  let app;

  const clamp = (n) => Math.min(app.max ?? n, Math.max(app.min ?? 0, Math.round(n)));
  const wished = () => (Number.isFinite(exact.valueAsNumber) ? clamp(exact.valueAsNumber) : app.requested);
  const step = (n) => {
    exact.value = clamp(wished() + n);
  };
  less.addEventListener('click', () => step(-1));
  more.addEventListener('click', () => step(1));
  exact.addEventListener('change', () => {
    exact.value = wished();
  });
  form.addEventListener('toggle', () => {
    if (form.open) exact.value = clamp(app.override?.instances ?? app.requested);
  });
  hold.addEventListener('click', async () => {
    if (await act('override', { instances: wished(), for: forHow.value })) form.open = false;
  });
  back.addEventListener('click', () => act('end-override', {}));

  return {
    node,
    update(next) {
      app = next;
      const { name, min, max, override } = app;
      held.hidden = override === undefined;
      setText(title, override === undefined ? 'Hold at a count' : 'Hold at another count');
      for (const [field, value] of [
        ['min', min ?? 0],
        ['max', max],
      ])
        setAttribute(exact, field, value);
      setAttribute(less, 'aria-label', `hold one ${name} less`);
      setAttribute(more, 'aria-label', `hold one ${name} more`);
      setAttribute(exact, 'aria-label', `instances to hold ${name} at`);
      setAttribute(forHow, 'aria-label', `how long to hold ${name}`);
      setAttribute(hold, 'aria-label', `Hold ${name}`);
      setAttribute(back, 'aria-label', `Give ${name} back to its law`);
    },
    tick(nowMs) {
      if (app === undefined) return;
      offer(form, desk);
      offer(back, desk);
      fields.disabled = !desk.live();
      if (app.override !== undefined)
        setText(badge, `Held at ${count(app.override.instances)} by hand ${untilText(app.override, nowMs)}`);
    },
  };
}

/** Where nothing may be changed there is nothing to press; where what is shown is old, nothing is pressed. */
function offer(node, desk) {
  node.hidden = desk.writes() === 'off';
  if ('disabled' in node) node.disabled = !desk.live();
}

function untilText({ untilMs, reason }, nowMs) {
  const until =
    untilMs === undefined ? 'until it is resumed' : `until ${time(untilMs)}, ${left(untilMs - nowMs)}`;
  return reason ? `${until}: ${reason}` : until;
}

/** Resolves to whether it was done; what went wrong is said in `note`. */
function oneAtATime(note, send) {
  let busy = false;
  return async (path, body) => {
    if (busy) return false;
    busy = true;
    setText(note, '');
    try {
      await send(path, body);
      return true;
    } catch (cause) {
      setText(note, cause.message);
      return false;
    } finally {
      busy = false;
    }
  };
}
