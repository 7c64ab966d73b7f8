// api: what the schema of an intervention cannot say: which fields go with which type, and that it ends.

import { durationMs, durationText, isDuration } from '../duration.ts';
import type { Intervention, InterventionSpec, InterventionType } from '../policy.ts';
import type { RuleContext } from '../rules/context.ts';
import type { Partly } from '../rules/partly.ts';
import { error, type Finding } from './finding.ts';

/** An override is for an incident: what is to last belongs into the policy. */
const LONGEST_OVERRIDE_MS = 24 * 3_600_000;
export const LONGEST_PAUSE_MS = 366 * 24 * 3_600_000;
/** A write that is in the way of others is tried again for so long; later it would surprise. */
export const PUT_BACK_MS = 60_000;

type Spec = Partly<InterventionSpec>;

/** What the schema refused is not missing, and has been reported. */
type IsThere = (field: keyof InterventionSpec) => boolean;

/** @param document defaulted, without what the schema refused */
export function checkIntervention(
  { spec = {} }: Partly<Intervention>,
  { refused }: Pick<RuleContext, 'refused'>,
): readonly Finding[] {
  const { type } = spec;
  if (type === undefined) return [];
  const isThere: IsThere = (field) => spec[field] !== undefined || refused(`/spec/${field}`);
  return [...checkFields(spec, type, isThere), ...checkEnd(spec, type, isThere)];
}

/** How long an intervention of this type may last. */
export function longestMs(type: InterventionType): number {
  return type === 'Pause' ? LONGEST_PAUSE_MS : LONGEST_OVERRIDE_MS;
}

function checkFields({ app, instances }: Spec, type: InterventionType, isThere: IsThere): readonly Finding[] {
  const findings: Finding[] = [];
  if (type === 'Pause' && app !== undefined)
    findings.push(error('/spec/app', 'a Pause is of the whole policy: leave spec.app out'));
  if (type !== 'Pause' && !isThere('app'))
    findings.push(error('/spec', `spec needs app: ${nameOf(type)} is of one app of the policy`));
  if (type === 'Override' && !isThere('instances'))
    findings.push(error('/spec', 'spec needs instances: an Override says how many there shall be'));
  if (type !== 'Override' && instances !== undefined)
    findings.push(error('/spec/instances', `${nameOf(type)} has no count: leave spec.instances out`));
  return findings;
}

function checkEnd({ for: span, until }: Spec, type: InterventionType, isThere: IsThere): readonly Finding[] {
  if (span !== undefined && until !== undefined)
    return [error('/spec/until', 'spec.for and spec.until exclude each other: keep one of them')];
  if (until !== undefined && Number.isNaN(Date.parse(until)))
    return [error('/spec/until', 'spec.until must be a time such as 2026-01-31T02:10:00Z')];
  if (!isThere('for') && !isThere('until') && type !== 'PutBack')
    return [
      error(
        '/spec',
        `spec needs for or until: ${nameOf(type)} ends by itself; what is to last belongs into the policy`,
      ),
    ];
  if (span === undefined || !isDuration(span) || durationMs(span) <= longestMs(type)) return [];
  const longest = durationText(longestMs(type));
  return [error('/spec/for', `spec.for is at most ${longest} for ${nameOf(type)}, and not ${span}`)];
}

function nameOf(type: InterventionType): string {
  return type === 'Override' ? 'an Override' : `a ${type}`;
}
