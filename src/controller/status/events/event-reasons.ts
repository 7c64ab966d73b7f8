// controller: the closed list of event reasons, and which reasons of `Applied` are trouble. The compiler checks both.

import type { ConditionReason } from '../../../api/conditions.ts';
import type { Change } from '../../../core/change.ts';

/** Event reasons that are not also reasons of a condition. People filter by these names: they stay. */
type OwnReason =
  | 'Acting'
  | 'Adopted'
  | 'AppliedAgain'
  | 'CapacityKnown'
  | 'Conflict'
  | 'Created'
  | 'Deleted'
  | 'DriftReverted'
  | 'KeepEnded'
  | 'Kept'
  | 'LaunchingAgain'
  | 'MetricsRecovered'
  | 'MetricsUnavailable'
  | 'NotLaunching'
  | 'NotLetGo'
  | 'Orphaned'
  | 'OverrideEnded'
  | 'PolicyAccepted'
  | 'PolicyChanged'
  | 'PolicyRemoved'
  | 'PoolAccepted'
  | 'Released'
  | 'Resumed'
  | 'ScalingAgain'
  | 'SecretRotated'
  | 'StandingBy'
  | 'StoreRecovered'
  | 'StoreUnavailable'
  | 'Updated';

export type EventReason = OwnReason | ConditionReason | `${Capitalize<Change['kind']>}Refused`;

/** Whether `Applied` with this reason means that something stands in the way. A new reason has to be given an answer. */
const IS_APPLY_TROUBLE: Readonly<Record<ConditionReason, boolean>> = {
  MarathonUnavailable: true,
  MarathonRefused: true,
  SchedulerUnavailable: true,
  TargetRefused: true,
  SecretUnavailable: true,
  WaitingForLock: true,
  DeploymentStuck: true,
  AppMissing: true,
  Drifted: true,
  UpToDate: false,
  Deploying: false,
  Observing: false,
  Standby: false,
  Pending: false,
  Paused: false,
  // Reasons of other conditions.
  Valid: false,
  DeletionHeld: false,
  InvalidSpec: false,
  NotAllowed: false,
  DuplicatePolicy: false,
  DuplicateApp: false,
  AdoptionRequired: false,
  PoolNotFound: false,
  NotAMember: false,
  AllRead: false,
  StaleRead: false,
  NotRead: false,
  NoMetrics: false,
  WithinLimits: false,
  AtMaximum: false,
  AtMinimum: false,
  AtCapacity: false,
  ClusterFull: false,
  NotCreated: false,
  NoGain: false,
  Held: false,
  LimitedByBehavior: false,
  CapacityUnknown: false,
  Launching: false,
  BackingOff: false,
  SurplusWaiting: false,
  Running: false,
  PausedBySpec: false,
  PausedByHand: false,
  NoConflict: false,
  ManualScale: false,
  Overridden: false,
  AlternatingCounts: false,
  RoundOverdue: false,
  SchedulerSilent: false,
  AllTrue: false,
};

export function isApplyTrouble(reason: ConditionReason): boolean {
  return IS_APPLY_TROUBLE[reason];
}
