// server/dashboard: what the policy says beside what the scheduler has, to put back or to keep.

/** @import { Desk, PageApp } from '../../dashboard-types.ts' */

import { el, messageOf, part, setAttribute, setText } from '../dom.js';
import { policyPath } from '../send.js';
import { forAndWhy } from './interventions.js';

/** @param {Desk} desk */
export function driftButton(desk) {
  const node = el('button', { type: 'button', class: 'small drift', 'data-testid': 'drift-of' });
  /** @type {PageApp} */
  let app;
  node.addEventListener('click', () => showDrift(app, desk));
  return {
    node,
    /** @param {PageApp} next */
    update(next) {
      app = next;
      const fields = app.drift ?? [];
      node.hidden = fields.length === 0;
      setText(node, `Differs from the policy in ${fields.map(({ field }) => field).join(', ')}…`);
    },
  };
}

/**
 * @param {PageApp} app
 * @param {Desk} desk
 */
function showDrift(app, desk) {
  const dialog = /** @type {HTMLDialogElement} */ (part('drift'));
  const note = el('output', { class: 'intervention-note', 'data-testid': 'drift-note' });
  /**
   * @param {string} label
   * @param {string} id
   * @param {() => Promise<unknown>} act
   */
  const button = (label, id, act) => {
    const node = el('button', { type: 'button', 'data-testid': id }, label);
    node.disabled = !desk.live() || desk.writes() === 'off';
    node.addEventListener('click', async () => {
      try {
        await act();
        dialog.close();
      } catch (cause) {
        setText(note, messageOf(cause));
      }
    });
    return node;
  };
  const putBack = button('Put back', 'put-back', () =>
    desk.send('POST', `${policyPath(app.policy)}/apps/${encodeURIComponent(app.name)}/put-back`),
  );
  const { forHow, why } = forAndWhy('keep');
  setAttribute(forHow, 'aria-label', `how long to keep ${app.title} as it runs`);
  setAttribute(why, 'aria-label', `why to keep ${app.title} as it runs`);
  const keepFor = button('Keep', 'keep-while', () =>
    desk.send('PUT', `${policyPath(app.policy)}/keeps/${encodeURIComponent(app.name)}`, {
      for: forHow.value,
      reason: why.value.trim(),
    }),
  );
  const keep = button('Write into the policy', 'keep', () => keepLive(app, desk));
  const secret = app.drift?.some((field) => field.secret === true) === true;
  if (secret) keep.disabled = true;
  part('drift-content').replaceChildren(
    el('h2', { id: 'drift-title' }, app.title),
    table(app.drift ?? []),
    el(
      'p',
      { class: 'counts' },
      secret
        ? 'Put back writes what the policy says. Keep leaves it as it runs for a while. A secret cannot be written into the policy from here.'
        : 'Put back writes what the policy says. Keep leaves it as it runs for a while, whatever the policy says of drift. What is to last belongs into the policy: from here, where the operator keeps the policy itself.',
    ),
    el('div', { class: 'held' }, putBack, keep),
    el('div', { class: 'hold-for' }, keepFor, el('span', {}, 'for'), forHow, why),
    note,
  );
  dialog.showModal();
}

/** @param {NonNullable<PageApp['drift']>} fields */
function table(fields) {
  const rows = fields.map(({ field, wanted, live, secret }) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, field),
      el('td', {}, secret ? 'a secret' : text(wanted)),
      el('td', {}, secret ? 'another one' : text(live)),
    ),
  );
  const head = ['field', 'policy says', 'runs'].map((title) => el('th', { scope: 'col' }, title));
  return el(
    'table',
    { 'data-testid': 'drift-fields' },
    el('thead', {}, el('tr', {}, ...head)),
    el('tbody', {}, ...rows),
  );
}

/** @param {unknown} value */
function text(value) {
  return value === undefined ? 'nothing' : JSON.stringify(value, undefined, 1);
}

/**
 * Writes what runs into the policy. Throws with a sentence, also where the policy lives elsewhere.
 *
 * @param {PageApp} app
 * @param {Desk} desk
 */
async function keepLive(app, desk) {
  const path = policyPath(app.policy);
  const response = await fetch(path);
  const policy = await response.json();
  if (!response.ok) throw new Error(policy.message);
  /** @type {{ name: string, app?: Record<string, unknown> }[]} */
  const apps = policy.spec.apps;
  const definition = apps.find(({ name }) => name === app.name)?.app;
  if (definition === undefined)
    throw new Error('the policy has no such definition of it: write it there by hand');
  for (const { field, live } of app.drift ?? []) setField(definition, field.split('.'), live);
  await desk.send('PUT', path, policy);
}

/**
 * The first name is that of a field of definitions; the others may hold dots themselves, as those of labels do.
 *
 * @param {Record<string, unknown>} definition
 * @param {readonly string[]} path
 * @param {unknown} value undefined: the field goes
 */
export function setField(definition, path, value) {
  const [first = '', ...inner] = path;
  if (inner.length === 0) assign(definition, first, value);
  else setInner(mapIn(definition, first), inner, value);
}

/**
 * The longest name that is there counts.
 *
 * @param {Record<string, unknown>} object
 * @param {readonly string[]} path
 * @param {unknown} value
 */
function setInner(object, path, value) {
  for (let length = path.length - 1; length > 0; length--) {
    const name = path.slice(0, length).join('.');
    const inner = object[name];
    if (typeof inner === 'object' && inner !== null && !(path.join('.') in object))
      return setInner(mapIn(object, name), path.slice(length), value);
  }
  return assign(object, path.join('.'), value);
}

/**
 * @param {Record<string, unknown>} object
 * @param {string} name
 */
function mapIn(object, name) {
  const there = object[name];
  const map = typeof there === 'object' && there !== null ? { ...there } : {};
  object[name] = map;
  return /** @type {Record<string, unknown>} */ (map);
}

/**
 * @param {Record<string, unknown>} object
 * @param {string} name
 * @param {unknown} value
 */
function assign(object, name, value) {
  if (value === undefined) delete object[name];
  else object[name] = value;
}
