// test support: what a law is asked, with what a test cares about on top.

import { DEFAULT_MISS_TOLERANCE, type LawInput } from '../../../src/core/law/law.ts';
import { T0 } from '../../support/builders.ts';

type Over = Partial<Omit<LawInput, 'messages'>> & { readonly messages?: Partial<LawInput['messages']> };

/** An app with five serving instances and `waiting` messages, asked at time zero. */
export function lawInput(waiting: number, over: Over = {}): LawInput {
  const asked = over.asked ?? 5;
  const ready = over.ready ?? asked;
  return {
    nowMs: T0,
    atMs: over.nowMs ?? T0,
    asked,
    ready,
    readyBefore: [T0 - 60_000, ready],
    pending: [],
    deadTimeMs: 2_000,
    settled: true,
    giveBackAfterMs: 10_000,
    missTolerance: DEFAULT_MISS_TOLERANCE,
    ...over,
    messages: {
      waiting,
      inFlight: undefined,
      splitMargin: 0,
      perBusyInstance: 1,
      fetchedAhead: 0,
      oldestAgeMs: undefined,
      arrivals: undefined,
      arrivedTotal: undefined,
      taken: undefined,
      ...over.messages,
    },
  };
}
