// server/dashboard: each app in numbers beside its colour, and why it has that many.

/** @import { Desk, PageApp, PagePool, Step } from '../../dashboard-types.ts' */

import { paint } from '../colours.js';
import { drawn, el, keep, setAttribute, setText } from '../dom.js';
import { count, local } from '../format.js';
import { countControl } from './controls.js';
import { driftButton } from './drift.js';
import { holdControl } from './interventions.js';
import { scheduleText } from './schedule.js';
import { stepText } from './steps.js';

/** @param {Desk} desk */
export function appCards(desk) {
  const node = el('ul', { class: 'apps', 'data-testid': 'apps' });
  const cards = {
    /** @param {PageApp} app */ key: (app) => app.id,
    /** @param {PageApp} app */ create: (app) => appCard(app, desk),
  };
  return {
    node,
    /** @param {PagePool} pool */
    update: (pool) => keep(node, pool.apps, cards),
    /** @param {number} nowMs */
    tick(nowMs) {
      for (const card of drawn(node)) card.tick?.(nowMs);
    },
  };
}

/**
 * @param {PageApp} app
 * @param {Desk} desk
 */
function appCard({ role, pageControl }, desk) {
  const policy = el('span', { class: 'of' });
  const own = el('a', { rel: 'noreferrer', target: '_blank' });
  const name = el('strong', { class: 'name' }, policy, own);
  const rank = el('span', { class: 'rank' });
  const schedule = el('span', { class: 'rank schedule', 'data-testid': 'app-schedule' });
  const running = el('span', { class: 'big', 'data-testid': 'app-running' });
  const counts = el('span', { class: 'counts' });
  const summary = el('summary');
  const steps = el('ol', { class: 'steps' });
  const estimates = el('p', { class: 'alternatives', 'data-testid': 'app-estimates' });
  const alternatives = el('p', { class: 'alternatives', 'data-testid': 'app-alternatives' });
  const why = el('details', { class: 'why' }, summary, steps, estimates, alternatives);
  const head = el('div', { class: 'app-head' }, el('span', { class: 'chip' }), name, rank, schedule);
  const hold = role === 'fixed' ? undefined : holdControl(desk);
  const control = pageControl === undefined ? undefined : countControl(desk);
  const drift = driftButton(desk);
  const parts = [head, running, counts, ...(hold === undefined ? [] : [hold.node]), drift.node];
  parts.push(control?.node ?? why);
  const node = el('li', { class: 'app', 'data-testid': 'app' }, ...parts);
  /** @param {PageApp} app */
  const update = (app) => {
    paint(node, app.colour);
    setAttribute(node, 'data-app', app.id);
    setAttribute(node, 'data-held', app.override !== undefined);
    hold?.update(app);
    control?.update(app);
    drift.update(app);
    setText(policy, app.title.slice(0, -app.name.length));
    setText(own, app.name);
    setAttribute(own, 'href', app.link);
    setAttribute(
      own,
      'title',
      app.link === undefined ? undefined : `${app.title} in the pages of its cluster`,
    );
    setText(rank, app.scheduler === undefined ? rankOf(app) : `${rankOf(app)} · ${app.scheduler}`);
    setText(schedule, app.schedule === undefined ? '' : scheduleText(app.schedule));
    setText(running, app.exists ? count(app.running) : '–');
    setText(counts, countsOf(app));
    setAttribute(counts, 'title', countsOf(app));
    setText(summary, local(app.summary));
    setAttribute(summary, 'title', local(app.summary));
    keep(
      steps,
      app.steps.map((step, i) => ({ ...step, i })),
      { key: (step) => String(step.i), create: stepLine },
    );
    setText(estimates, app.estimates ?? '');
    setText(alternatives, app.alternatives ?? '');
  };
  /** @param {number} nowMs */
  const tick = (nowMs) => {
    hold?.tick(nowMs);
    control?.tick();
  };
  return Object.assign(node, { update, tick });
}

/** @param {PageApp} app */
function rankOf(app) {
  if (app.role === 'fixed') return 'left to people';
  return app.role === 'remainder' ? `priority ${app.priority}, takes the rest` : `priority ${app.priority}`;
}

/** @param {PageApp} app */
function countsOf(app) {
  if (!app.exists) return 'does not exist yet';
  /** @type {[number, string][]} */
  const parts = [
    [app.waiting, 'waiting'],
    [app.staging, 'starting'],
    [app.killing, 'stopping'],
  ];
  const moving = parts.flatMap(([n, word]) => (n > 0 ? [`${count(n)} ${word}`] : []));
  const bounds = [
    ...(app.min === undefined ? [] : [`min ${app.min}`]),
    ...(app.max === undefined ? [] : [`max ${app.max}`]),
  ];
  const asked = app.requested === app.running ? [] : [`asked for ${count(app.requested)}`];
  return ['running', ...asked, ...moving, ...bounds].join(' · ');
}

function stepLine() {
  const node = el('li');
  /** @param {Step} step */
  const update = (step) => setText(node, stepText(step));
  return Object.assign(node, { update });
}
