// core: when a rise is worth a change, and what is said of a queue above its target where none is made (docs/design/law.md#when-it-acts).

import { brief, spanText, withRange } from '../../api/words/figures.ts';
import { outcomeOf } from './alternatives.ts';
import { isBlind, rises, type View } from './need.ts';
import { MARGIN } from './shown.ts';

/** Who is missing comes once that might have left undone so much of the target since the last rise. */
const LEFT_UNDONE = 0.15;

export interface Rise {
  /** By so many. */
  readonly by: number;
  /** From so many messages on that waiting with it may have left undone it is made. */
  readonly worth: number;
  readonly isWorthIt: boolean;
}

/**
 * What comes of waiting with a rise is work that is left undone, and a queue that is longer by that: at most as if those k had
 * been missing since the last rise, and until the next look. Until that is a share of the target, the rise waits for more.
 * Where nobody sees who works a rise may be all that tells how many do.
 *
 * @param more the count that is wanted
 */
export function riseOf({ input, known, target, intervalS }: View, more: number, roseAtMs: number): Rise {
  const { asked, nowMs } = input;
  const by = more - asked;
  const missingS = (nowMs - roseAtMs) / 1000 + intervalS;
  const undone = by * known.service * missingS;
  const worth = LEFT_UNDONE * target;
  return { by, worth, isWorthIt: asked === 0 || isBlind(input) || undone >= worth };
}

/**
 * Who sees more waiting than the target allows, and no more instances, is told what is waited for: a rise until it is worth a
 * change, those that were asked for a moment ago, or those that are enough.
 */
export function whyNoMore(view: View, { by, worth, isWorthIt }: Rise, cold: Cold): string {
  const { input, target } = view;
  if (by > 0 && !isWorthIt && rises(view))
    return `; ${by} more ${by === 1 ? 'is' : 'are'} worth a change once waiting may have left ${brief(worth)} messages undone`;
  if (input.messages.waiting <= target) return '';
  return cold.most <= input.asked && rises(view) ? coldText(view, cold) : enoughText(view);
}

/** As many as a lead time may begin with while nobody knows what one does. */
interface Cold {
  readonly most: number;
  readonly atMs: number;
}

function coldText({ input, leadS }: View, { atMs }: Cold): string {
  const leftMs = Math.max(0, atMs + leadS * 1000 - input.nowMs);
  return `; no more than these for ${spanText(leftMs)}, while it is not known how much one does`;
}

function enoughText(view: View): string {
  const { excess, input, atOnce, ahead, estimate, deviation, leadS, horizonS, target, goal } = view;
  const course = {
    excess,
    asked: input.asked,
    atOnce,
    arrivals: ahead.whenReady,
    service: estimate.service,
    deviation,
    leadS,
    horizonS,
    target,
    grows: goal.kind !== 'queueLength',
  };
  const { waiting, spread } = outcomeOf(course, input.asked);
  const left = withRange(waiting, MARGIN * spread);
  return `; with those asked for ${left} are expected in ${spanText((leadS + horizonS) * 1000)}`;
}
