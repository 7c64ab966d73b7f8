// core: what will be there when an instance asked for now begins to serve (docs/design/law.md#prediction).

import { type Levels, levelAt, type Tally } from '../../demand/history.ts';

/** Who serves, and who will. */
export interface Launches {
  /** Instances that serve and are to stay. */
  readonly ready: number;
  /** Those that served over the recent past. */
  readonly readyBefore?: Levels;
  /** When the messages were as they are told; by default now. */
  readonly trueAtMs?: number;
  /** When those that do not serve yet were asked for, oldest first. */
  readonly pending: Tally;
  readonly nowMs: number;
  /** d̂, s. */
  readonly deadTimeS: number;
  /** L = d̂ + Δ + s, s: the time over which to look ahead, from when the messages were as they are told. */
  readonly leadS: number;
}

export interface Outlook extends Launches {
  /** Messages that wait or are worked on. */
  readonly backlog: number;
  /** λ, messages/s. */
  readonly arrivals: number;
  /** μ, messages/s per instance. */
  readonly service: number;
  /** c: messages that a busy instance holds. */
  readonly perInstance: number;
}

/** What is so long overdue is not counted on. */
const LOST_AFTER = 3;
const LOST_AFTER_S = 5;

export function overdue(ageS: number, { deadTimeS }: Pick<Launches, 'deadTimeS'>): boolean {
  return ageS > LOST_AFTER * deadTimeS + LOST_AFTER_S;
}

/**
 * Messages less the room in those that serve at the end of L: what waits then, or, below 0, how many more would find
 * somebody idle. An instance that begins to serve takes its first message at once, however long that one lasts.
 *
 * A late count is followed from its own time: who has begun to serve since then did not before, and who has gone did.
 */
export function predictExcess(o: Outlook): number {
  const { nowMs, trueAtMs = nowMs, readyBefore } = o;
  let { backlog, ready } = o;
  let fromS = 0;
  const ageOfCountS = Math.max(0, (nowMs - trueAtMs) / 1000);
  if (ageOfCountS > 0 && readyBefore !== undefined) {
    ready = levelAt(readyBefore, trueAtMs);
    for (let i = 0; i < readyBefore.length; i += 2) {
      const atMs = readyBefore[i] ?? 0;
      if (atMs <= trueAtMs || atMs > nowMs) continue;
      const atS = Math.min(o.leadS, (atMs - trueAtMs) / 1000);
      backlog = after(backlog, ready, o, atS - fromS);
      fromS = atS;
      ready = readyBefore[i + 1] ?? 0;
    }
    ready = o.ready;
  }
  for (const [askedAtMs, n] of o.pending) {
    const ageS = (nowMs - askedAtMs) / 1000;
    if (overdue(ageS, o)) continue;
    const atS = Math.max(fromS, ageOfCountS + Math.max(0, o.deadTimeS - ageS));
    if (atS >= o.leadS) break;
    backlog = after(backlog, ready, o, atS - fromS);
    fromS = atS;
    ready += n;
  }
  return after(backlog, ready, o, o.leadS - fromS) - ready * o.perInstance;
}

type Flow = Pick<Outlook, 'arrivals' | 'service' | 'perInstance'>;

/** While all are busy the backlog moves by λ − μ·n; while some are idle it goes to what is worked on on average. */
function after(backlog: number, ready: number, flow: Flow, forS: number): number {
  if (!(forS > 0)) return backlog;
  const room = ready * flow.perInstance;
  const slope = flow.arrivals - flow.service * ready;
  if (backlog >= room) {
    const then = backlog + slope * forS;
    return then >= room ? then : settling(room, flow, forS - (backlog - room) / -slope);
  }
  const then = settling(backlog, flow, forS);
  if (then <= room) return then;
  const level = levelOf(flow);
  const fullAfterS = (Math.log((level - backlog) / (level - room)) * flow.perInstance) / flow.service;
  return room + slope * (forS - fullAfterS);
}

/** c·λ/μ + (backlog − c·λ/μ)·e^(−μ·t/c) */
function settling(backlog: number, flow: Flow, forS: number): number {
  const level = levelOf(flow);
  return level + (backlog - level) * Math.exp((-flow.service * forS) / flow.perInstance);
}

function levelOf({ arrivals, service, perInstance }: Flow): number {
  return (perInstance * arrivals) / service;
}
