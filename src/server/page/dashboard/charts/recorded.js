// server/dashboard: what the operator's record says of a span, in the columns that the charts draw.

/** @import { ChartData, Lists, PagePool, PolicyHistory } from '../../dashboard-types.ts' */
/** @import { Span } from './range.js' */

import { policyPath } from '../send.js';

const BUCKETS = 600;
const SHORTEST_STEP_MS = 100;

/** @implements {ChartData} */
export class Recorded {
  /** @type {number[]} */
  times = [];
  /** @type {Map<string, (number | null)[]>} */
  #columns = new Map();
  /** @type {PolicyHistory[]} */
  #histories;
  #pool;

  /**
   * @param {PolicyHistory[]} histories of the policies of `pool`, in equal steps
   * @param {PagePool} pool
   */
  constructor(histories, pool) {
    this.#histories = histories;
    this.#pool = pool;
    this.times = (histories[0]?.atMs ?? []).map((ms) => ms / 1000);
    for (const { apps, capacity } of histories) {
      this.#columns.set(pool.capacitySeries, capacity.total);
      for (const recorded of apps) {
        const app = pool.apps.find(({ id }) => id === recorded.id);
        if (app === undefined) continue;
        this.#columns.set(app.runningSeries, recorded.running);
        app.metrics.forEach(({ valueSeries, marginSeries, targetSeries }, i) => {
          const metric = recorded.metrics[i];
          if (metric === undefined) return;
          this.#columns.set(valueSeries, metric.most);
          this.#columns.set(marginSeries, metric.margin);
          this.#columns.set(targetSeries, metric.target);
        });
      }
    }
  }

  /**
   * @param {string} name
   * @returns {(number | null)[]}
   */
  column(name) {
    return this.#columns.get(name) ?? new Array(this.times.length).fill(null);
  }

  /**
   * What was decided and what happened, newest first.
   *
   * @returns {Lists}
   */
  get lists() {
    const apps = new Map(this.#pool.apps.map((app) => [app.id, app]));
    const decisions = this.#histories.flatMap((history) =>
      history.decisions.map((decision) => {
        const app = apps.get(decision.app);
        const known = app === undefined ? {} : { colour: app.colour };
        return { ...decision, ...known, title: app?.title ?? decision.app, policy: history.policy };
      }),
    );
    const events = this.#histories.flatMap((history) => history.events);
    /** @type {(a: { atMs: number }, b: { atMs: number }) => number} */
    const newestFirst = (a, b) => b.atMs - a.atMs;
    return { decisions: decisions.toSorted(newestFirst), events: events.toSorted(newestFirst) };
  }

  /** When a policy was not well, and why. */
  get troubles() {
    return this.#histories.flatMap(({ conditions, toMs }) =>
      conditions.flatMap(({ type, status, reason, message, fromMs, toMs: endMs = toMs }) => {
        const span = { reason, message, fromMs, toMs: endMs };
        if (type === 'Ready' && status !== 'True') return [{ ...span, level: 'failing' }];
        // That a count waits its time, as the policy says, is no trouble: a busy day has it every minute.
        const isTrouble = type === 'ScalingLimited' && status === 'True' && reason !== 'LimitedByBehavior';
        if (isTrouble) return [{ ...span, level: 'limited' }];
        return [];
      }),
    );
  }

  /** When the record begins, ms; undefined: there is none. */
  get beginsMs() {
    const begins = this.#histories.flatMap(({ recordedFromMs }) => recordedFromMs ?? []);
    return begins.length === 0 ? undefined : Math.min(...begins);
  }

  /** What could not be read, and how far back the record goes, in sentences. */
  get notes() {
    return [...new Set(this.#histories.flatMap(({ notes }) => notes))];
  }
}

/**
 * @param {PagePool} pool
 * @param {Span} span
 * @returns {Promise<Recorded>}
 */
export async function recall(pool, { fromMs, toMs }) {
  const step = Math.max(SHORTEST_STEP_MS, Math.ceil((toMs - fromMs) / BUCKETS / 100) * 100);
  const query = `from=${Math.round(fromMs)}&to=${Math.round(toMs)}&step=${step}`;
  const histories = await Promise.all(pool.policies.map(({ key }) => historyOf(key, query)));
  return new Recorded(histories, pool);
}

/**
 * @param {string} key namespace/name
 * @param {string} query
 * @returns {Promise<PolicyHistory>}
 */
async function historyOf(key, query) {
  const response = await fetch(`${policyPath(key)}/history?${query}`);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.message ?? `the operator answered ${response.status}`);
  return answer;
}
