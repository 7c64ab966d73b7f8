// server/dashboard: what people may move. One request at a time, the latest wish wins.

import { paint } from './colours.js';
import { el, keep, setAttribute, setText } from './dom.js';

const SETTLE_MS = 200;
const GIVE_UP_MS = 8_000;

/** @param desk {writes: () => 'open'|'bearer'|'off', post: (path, body) => Promise<void>} */
export function appControls(desk) {
  const list = el('ul', { class: 'controls' });
  const node = el(
    'section',
    { class: 'card', 'data-testid': 'controls' },
    el('h2', {}, 'Yours to move'),
    list,
  );
  const create = () => control((app, instances) => desk.post('scale', { app, instances }));
  return {
    node,
    update(pool, live) {
      const items = pool.apps.filter((app) => app.pageControl !== undefined);
      node.hidden = items.length === 0;
      const enabled = live && desk.writes() !== 'off';
      keep(
        list,
        items.map((app) => ({ app, enabled })),
        { key: ({ app }) => app.id, create },
      );
    },
  };
}

function control(scale) {
  const name = el('legend');
  const less = el('button', { type: 'button', 'data-testid': 'less' }, '−');
  const more = el('button', { type: 'button', 'data-testid': 'more' }, '+');
  const exact = el('input', { type: 'number', step: '1', inputmode: 'numeric', 'data-testid': 'number' });
  const slider = el('input', { type: 'range', step: '1', 'data-testid': 'slider' });
  const note = el('output', { class: 'counts', 'data-testid': 'control-note' });
  const fields = el('fieldset', {}, name, el('div', { class: 'stepper' }, less, exact, more), slider, note);
  const node = el('li', { 'data-testid': 'control' }, fields);
  const wish = wishOf(
    (app, n) => scale(app, n),
    () => draw(),
  );
  let app;
  let enabled = false;

  const draw = () => {
    const { min, max } = app.pageControl;
    const shown = wish.value() ?? app.requested;
    for (const input of [exact, slider]) {
      setAttribute(input, 'min', min);
      setAttribute(input, 'max', max);
      if (
        input.value !== String(shown) &&
        !(input === exact && document.activeElement === exact && wish.value() === undefined)
      )
        input.value = shown;
    }
    less.disabled = shown <= min;
    more.disabled = shown >= max;
    fields.disabled = !enabled;
    setText(note, wish.error() ?? noteOf(app, wish.value()));
    setAttribute(note, 'data-error', wish.error() !== undefined);
  };
  const move = (n) => {
    const { min, max } = app.pageControl;
    if (Number.isFinite(n)) wish.set(app.id, Math.min(max, Math.max(min, Math.round(n))));
    draw();
  };
  const now = () => wish.value() ?? app.requested;
  less.addEventListener('click', () => move(now() - 1));
  more.addEventListener('click', () => move(now() + 1));
  slider.addEventListener('input', () => move(slider.valueAsNumber));
  exact.addEventListener('change', () => move(exact.valueAsNumber));

  node.update = (next) => {
    ({ app, enabled } = next);
    paint(node, app.colour);
    setAttribute(node, 'data-app', app.id);
    setText(name, app.name);
    setAttribute(less, 'aria-label', `one ${app.name} less`);
    setAttribute(more, 'aria-label', `one ${app.name} more`);
    setAttribute(exact, 'aria-label', `instances of ${app.name}`);
    setAttribute(slider, 'aria-label', `instances of ${app.name}`);
    wish.seen(app.requested);
    draw();
  };
  return node;
}

function noteOf(app, wished) {
  if (wished !== undefined && wished !== app.requested) return `asking for ${wished}…`;
  if (app.requested !== app.running) return `${app.requested} asked for, ${app.running} running`;
  return `${app.running} running, ${app.pageControl.min} to ${app.pageControl.max} allowed`;
}

/** What was asked for and is not seen yet. */
function wishOf(send, changed) {
  let value;
  let error;
  let timer;
  let sending = false;
  /** From when on the operator's word counts again; while something is to be sent, never. */
  let until = 0;

  const post = async (app) => {
    if (sending) return;
    sending = true;
    const asked = value;
    try {
      await send(app, asked);
      if (value === asked) until = performance.now() + GIVE_UP_MS;
    } catch (cause) {
      error = cause.message;
      value = undefined;
    }
    sending = false;
    if (value !== undefined && value !== asked) await post(app);
    else changed();
  };
  return {
    value: () => value,
    error: () => error,
    set(app, n) {
      value = n;
      error = undefined;
      until = Number.POSITIVE_INFINITY;
      clearTimeout(timer);
      timer = setTimeout(() => void post(app), SETTLE_MS);
    },
    seen(requested) {
      const sent = until !== Number.POSITIVE_INFINITY;
      if (sent && (requested === value || performance.now() > until)) value = undefined;
    },
  };
}
