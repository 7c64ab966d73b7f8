// api: what a reason of a condition is to somebody who was just woken up, what is tried by itself, and what to do.

import type { ConditionReason } from '../conditions.ts';

interface Words {
  /** The beginning of a sentence. */
  readonly what: string;
  /** What the operator does about it by itself. */
  readonly tried?: string;
  readonly todo: string;
}

/** Of the reasons that keep a policy from working, or that hold it short. */
const WORDS: Partial<Readonly<Record<ConditionReason, Words>>> = {
  InvalidSpec: {
    what: 'The newest version is not valid',
    todo: 'mend the document where the message says; the last good version goes on running',
  },
  NotAllowed: {
    what: 'The newest version asks for more than it may',
    todo: 'take it out of the policy, or start the operator with the option that the message names',
  },
  DuplicatePolicy: { what: 'Two documents have this name', todo: 'rename one, or delete it' },
  DuplicateApp: { what: 'Another policy has the app', todo: 'take the app out of one of the two policies' },
  AdoptionRequired: {
    what: 'An app exists that this policy did not make',
    todo: 'set `adopt: true` on it, or give the app another id',
  },
  NotAMember: {
    what: 'The pool does not let it join',
    todo: 'let the CapacityPool name its namespace, or name another pool',
  },
  PoolNotFound: {
    what: 'Its CapacityPool is not there',
    todo: 'apply the CapacityPool, or give the policy `capacity`',
  },
  DeletionHeld: {
    what: 'Its source deletes every policy at once',
    todo: 'look at the source; `--allow-empty` lets it',
  },
  SecretUnavailable: {
    what: 'A value is missing',
    todo: 'set the variable, file or secret that the message names',
  },
  NotRead: {
    what: 'Metric not read',
    tried: 'it is read again every round; counts are kept meanwhile',
    todo: '`microscaling read -f FILE` says what each metric answers; meanwhile pause it, or hold a count',
  },
  StaleRead: {
    what: 'Metric not read',
    tried: 'it is read again every round; the last reading still serves',
    todo: 'wait; `microscaling read -f FILE` says what each metric answers',
  },
  MarathonUnavailable: {
    what: 'Marathon unreachable',
    todo: 'look at Marathon; scaling goes on by itself once it answers',
  },
  SchedulerUnavailable: {
    what: 'Scheduler unreachable',
    todo: 'look at the scheduler; scaling goes on by itself once it answers',
  },
  MarathonRefused: {
    what: 'Marathon refuses a write',
    tried: 'it is written again, with growing pauses',
    todo: 'correct what Marathon complains of in the policy, then apply it',
  },
  TargetRefused: {
    what: 'A target is not ours to scale',
    todo: 'let go of it where the message says, or take it out of the policy',
  },
  WaitingForLock: {
    what: 'Somebody else deploys an app',
    todo: 'wait for that deployment to end, or roll it back in Marathon',
  },
  DeploymentStuck: {
    what: 'A restart does not end',
    todo: 'look at the new tasks; correct the definition, or roll the deployment back',
  },
  AppMissing: { what: 'An app does not exist', todo: 'create it, or give the policy its definition (`app`)' },
  Drifted: {
    what: 'A definition differs from the policy',
    todo: 'put it back, or write it into the policy',
  },
  Deploying: { what: 'An app is being deployed', todo: 'wait' },
  Standby: { what: 'Another operator acts', todo: 'nothing: the message says which one, and why' },
  BackingOff: {
    what: 'Instances fail to start',
    tried: 'the scheduler starts them again, with growing pauses',
    todo: 'read the output of the last failed task; until then its slots go to others',
  },
  SurplusWaiting: { what: 'More instances wait than are wanted', todo: 'wait until they run' },
  AlternatingCounts: {
    what: 'Somebody else keeps changing the count',
    todo: 'stop the other scaler; nothing is written to this app meanwhile',
  },
  ManualScale: {
    what: 'A person changed the count in the scheduler',
    todo: 'wait, or `microscaling override` with how long it is to last',
  },
  RoundOverdue: {
    what: 'Nothing decided',
    tried: 'a round that gets no answer gives up and says so, within 15 s of most schedulers',
    todo: 'wait; `microscaling doctor` says what answers and what does not',
  },
  SchedulerSilent: {
    what: 'Scheduler has not answered',
    tried:
      'the question still waits for its answer; without one, counts are left as they are 10 s after it was asked',
    todo: 'look at the scheduler; scaling goes on by itself once it answers',
  },
  AtCapacity: { what: 'at capacity', todo: 'give the pool more capacity, or lower what others keep' },
  AtMaximum: { what: 'at its maximum', todo: 'raise `instances.max`' },
  ClusterFull: { what: 'the cluster is full', todo: 'add machines, or stop what else runs there' },
  NotCreated: { what: 'an app cannot be created', todo: 'look at the message of the app' },
  NoGain: {
    what: 'more instances do not help',
    todo: 'look for what the instances wait for: a database, or messages that come back',
  },
  Held: { what: 'a count is held', todo: 'wait until it ends, or give the count back' },
  Overridden: { what: 'a person holds the count', todo: 'give the count back' },
  LimitedByBehavior: { what: 'slowed down by `behavior`', todo: 'wait, or loosen `behavior.scaleUp`' },
};

/** What a reason says; one that has no words of its own stands for itself. */
export function troubleWords(reason: ConditionReason): Partial<Words> & Pick<Words, 'what'> {
  return WORDS[reason] ?? { what: reason };
}
