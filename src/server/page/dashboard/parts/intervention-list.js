// server/dashboard: every intervention there is: what it does, who made it, until when, why; and a button that ends it.

/** @import { Desk, PageIntervention } from '../../dashboard-types.ts' */

import { drawn, el, keep, messageOf, setAttribute, setText } from '../dom.js';
import { count, left, local, moment } from '../format.js';
import { policyAddress } from '../navigation.js';
import { objectPath, policyPath } from '../send.js';

/** @type {Readonly<Record<NonNullable<PageIntervention['end']>, string>>} */
const ENDS = { resume: 'Resume', 'give-back': 'Give back', 'end-keep': 'End', delete: 'Delete' };

/**
 * @param {HTMLElement} section hidden while there is none
 * @param {Element} list
 * @param {Desk} desk
 */
export function interventionList(section, list, desk) {
  return {
    /** @param {readonly PageIntervention[]} interventions */
    update(interventions) {
      section.hidden = interventions.length === 0;
      keep(list, interventions, { key: ({ key }) => key, create: () => line(desk) });
    },
    /** @param {number} nowMs */
    tick(nowMs) {
      for (const node of drawn(list)) node.tick?.(nowMs);
    },
  };
}

/** @param {Desk} desk */
function line(desk) {
  const what = el('strong');
  const about = el('a');
  const who = el('span', { class: 'counts', 'data-testid': 'intervention-until' });
  const why = el('p', { 'data-testid': 'intervention-why' });
  const end = el('button', { type: 'button', class: 'small', 'data-testid': 'intervention-end' });
  const note = el('output', { class: 'intervention-note', 'data-testid': 'intervention-note' });
  const node = el(
    'li',
    { 'data-testid': 'intervention' },
    el('div', {}, what, ' ', about, ' ', who, why, note),
    end,
  );
  /** @type {PageIntervention} */
  let shown;
  end.addEventListener('click', async () => {
    end.disabled = true;
    setText(note, '');
    try {
      await desk.send('DELETE', endPath(shown));
    } catch (cause) {
      setText(note, messageOf(cause));
    }
  });
  /** @param {PageIntervention} intervention */
  const update = (intervention) => {
    shown = intervention;
    const { policy, title, reason, message, state } = intervention;
    setAttribute(node, 'data-state', state);
    setText(what, whatText(intervention));
    setText(about, title);
    setAttribute(about, 'href', policyAddress(policy));
    setText(why, [reason, message === undefined ? '' : local(message)].filter(Boolean).join(' · '));
    if (intervention.end !== undefined) {
      setText(end, ENDS[intervention.end]);
      setAttribute(end, 'aria-label', `${ENDS[intervention.end]}: ${whatText(intervention)} ${title}`);
    }
  };
  /** @param {number} nowMs */
  const tick = (nowMs) => {
    setText(who, whoText(shown, nowMs));
    end.hidden = shown.end === undefined || desk.writes() === 'off';
    end.disabled = !desk.live();
  };
  return Object.assign(node, { update, tick });
}

/** @param {PageIntervention} intervention */
function whatText({ type, instances = 0 }) {
  switch (type) {
    case 'Pause':
      return 'Pause';
    case 'Override':
      return `Held at ${count(instances)}`;
    case 'PutBack':
      return 'Put back';
    case 'Keep':
      return 'Kept as it runs';
  }
}

/**
 * @param {PageIntervention} intervention
 * @param {number} nowMs
 */
function whoText({ by = 'hand', state, untilMs, endedAtMs }, nowMs) {
  if (endedAtMs !== undefined) return `by ${by}, ended ${moment(endedAtMs, nowMs)}`;
  const until = untilMs === undefined ? '' : ` until ${moment(untilMs, nowMs)}, ${left(untilMs - nowMs)}`;
  return `by ${by}${until}${state === 'InForce' ? '' : ', not in force'}`;
}

/** @param {PageIntervention} intervention */
function endPath({ end, policy, app = '', key }) {
  if (end === 'resume') return `${policyPath(policy)}/pause`;
  if (end === 'give-back') return `${policyPath(policy)}/overrides/${encodeURIComponent(app)}`;
  if (end === 'end-keep') return `${policyPath(policy)}/keeps/${encodeURIComponent(app)}`;
  return objectPath('interventions', key);
}
