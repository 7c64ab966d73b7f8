// core: what an app's queues ask for, less what futility has found to be of no use for each of them.

import type { DecisionStep, LimitedBy } from '../decision.ts';
import { type Futility, followFutility, isBare, knownLimit, outlasting } from './futility/futility.ts';
import type { FutilityMemory } from './futility/memory.ts';
import type { QueueLook } from './futility/pace.ts';

/** What one queue asks for by its law; or all of them together, where a formula says. */
export interface QueueWish {
  readonly wanted: number;
  readonly need: number;
  /** What the queue shows, with as many wanted; undefined while it cannot be read. */
  readonly queue: QueueLook | undefined;
}

/** One for each queue of which something is known. */
export type FutilityMemories = readonly FutilityMemory[];

export interface Useful {
  readonly wanted: number;
  readonly need: number;
  readonly memory: FutilityMemories;
  /** Set where it is less than the laws want. */
  readonly step?: DecisionStep;
  readonly limitedBy?: LimitedBy | undefined;
}

type Circumstances = Pick<QueueLook, 'nowMs' | 'min'>;

const NOTHING: FutilityMemories = [];

/**
 * The queue that asks for most, less what is of no use for it, is the one that is examined: never with fewer than the
 * others ask for. What was found out about another holds for as long as it would have, and for that one alone.
 */
export function useful(
  memory: FutilityMemories | undefined,
  wishes: readonly QueueWish[],
  now: Circumstances,
): Useful {
  const known = memory ?? NOTHING;
  const { nowMs } = now;
  const only = wishes.length === 1 && known.length <= 1 ? wishes[0] : undefined;
  if (only?.queue !== undefined && (known[0]?.target ?? only.queue.target) === only.queue.target)
    return usefulAlone(known, only.queue, only.need);
  const examined = examinedOf(wishes, known, nowMs);
  let others = 0;
  let law = 0;
  let need = 0;
  for (const wish of wishes) {
    law = Math.max(law, wish.wanted);
    if (wish === examined) continue;
    const { cap = wish.wanted } = limitOf(wish, known, nowMs) ?? {};
    others = Math.max(others, Math.min(wish.wanted, cap));
    need = Math.max(need, Math.min(wish.need, cap));
  }
  const own = memoryOf(known, examined?.queue);
  const look = examined?.queue;
  const found = look && followFutility(own, others > now.min ? { ...look, min: others } : look);
  const { cap = Number.POSITIVE_INFINITY } = found ?? {};
  const wanted = Math.max(others, Math.min(examined?.wanted ?? 0, cap));
  const result = {
    wanted,
    need: Math.min(wanted, Math.max(need, examined?.need ?? 0)),
    memory: remembered(known, { own, found, nowMs }),
  };
  if (wanted >= law) return result;
  return { ...result, ...lessThan(law, { wanted, wishes, known, examined, found, nowMs }) };
}

/** As with several, without the others: most apps have one queue. */
function usefulAlone(known: FutilityMemories, look: QueueLook, need: number): Useful {
  const own = known[0];
  const found = followFutility(own, look);
  const memory = found.memory === own ? known : worthKeeping(found.memory);
  const wanted = Math.min(look.wanted, found.cap ?? look.wanted);
  const useful = { wanted, need: Math.min(wanted, need), memory };
  if (wanted >= look.wanted) return useful;
  const step = { rule: 'futility', before: look.wanted, after: wanted, reason: found.reason ?? '' };
  return { ...useful, step, limitedBy: found.known === true ? 'futility' : undefined };
}

/** What every app would have takes no room, and no time to look at, in the memory of each. */
function worthKeeping(memory: FutilityMemory): FutilityMemories {
  return isBare(memory) ? NOTHING : [memory];
}

function memoryOf(known: FutilityMemories, queue: QueueLook | undefined): FutilityMemory | undefined {
  return queue && known.find(({ target }) => target === queue.target);
}

function limitOf({ queue }: QueueWish, known: FutilityMemories, nowMs: number): Futility | undefined {
  const own = known.length === 0 ? undefined : memoryOf(known, queue);
  return own && knownLimit(own, timeFor(own, known, nowMs));
}

/** While fewer are tried for one queue, what was found out about another does not end: its trial would spoil this one. */
function timeFor(own: FutilityMemory, known: FutilityMemories, nowMs: number): number {
  const { untilMs = nowMs } = own;
  const isSpoiling = nowMs >= untilMs && known.some((each) => each !== own && each.phase === 'try');
  return isSpoiling ? untilMs - 1 : nowMs;
}

function examinedOf(
  wishes: readonly QueueWish[],
  known: FutilityMemories,
  nowMs: number,
): QueueWish | undefined {
  if (wishes.length < 2) return wishes[0];
  let examined: QueueWish | undefined;
  let most = -1;
  for (const wish of wishes) {
    const wanted = Math.min(wish.wanted, limitOf(wish, known, nowMs)?.cap ?? wish.wanted);
    if (wanted <= most) continue;
    most = wanted;
    examined = wish;
  }
  return examined;
}

function remembered(
  known: FutilityMemories,
  {
    own,
    found,
    nowMs,
  }: {
    readonly own: FutilityMemory | undefined;
    readonly found: Futility | undefined;
    readonly nowMs: number;
  },
): FutilityMemories {
  if (known.length === 1 && found !== undefined && found.memory === own) return known;
  const rest = known.flatMap((each) =>
    each === own ? [] : (outlasting(each, timeFor(each, known, nowMs)) ?? []),
  );
  return found === undefined || isBare(found.memory) ? rest : [found.memory, ...rest];
}

/** Why the largest wish is not fulfilled: what is known of its queue says so. */
function lessThan(
  law: number,
  {
    wanted,
    wishes,
    known,
    examined,
    found,
    nowMs,
  }: {
    readonly wanted: number;
    readonly wishes: readonly QueueWish[];
    readonly known: FutilityMemories;
    readonly examined: QueueWish | undefined;
    readonly found: Futility | undefined;
    readonly nowMs: number;
  },
): Pick<Useful, 'step' | 'limitedBy'> {
  const largest = wishes.find((wish) => wish.wanted === law);
  const limit = largest === undefined || largest === examined ? found : limitOf(largest, known, nowMs);
  const step = { rule: 'futility', before: law, after: wanted, reason: limit?.reason ?? '' };
  return { step, limitedBy: limit?.known === true ? 'futility' : undefined };
}
