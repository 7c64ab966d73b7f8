// core: what people are told beside a law that reckons with no rates: the default law's estimates, and what they say of its count.

import { type FluidOptions, look, type Seen } from './fluid.ts';
import type { LawInput, LawResult } from './law.ts';
import { figuresOf } from './shown.ts';

/** A law's memory, with what was seen beside it in all but those of before that was kept. */
export type Beside<Memory> = Memory | (Memory & Seen);

/** As it was wanted, with the rates once they are known, and what one instance fewer and one more would have meant. */
export function withEstimates<Memory extends object>(
  said: LawResult<Memory>,
  {
    input,
    seen,
    options,
    grows,
  }: {
    readonly input: LawInput;
    readonly seen: Seen | undefined;
    readonly options: FluidOptions;
    /** Whether more may wait the more there are; by default where the target is a wait. */
    readonly grows?: boolean;
  },
): LawResult<Memory & Seen> {
  const view = look(input, seen, options);
  const { kept, ahead, bank, intervalS } = view;
  return {
    ...said,
    memory: { ...said.memory, estimate: kept, growth: ahead.growth, season: ahead.season, bank, intervalS },
    figures: figuresOf(view, said.wanted, grows),
  };
}
