// api: what each condition and each of its reasons means, for the reference page. The lists themselves are in conditions.ts.

import { CONDITION_TYPES, type ConditionReason, type ConditionType } from '../conditions.ts';

export const CONDITION_MEANINGS: Readonly<Record<ConditionType, string>> = {
  Accepted: 'The newest version of the policy is taken. While it is not, the last good one goes on running.',
  MetricsAvailable: 'Every metric was read, or its last reading still serves.',
  Applied: 'Marathon has the apps as the policy says. Scaling goes on all day and does not count.',
  ScalingLimited: 'Some app may not have what it wants. Neutral: a full pool is no fault.',
  NotLaunching: 'Instances that were asked for do not start.',
  Paused: 'Nothing of the policy is decided or written.',
  Conflict: 'Somebody else changes the counts of its apps.',
  Ready: 'Accepted, MetricsAvailable and Applied are all True.',
};

/** The conditions that a reason belongs to, and what it says there. */
export interface ReasonMeaning {
  readonly of: readonly ConditionType[];
  readonly meaning: string;
}

export const REASON_MEANINGS: Readonly<Record<ConditionReason, ReasonMeaning>> = {
  Pending: {
    of: CONDITION_TYPES,
    meaning: 'Not looked at yet, or nothing of the policy runs.',
  },
  Valid: { of: ['Accepted'], meaning: 'The policy is valid and runs.' },
  DeletionHeld: {
    of: ['Accepted'],
    meaning:
      'Its source deletes every policy at once. That is held until the operator is started with `--allow-empty`.',
  },
  InvalidSpec: {
    of: ['Accepted'],
    meaning: 'The document is not valid, or does not fit the pool it joins; the message says where.',
  },
  NotAllowed: {
    of: ['Accepted'],
    meaning: 'It asks for more than its source is trusted with; the message names the `--allow-…` option.',
  },
  DuplicatePolicy: {
    of: ['Accepted'],
    meaning:
      'The name stands in two places. A policy has one home: the more trusted one, then the present one.',
  },
  DuplicateApp: {
    of: ['Accepted'],
    meaning:
      'Another policy has the app: that of the more trusted home, else the one that has it already, else the older one. Where nothing tells them apart, neither gets it.',
  },
  AdoptionRequired: {
    of: ['Accepted'],
    meaning: 'An app exists already and was made by somebody else; set `adopt: true` on it.',
  },
  NotAMember: {
    of: ['Accepted'],
    meaning: 'The CapacityPool does not say that the policy may join it, or not with that priority.',
  },
  PoolNotFound: { of: ['Accepted'], meaning: 'The CapacityPool that it names is not there.' },
  SecretUnavailable: {
    of: ['Applied'],
    meaning: 'A value that an app needs cannot be had by its reference; nothing is written until it can.',
  },
  AllRead: { of: ['MetricsAvailable'], meaning: 'All metrics were read.' },
  StaleRead: { of: ['MetricsAvailable'], meaning: 'A read failed; the last good reading still serves.' },
  NotRead: {
    of: ['MetricsAvailable', 'ScalingLimited'],
    meaning: 'A metric is unknown; counts are kept meanwhile.',
  },
  NoMetrics: { of: ['MetricsAvailable'], meaning: 'No app of the policy is scaled by a metric.' },
  UpToDate: { of: ['Applied'], meaning: 'Marathon has what the policy says.' },
  Deploying: { of: ['Applied'], meaning: 'An app is being created, updated or restarted.' },
  DeploymentStuck: {
    of: ['Applied'],
    meaning: 'A restart does not come to an end; the other apps of the pool go on without it.',
  },
  WaitingForLock: {
    of: ['Applied'],
    meaning: "Somebody else's deployment holds the app; the message says which.",
  },
  MarathonUnavailable: { of: ['Applied'], meaning: 'Marathon cannot be reached; counts stay as they are.' },
  MarathonRefused: { of: ['Applied'], meaning: 'Marathon refused a request; the message has its words.' },
  SchedulerUnavailable: {
    of: ['Applied'],
    meaning:
      'A scheduler other than Marathon cannot be reached, or not all of its workloads can be looked at; they keep their counts and their slots.',
  },
  TargetRefused: {
    of: ['Applied'],
    meaning:
      'A scheduler other than Marathon refused a request, or the target is not ours to scale; the message says why.',
  },
  AppMissing: {
    of: ['Applied'],
    meaning: 'An app does not exist, and the policy has no definition to create it from.',
  },
  Observing: {
    of: ['Applied', 'Ready'],
    meaning: '`mode: Observe`: it decides and reports, and writes nothing.',
  },
  Standby: {
    of: CONDITION_TYPES.filter((type) => type !== 'Accepted'),
    meaning:
      'Another instance of the operator acts, or the pool is run by another operator: then this one looks at nothing of it.',
  },
  Drifted: {
    of: ['Applied'],
    meaning:
      'A definition differs from the policy and `drift` says Report, or Marathon did not keep an update.',
  },
  WithinLimits: { of: ['ScalingLimited'], meaning: 'Every app has what it wants.' },
  AtMaximum: { of: ['ScalingLimited'], meaning: 'An app is at its `instances.max`.' },
  AtMinimum: { of: ['ScalingLimited'], meaning: 'An app is at its `instances.min`.' },
  AtCapacity: { of: ['ScalingLimited'], meaning: 'An app gets less than it wants: the budget is used up.' },
  ClusterFull: {
    of: ['ScalingLimited'],
    meaning:
      'The cluster has no room for what the budget would give; the message says for whom, and when it is tried again.',
  },
  NotCreated: {
    of: ['ScalingLimited'],
    meaning: 'An app does not exist and cannot be created. It holds nothing, and nothing is lent meanwhile.',
  },
  NoGain: {
    of: ['ScalingLimited'],
    meaning:
      'More instances of an app get no more work done: look for what they wait for, such as a database, or for messages that come back. The useless ones were given back; the message has the numbers, and when more are tried again.',
  },
  Held: { of: ['ScalingLimited'], meaning: 'A count is kept: by a person, for a restart, or in a conflict.' },
  LimitedByBehavior: {
    of: ['ScalingLimited'],
    meaning: 'A rule of `behavior` keeps a count from what the law asks for; the message says which.',
  },
  CapacityUnknown: {
    of: ['ScalingLimited'],
    meaning: "The cluster's room cannot be counted; Marathon's queue decides meanwhile.",
  },
  Launching: { of: ['NotLaunching'], meaning: 'Instances wait to be launched, as they do for a moment.' },
  BackingOff: {
    of: ['NotLaunching', 'ScalingLimited'],
    meaning: 'Tasks fail to start and Marathon is backing off.',
  },
  SurplusWaiting: {
    of: ['NotLaunching'],
    meaning: 'More instances wait than are wanted, and Marathon has no call that takes back only those.',
  },
  Running: { of: ['NotLaunching', 'Paused'], meaning: 'Nothing waits; not paused.' },
  Paused: {
    of: ['Ready'],
    meaning: 'Paused, by the policy or by a person; the condition Paused says which.',
  },
  PausedBySpec: { of: ['Paused', 'Applied'], meaning: 'The policy says `mode: Paused`.' },
  PausedByHand: {
    of: ['Paused', 'Applied'],
    meaning: 'A person paused it; `microscaling resume NAME` ends that.',
  },
  NoConflict: { of: ['Conflict'], meaning: 'Nobody else changes the counts.' },
  ManualScale: {
    of: ['Conflict'],
    meaning: 'A person changed the count of a scaled app in Marathon; it is kept for `manualScale.holdFor`.',
  },
  Overridden: {
    of: ['ScalingLimited'],
    meaning: 'A person set a count by `microscaling override`; it ends by itself.',
  },
  AlternatingCounts: {
    of: ['Conflict'],
    meaning:
      'Somebody else keeps changing the count back: a second operator. Nothing is written to that app.',
  },
  RoundOverdue: {
    of: ['Ready'],
    meaning:
      'No round has ended for three intervals, and for no less than 3 s: what is shown is of the last one.',
  },
  SchedulerSilent: {
    of: ['Ready'],
    meaning:
      'Marathon was asked and has said nothing for 5 s: what is shown is of before, and rounds go on with it.',
  },
  AllTrue: {
    of: ['Ready'],
    meaning:
      'Accepted, measured and applied. Otherwise Ready carries the reason of the first that is missing.',
  },
};
