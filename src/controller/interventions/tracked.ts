// controller: one intervention as the operator follows it: what is due when, and what its home shows of it. Pure.

import { durationMs } from '../../api/duration.ts';
import { type InterventionSpec, type ResourceKey, resourceKey } from '../../api/policy.ts';
import type { InterventionReason, InterventionStatus } from '../../api/status.ts';
import { PUT_BACK_MS } from '../../api/validation/intervention-rules.ts';
import { defined } from '../../lang/defined.ts';
import type { InterventionHome, KeptIntervention } from '../../policy-sources/interventions.ts';
import type { InterventionView } from '../status/view.ts';

/** Its times are monotonic. */
export interface Tracked {
  readonly home: InterventionHome;
  readonly kept: KeptIntervention;
  readonly spec: InterventionSpec;
  readonly policy: ResourceKey;
  /** Absent before it was in force. */
  readonly sinceMs?: number;
  /** Absent in one that an earlier version took. */
  readonly untilMs?: number;
  readonly endedAtMs?: number;
  readonly reason: Exclude<InterventionReason, 'Outranked'>;
  readonly message: string;
  /** The app's id, for people; absent while the policy is not known. */
  readonly id?: string;
}

/** Both clocks at one moment. */
export interface Moment {
  readonly monotonicMs: number;
  /** What makes a time of the wall clock of a monotonic one. */
  readonly aheadMs: number;
}

/** By this much the clocks of two machines may differ without a time meaning anything. */
const SAME_MS = 2_000;

/** As it is first seen: going on where its status says so, else waiting to be ruled on. */
export function firstSight(
  home: InterventionHome,
  kept: KeptIntervention & { readonly spec: InterventionSpec },
  moment: Moment,
): Tracked {
  const { spec, status, namespace } = kept;
  const policy = resourceKey({ namespace, name: spec.policyRef.name });
  const base = { home, kept, spec, policy };
  const condition = status?.conditions[0];
  if (status === undefined || condition === undefined || status.observedGeneration !== kept.generation)
    return { ...base, reason: 'Pending', message: 'it was not looked at yet', untilMs: endOf(kept, moment) };
  const { reason, message } = condition;
  const early = Math.max(0, (monotonicOf(status.since, moment) ?? 0) - moment.monotonicMs);
  // One that begins in the future was stored under a clock that was set back since: it lasts as long as was said.
  const moved = (time: string | undefined): number | undefined => {
    const atMs = monotonicOf(time, moment);
    return atMs === undefined ? undefined : atMs - early;
  };
  return {
    ...base,
    reason: reason === 'Outranked' ? 'InForce' : reason,
    message,
    ...defined({
      sinceMs: moved(status.since),
      untilMs: moved(status.until) ?? (status.since === undefined ? endOf(kept, moment) : undefined),
      endedAtMs: moved(status.ended),
    }),
  };
}

/** Another spec is another beginning; else what is known of it stays. */
export function seenAgain(
  tracked: Tracked,
  kept: KeptIntervention & { readonly spec: InterventionSpec },
  moment: Moment,
): Tracked {
  if (kept.generation === tracked.kept.generation && kept.uid === tracked.kept.uid)
    return { ...tracked, kept };
  return firstSight(tracked.home, kept, moment);
}

export function isEnded({ endedAtMs }: Tracked): boolean {
  return endedAtMs !== undefined;
}

/** Whether it has an effect now, whether or not its end was noticed already. */
export function isInForce({ reason, endedAtMs, untilMs }: Tracked, nowMs: number): boolean {
  return reason === 'InForce' && endedAtMs === undefined && (untilMs === undefined || untilMs > nowMs);
}

/** What its home is to show. */
export function statusOf(
  tracked: Tracked,
  { aheadMs, outrankedBy }: { readonly aheadMs: number; readonly outrankedBy?: string | undefined },
): InterventionStatus {
  const { kept, sinceMs, untilMs, endedAtMs, reason, message } = tracked;
  const isOutranked = outrankedBy !== undefined && endedAtMs === undefined && reason === 'InForce';
  const is = reason === 'InForce' && endedAtMs === undefined && !isOutranked ? 'True' : 'False';
  const known = kept.status?.conditions[0];
  const wall = (ms: number | undefined): string | undefined =>
    ms === undefined ? undefined : new Date(ms + aheadMs).toISOString();
  const times = defined({ since: wall(sinceMs), until: wall(untilMs), ended: wall(endedAtMs) });
  return {
    observedGeneration: kept.generation,
    conditions: [
      {
        type: 'InForce',
        status: is,
        reason: isOutranked ? 'Outranked' : reason,
        message: isOutranked ? outrankedText(outrankedBy) : message,
        lastTransitionTime:
          (known?.status === is ? known.lastTransitionTime : (times.ended ?? times.since)) ??
          new Date(kept.createdAtMs).toISOString(),
        observedGeneration: kept.generation,
      },
    ],
    ...times,
  };
}

/** For people who look at all there are. */
export function viewOf(tracked: Tracked, aheadMs: number, outrankedBy: string | undefined): InterventionView {
  const { kept, spec, policy, home, sinceMs, untilMs, endedAtMs, reason, message } = tracked;
  const wall = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms + aheadMs);
  const isOutranked = outrankedBy !== undefined;
  return {
    namespace: kept.namespace,
    name: kept.name,
    policy,
    type: spec.type,
    state: isOutranked ? 'Outranked' : reason,
    message: isOutranked ? outrankedText(outrankedBy) : message,
    home: home.name,
    ...defined({
      app: spec.app,
      instances: spec.instances,
      sinceMs: wall(sinceMs),
      untilMs: wall(untilMs),
      endedAtMs: wall(endedAtMs),
      reason: spec.reason,
      by: spec.requestedBy,
    }),
  };
}

function outrankedText(by: string): string {
  return `${by} is newer and says something else about the same app`;
}

/** When a new one began: with its creation, as long as nobody changed what it says. */
export function beginningOf({ generation, createdAtMs }: KeptIntervention, moment: Moment): number {
  const createdMs = createdAtMs - moment.aheadMs;
  const ageMs = moment.monotonicMs - createdMs;
  return generation > 1 || ageMs < SAME_MS ? moment.monotonicMs : createdMs;
}

function endOf(kept: KeptIntervention & { readonly spec: InterventionSpec }, moment: Moment): number {
  const { until, for: span } = kept.spec;
  if (until !== undefined) return Date.parse(until) - moment.aheadMs;
  return beginningOf(kept, moment) + (span === undefined ? PUT_BACK_MS : durationMs(span));
}

function monotonicOf(time: string | undefined, { aheadMs }: Moment): number | undefined {
  return time === undefined ? undefined : Date.parse(time) - aheadMs;
}
