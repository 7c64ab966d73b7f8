// bench: the laws that a suite compares: all but the policy's own, whose target and algorithm a suite decides.

import type { Law } from '../../src/simulator/law/law.ts';
import { requireLaw, SHIPPED_LAWS } from '../../src/simulator/law/laws.ts';
import { RIVALS } from '../rivals/laws.ts';

export const BENCH_LAWS: readonly Law[] = [...SHIPPED_LAWS.filter(({ id }) => id !== 'policy'), ...RIVALS];

/** @throws TerminalError that names all there are */
export function benchLaws(ids: readonly string[] | undefined): readonly Law[] {
  return ids === undefined ? BENCH_LAWS : ids.map((id) => requireLaw([...SHIPPED_LAWS, ...RIVALS], id));
}
