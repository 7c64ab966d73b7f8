// controller: the condition Paused: by a person, or as the policy says. Pure.

import type { PolicySpec } from '../../../api/policy.ts';
import { pauseText } from '../../interventions/effect.ts';
import { shownVersion } from '../../policies/records.ts';
import { type Finding, is, type Part } from './finding.ts';

export function pausedOf({ record, assessments }: Part): Finding {
  const bySpec = shownVersion(record).policy.spec.mode === 'Paused';
  const byHand = assessments[0]?.app.paused;
  if (byHand !== undefined) {
    const beside = bySpec ? '; the policy says `mode: Paused` too' : '';
    return is('True', 'PausedByHand', `${pauseText(byHand)}${beside}`);
  }
  if (bySpec) return is('True', 'PausedBySpec', 'the policy says `mode: Paused`');
  return is('False', 'Running', 'not paused');
}

/** As it is run: a person may have paused it. */
export function modeOf({ record, assessments }: Part): PolicySpec['mode'] {
  return assessments[0]?.app.mode ?? shownVersion(record).policy.spec.mode;
}
