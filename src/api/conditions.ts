// api: status conditions, their closed list of types and reasons, and the one rule for changing them.

export const CONDITION_TYPES = [
  'Accepted',
  'MetricsAvailable',
  'Applied',
  'ScalingLimited',
  'NotLaunching',
  'Paused',
  'Conflict',
  'Ready',
] as const;

export type ConditionType = (typeof CONDITION_TYPES)[number];

/** Every reason a condition may carry; documentation is generated from this list. */
export const CONDITION_REASONS = [
  'Pending',
  'Valid',
  'DeletionHeld',
  'InvalidSpec',
  'NotAllowed',
  'DuplicatePolicy',
  'DuplicateApp',
  'AdoptionRequired',
  'PoolNotFound',
  'NotAMember',
  'SecretUnavailable',
  'AllRead',
  'StaleRead',
  'NotRead',
  'NoMetrics',
  'UpToDate',
  'Deploying',
  'DeploymentStuck',
  'WaitingForLock',
  'MarathonUnavailable',
  'MarathonRefused',
  'SchedulerUnavailable',
  'TargetRefused',
  'AppMissing',
  'Observing',
  'Standby',
  'Drifted',
  'WithinLimits',
  'AtMaximum',
  'AtMinimum',
  'AtCapacity',
  'ClusterFull',
  'NotCreated',
  'NoGain',
  'Held',
  'LimitedByBehavior',
  'CapacityUnknown',
  'Launching',
  'BackingOff',
  'SurplusWaiting',
  'Running',
  'Paused',
  'PausedBySpec',
  'PausedByHand',
  'NoConflict',
  'ManualScale',
  'Overridden',
  'AlternatingCounts',
  'RoundOverdue',
  'SchedulerSilent',
  'AllTrue',
] as const;

export type ConditionReason = (typeof CONDITION_REASONS)[number];

export interface Condition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: ConditionReason;
  readonly message: string;
  /** RFC 3339; moves only when `status` changes. */
  readonly lastTransitionTime: string;
  readonly observedGeneration: number;
}

/** Returns `conditions` with all of `found` in place; the same list where nothing is different, as it mostly is. */
export function setConditions(
  conditions: readonly Condition[],
  found: readonly Omit<Condition, 'lastTransitionTime'>[],
  nowMs: number,
): readonly Condition[] {
  return found.reduce((all, next) => (isSet(all, next) ? all : setCondition(all, next, nowMs)), conditions);
}

function isSet(conditions: readonly Condition[], next: Omit<Condition, 'lastTransitionTime'>): boolean {
  return conditions.some(
    ({ type, status, reason, message, observedGeneration }) =>
      type === next.type &&
      status === next.status &&
      reason === next.reason &&
      message === next.message &&
      observedGeneration === next.observedGeneration,
  );
}

/** Returns `conditions` with `next` in place, keeping the transition time while the status stays the same. */
export function setCondition(
  conditions: readonly Condition[],
  next: Omit<Condition, 'lastTransitionTime'>,
  nowMs: number,
): readonly Condition[] {
  const previous = conditions.find((c) => c.type === next.type);
  const lastTransitionTime =
    previous?.status === next.status ? previous.lastTransitionTime : new Date(nowMs).toISOString();
  const merged: Condition = { ...next, lastTransitionTime };
  return previous === undefined
    ? [...conditions, merged]
    : conditions.map((c) => (c.type === next.type ? merged : c));
}

/** All condition types as Unknown/Pending: what a policy shows at first sight. */
export function initialConditions(generation: number, nowMs: number): readonly Condition[] {
  return CONDITION_TYPES.map((type) => ({
    type,
    status: 'Unknown',
    reason: 'Pending',
    message: 'not looked at yet',
    lastTransitionTime: new Date(nowMs).toISOString(),
    observedGeneration: generation,
  }));
}
