// server/dashboard: the time that the charts of a pool share: the last minutes as they come, or any span of the record.

/** @import { Desk, PagePool } from '../../dashboard-types.ts' */

import { el, messageOf, setText } from '../dom.js';
import { day, time } from '../format.js';
import { chooseMoment, fixedSpan, LIVE_S, liveAxis, showSpan, windowS } from './range.js';
import { Recorded, recall } from './recorded.js';
import { replayLine } from './replay-line.js';
import { spanControls } from './span-controls.js';

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
  /** @param {() => void} change */
  const show = (change) => {
    change();
    void load();
  };
  const controls = spanControls({ span, now: () => desk.now(), show });
  const replay = replayLine(desk, span);

  /** Where the charts are empty because nothing is known of that time. */
  const beginText = () => {
    const beginMs = isLive() ? (desk.past.times[0] ?? 0) * 1000 : recorded?.beginsMs;
    return beginMs !== undefined && beginMs > span().fromMs + SOON_MS
      ? `history begins at ${time(beginMs)}`
      : '';
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
    replay.begins(beginText());
    desk.lookBack(fixedSpan() === undefined ? undefined : recorded?.lists, pool);
    redraw();
  }

  /** What the charts draw. */
  const source = () => (isLive() ? desk.past : (recorded ?? EMPTY));
  return {
    controls: controls.node,
    says,
    note,
    replay: replay.node,
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
      controls.update();
      setText(says, fixed === undefined ? '' : spanText(fixed));
      replay.begins(beginText());
      replay.update(next);
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
