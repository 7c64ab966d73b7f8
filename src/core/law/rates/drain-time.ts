// core: how long it takes to work off what waits, and how far off that may be (docs/design/law.md#what-is-shown).

import type { Messages } from '../../demand/messages.ts';
import type { LawInput } from '../law.ts';
import { MARGIN } from '../shown.ts';
import { countDeviation } from './observe.ts';

/** How fast the instances of an app work off a queue. */
export interface Pace {
  /** Messages/s of all that serve. */
  readonly perS: number;
  /** Two deviations of it. */
  readonly margin: number;
}

export interface DrainTime {
  readonly seconds: number;
  /** Two deviations of it. */
  readonly margin: number;
}

/** Null where nobody serves, and where the service rate is not known well enough to be shown. */
export function paceIn(
  { servicePerS, servicePerSMargin }: Readonly<Record<string, number>>,
  { ready }: Pick<LawInput, 'ready'>,
): Pace | null {
  if (servicePerS === undefined || servicePerSMargin === undefined) return null;
  return ready > 0 && servicePerS > 0
    ? { perS: ready * servicePerS, margin: ready * servicePerSMargin }
    : null;
}

/** q/(μ·n): what is not known of q and of μ adds up as shares of each, for neither tells of the other. */
export function drainTime(
  { waiting, splitMargin }: Pick<Messages, 'waiting' | 'splitMargin'>,
  { perS, margin }: Pace,
): DrainTime {
  if (waiting <= 0) return { seconds: 0, margin: 0 };
  const seconds = waiting / perS;
  const countMargin = Math.hypot(splitMargin, MARGIN * countDeviation(waiting));
  return { seconds, margin: seconds * Math.hypot(countMargin / waiting, margin / perS) };
}
