// core: what the laws of an app have learned of its work, for those who look at a memory from outside.

import type { DecisionMemory } from './decision.ts';
import type { FluidMemory } from './law/fluid.ts';
import { type Rates, ratesOf } from './law/rates/bank.ts';
import { type LawMemory, statesIn } from './memory.ts';

export interface LearnedService {
  /** μ, messages/s per instance. */
  readonly perS: number;
  /** Its standard deviation. */
  readonly sd: number;
}

/** One per target, in order; undefined where its law has learned none. */
export function serviceLearned(
  memory: DecisionMemory | undefined,
  app: string,
): readonly (LearnedService | undefined)[] {
  return (statesIn(memory)(app)?.laws ?? []).map((law) => (law === null ? undefined : serviceIn(law)));
}

function serviceIn(law: LawMemory): LearnedService | undefined {
  if (law.law !== 'Fluid') return undefined;
  if ('estimate' in law) {
    const { service, varService } = bestKnown(law);
    return service > 0 ? { perS: service, sd: Math.sqrt(Math.max(0, varService)) } : undefined;
  }
  const known = law.learned.service;
  return known && { perS: known.rate, sd: known.rate * known.doubt };
}

/** What people are told of μ, where that is sure; else what the law decides by. */
export function bestKnown({ bank, estimate }: FluidMemory): Pick<Rates, 'service' | 'varService'> {
  const told = bank && ratesOf(bank);
  return told?.isServiceSure ? told : estimate;
}
