// server/dashboard: the time that the charts of a pool share: the last minutes as they come, or any span of the record.

/** @import { Desk, PagePool } from '../../dashboard-types.ts' */

import { el, messageOf, setAttribute, setText } from '../dom.js';
import { day, time } from '../format.js';
import { openReplay } from '../parts/replay.js';
import {
  chooseMoment,
  fixedSpan,
  LIVE_S,
  liveAxis,
  moved,
  replayCommand,
  showLast,
  showSpan,
  WINDOWS,
  windowS,
  zoomed,
} from './range.js';
import { Recorded, recall } from './recorded.js';

/** The newest of a long span is fetched again so often. */
const REFRESH_MS = 10_000;
/** Less is nobody's question. */
const SOON_MS = 5_000;

/**
 * @param {Desk} desk
 * @param {() => void} redraw
 */
export function timeline(desk, redraw) {
  /** @type {PagePool | undefined} */
  let pool;
  /** @type {Recorded | undefined} */
  let recorded;
  let loadedAtMs = 0;
  let wanted = 0;

  const isLive = () => fixedSpan() === undefined && windowS() <= LIVE_S;
  /** @returns {{ fromMs: number, toMs: number }} */
  const span = () => {
    const nowMs = desk.now();
    return fixedSpan() ?? { fromMs: nowMs - windowS() * 1000, toMs: nowMs };
  };
  const says = el('span', { class: 'readout', 'data-testid': 'span' });
  const note = el('p', { class: 'counts', role: 'status', 'data-testid': 'record-note' });
  const command = el('code');
  const typed = el('span', {}, ' or ', command);
  const tryIt = el(
    'button',
    { type: 'button', class: 'small', 'data-testid': 'replay-open' },
    'Try a change against this time…',
  );
  const begins = el('span', { class: 'begins', 'data-testid': 'history-begins' });
  const replay = el('p', { class: 'counts', 'data-testid': 'replay' }, tryIt, typed, begins);
  tryIt.addEventListener('click', () => {
    const policy = pool?.policies[0];
    if (policy !== undefined) openReplay(policy, span(), desk);
  });
  const buttons = WINDOWS.map(([seconds, label]) => {
    const node = el('button', { type: 'button', 'data-testid': `last-${seconds}` }, label);
    node.addEventListener('click', () => show(() => showLast(seconds)));
    return { node, seconds };
  });
  /**
   * @param {string} sign
   * @param {string} label
   * @param {(present: { fromMs: number, toMs: number }) => { fromMs: number, toMs: number }} next
   */
  const mover = (sign, label, next) => {
    const node = el('button', { type: 'button', 'aria-label': label, title: label }, sign);
    node.addEventListener('click', () => show(() => showSpan(next(span()), desk.now())));
    return node;
  };
  const controls = el(
    'div',
    { class: 'windows', role: 'group', 'aria-label': 'time shown' },
    mover('◀', 'earlier', (present) => moved(present, -0.5)),
    mover('▶', 'later', (present) => moved(present, 0.5)),
    mover('+', 'zoom in', (present) => zoomed(present, 0.5)),
    mover('−', 'zoom out', (present) => zoomed(present, 2)),
    ...buttons.map(({ node }) => node),
  );

  /** Where the charts are empty because nothing is known of that time. */
  const beginText = () => {
    const beginMs = isLive() ? (desk.past.times[0] ?? 0) * 1000 : recorded?.beginsMs;
    return beginMs !== undefined && beginMs > span().fromMs + SOON_MS
      ? `history begins at ${time(beginMs)}`
      : '';
  };

  /** @param {() => void} change */
  const show = (change) => {
    change();
    void load();
  };

  async function load() {
    const mine = ++wanted;
    loadedAtMs = desk.now();
    if (isLive() || pool === undefined) recorded = undefined;
    else {
      try {
        const found = await recall(pool, span());
        if (mine !== wanted) return;
        recorded = found;
        setText(note, found.notes.join(' '));
      } catch (cause) {
        if (mine !== wanted) return;
        recorded = new Recorded([], pool);
        setText(note, messageOf(cause));
      }
    }
    if (isLive()) setText(note, '');
    setText(begins, beginText());
    desk.lookBack(fixedSpan() === undefined ? undefined : recorded?.lists, pool);
    redraw();
  }

  /** What the charts draw. */
  const source = () => (isLive() ? desk.past : (recorded ?? EMPTY));
  return {
    controls,
    says,
    note,
    replay,
    data: {
      get times() {
        return source().times;
      },
      /** @param {string} name */
      column: (name) => source().column(name),
    },
    /** @returns {[number, number]} */
    range() {
      if (isLive()) return liveAxis(desk.past.times, windowS());
      const { fromMs, toMs } = span();
      return [fromMs / 1000, toMs / 1000];
    },
    decisions: () => (isLive() ? desk.decisions() : (recorded?.lists.decisions ?? [])),
    troubles: () => (isLive() ? [] : (recorded?.troubles ?? [])),
    /**
     * @param {number} fromS
     * @param {number} toS
     */
    zoomTo(fromS, toS) {
      show(() => showSpan({ fromMs: fromS * 1000, toMs: toS * 1000 }, desk.now()));
    },
    /**
     * While the past is looked at, a click chooses the moment that the rest of the page shows.
     *
     * @param {number} timeS
     */
    choose(timeS) {
      if (fixedSpan() === undefined) return;
      chooseMoment(timeS * 1000);
      desk.lookBack(recorded?.lists, pool);
    },
    /** @param {PagePool} next */
    update(next) {
      const isFirst = pool === undefined;
      pool = next;
      const fixed = fixedSpan();
      for (const { node, seconds } of buttons)
        setAttribute(node, 'aria-pressed', String(fixed === undefined && seconds === windowS()));
      setText(says, fixed === undefined ? '' : spanText(fixed));
      setText(begins, beginText());
      const [policy] = next.policies;
      tryIt.hidden = !desk.replays();
      typed.hidden = fixed === undefined;
      const isEmpty = typed.hidden && tryIt.hidden && begins.textContent === '';
      replay.hidden = policy === undefined || isEmpty;
      if (fixed !== undefined && policy !== undefined) setText(command, replayCommand(policy.key, fixed));
      const stale = fixed === undefined && !isLive() && desk.now() - loadedAtMs > REFRESH_MS;
      if (isFirst || stale) void load();
    },
  };
}

const EMPTY = new Recorded([], /** @type {PagePool} */ ({ apps: /** @type {PagePool['apps']} */ ([]) }));

/** @param {{ fromMs: number, toMs: number }} span */
function spanText({ fromMs, toMs }) {
  return `${day(fromMs)} ${time(fromMs)} to ${day(toMs) === day(fromMs) ? '' : `${day(toMs)} `}${time(toMs)}`;
}
