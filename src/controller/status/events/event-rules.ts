// controller: which change of a condition and which write becomes an event. Pure.

import type { Condition } from '../../../api/conditions.ts';
import type { Change } from '../../../core/change.ts';
import type { SchedulerWords } from '../../../schedulers/words.ts';
import type { PolicyRecord } from '../../policies/records.ts';
import type { WriteResult } from '../../round/act.ts';
import type { Round } from '../../round/round.ts';
import type { EventRecord } from '../view.ts';
import { type EventReason, isApplyTrouble } from './event-reasons.ts';

/** An event before it has its time. Its reason is one of a closed list; those read back from a store may be older. */
export type NewEvent = Omit<EventRecord, 'atMs' | 'reason'> & { readonly reason: EventReason };

/** What a policy's conditions say now that they did not say before; silent when nothing moved. */
export function conditionEvents(
  object: string,
  before: readonly Condition[],
  after: readonly Condition[],
): readonly NewEvent[] {
  return after.flatMap((now) => {
    const was = before.find(({ type }) => type === now.type);
    const moved = was?.status !== now.status || was.reason !== now.reason;
    // Another bad edit is news, although the condition stays the same.
    const reworded = now.type === 'Accepted' && was?.message !== now.message;
    const event = moved || reworded ? conditionEvent(now, was) : undefined;
    return event === undefined ? [] : [{ object, message: now.message, ...event }];
  });
}

/** The same for a policy's own conditions: which version of it is meant, and that there is another one. */
export function versionEvents(
  events: readonly NewEvent[],
  { key, latest }: Pick<PolicyRecord, 'key' | 'latest'>,
  { before, after }: { readonly before: readonly Condition[]; readonly after: readonly Condition[] },
): readonly NewEvent[] {
  const [was, now] = [before, after].map((all) => all.find(({ type }) => type === 'Accepted'));
  const where = `${latest.place} (${shortened(latest.revision)})`;
  const changed =
    was?.status === 'True' && now?.status === 'True' && now.observedGeneration > was.observedGeneration;
  const message = `generation ${now?.observedGeneration} is in effect: ${where}`;
  return [
    ...events.map((each) =>
      each.reason === 'PolicyAccepted' ? { ...each, message: `${each.message}: ${where}` } : each,
    ),
    ...(changed ? [{ ...normal('PolicyChanged'), object: `policy ${key}`, message }] : []),
  ];
}

/** Of a hash as much as people compare: `main@sha1:0123456789ab`. */
function shortened(revision: string): string {
  return revision.replace(/([0-9a-f]{12})[0-9a-f]+$/, '$1');
}

type EventKind = Pick<NewEvent, 'type' | 'reason'>;

const normal = (reason: EventReason): EventKind => ({ type: 'Normal', reason });
const warning = (reason: EventReason): EventKind => ({ type: 'Warning', reason });

function conditionEvent(now: Condition, was: Condition | undefined): EventKind | undefined {
  switch (now.type) {
    case 'Accepted':
      if (now.status === 'False' || now.reason === 'DeletionHeld') return warning(now.reason);
      return now.status === 'True' ? normal('PolicyAccepted') : undefined;
    case 'MetricsAvailable':
      if (now.status === 'False') return warning('MetricsUnavailable');
      return now.status === 'True' && was?.status === 'False' ? normal('MetricsRecovered') : undefined;
    case 'Applied':
      return appliedEvent(now, was);
    case 'NotLaunching':
      if (now.status === 'True') return warning('NotLaunching');
      return was?.status === 'True' ? normal('LaunchingAgain') : undefined;
    case 'Paused':
      // A pause by a person has its own events, at its beginning and at its end.
      if (now.status === 'True') return now.reason === 'PausedBySpec' ? normal('Paused') : undefined;
      return was?.reason === 'PausedBySpec' ? normal('Resumed') : undefined;
    case 'Conflict':
      if (now.reason === 'AlternatingCounts') return warning('Conflict');
      return now.status === 'False' && was?.status === 'True' ? normal('ScalingAgain') : undefined;
    case 'ScalingLimited':
      if (now.reason === 'CapacityUnknown' || now.reason === 'NoGain') return warning(now.reason);
      return was?.reason === 'CapacityUnknown' && now.status !== 'Unknown'
        ? normal('CapacityKnown')
        : undefined;
    case 'Ready':
      return undefined;
    default:
      return now.type satisfies never;
  }
}

function appliedEvent(now: Condition, was: Condition | undefined): EventKind | undefined {
  if (isApplyTrouble(now.reason)) return warning(now.reason);
  if (now.reason === 'Standby') return normal('StandingBy');
  if (was?.reason === 'Standby') return normal('Acting');
  const over = was !== undefined && isApplyTrouble(was.reason);
  return over && now.reason !== 'Pending' ? normal('AppliedAgain') : undefined;
}

/** What a round did to apps, and which counts somebody else changed. Counts of scaled apps are decision records, not events. */
export function roundEvents(round: Round, words: SchedulerWords): readonly NewEvent[] {
  const done = round.results.filter(({ result, change }) => result === 'accepted' || isBookkeeping(change));
  const manual = round.assessments.flatMap(({ app, foreignScale, held }): readonly NewEvent[] => {
    if (foreignScale.foreignChange === undefined) return [];
    const { from, to } = foreignScale.foreignChange;
    const message = `the count went from ${from} to ${to}, set by somebody else: ${held?.reason ?? 'noted'}`;
    return [{ ...warning('ManualScale'), object: `app ${app.spec.id}`, message }];
  });
  const edited = round.edited ?? NOBODY;
  return [
    ...done.flatMap((written) => changeEvents(written, words, edited)),
    ...round.results.flatMap(refusalEvents),
    ...manual,
  ];
}

/** One event for each app, however often the same write is retried: several apps may be refused at the same time. */
function refusalEvents({ change, result, obstacle, repeated, message }: WriteResult): readonly NewEvent[] {
  if (result !== 'failed' || repeated || message === undefined) return [];
  const object = `app ${change.app}`;
  if (obstacle === 'unresolved') return [{ ...warning('SecretUnavailable'), object, message }];
  if (obstacle !== 'refused') return [];
  const again = 'it is tried again ever later, and at once when the policy says something else';
  return [{ ...warning(`${DEEDS[change.kind]}Refused`), object, message: `${message}; ${again}` }];
}

const DEEDS = {
  create: 'Create',
  update: 'Update',
  scale: 'Scale',
  adopt: 'Adopt',
  release: 'Release',
  delete: 'Delete',
} as const satisfies Record<Change['kind'], string>;

function isBookkeeping({ kind }: Change): boolean {
  return kind === 'adopt' || kind === 'release';
}

const NOBODY: ReadonlySet<string> = new Set();

/** @param edited apps whose definition somebody else changed */
export function changeEvents(
  { change, result }: WriteResult,
  words: SchedulerWords,
  edited: ReadonlySet<string> = NOBODY,
): readonly NewEvent[] {
  if (result === 'failed' || result === 'postponed') return [];
  const object = `app ${change.app}`;
  switch (change.kind) {
    case 'create':
      return [{ ...normal('Created'), object, message: `created with ${countOf(change.instances)}` }];
    case 'update':
      return [
        edited.has(change.app)
          ? { ...warning('DriftReverted'), object, message: reverted(change, words) }
          : { ...normal('Updated'), object, message: change.reason },
        ...rotationEvents(change),
      ];
    case 'adopt':
      return [{ ...normal('Adopted'), object, message: change.reason }];
    case 'release':
      return [{ ...normal('Released'), object, message: change.reason }];
    case 'delete':
      return [{ ...normal('Deleted'), object, message: change.reason }];
    case 'scale':
      return [];
    default:
      return change satisfies never;
  }
}

const LOSSES =
  'scaling goes on, but what happens until it can be written again would be forgotten by a restart. Free some space, or look at the disk';

/** The store cannot be written, with why; or it can be again. */
export function storeEvent(trouble: string | undefined): NewEvent {
  const object = 'operator';
  return trouble === undefined
    ? { ...normal('StoreRecovered'), object, message: 'the store is written again' }
    : { ...warning('StoreUnavailable'), object, message: `${trouble}; ${LOSSES}` };
}

/** Whoever did it in good faith has to learn why it did not last, and how it would. */
function reverted({ fields }: Change & { kind: 'update' }, words: SchedulerWords): string {
  const names = fields.map(({ field }) => field).join(', ');
  return `somebody changed ${names} in ${words.name}, and that was put back to what the policy says. To keep such a change, write it into the policy, or let the policy say \`drift: Report\`; \`microscaling keep\` keeps one for a while`;
}

function countOf(instances: number): string {
  return `${instances} ${instances === 1 ? 'instance' : 'instances'}`;
}

/** Whoever rotated a secret wants to know that the app has it now, and why its tasks restart. */
function rotationEvents({ app, envFrom, fields }: Change & { kind: 'update' }): readonly NewEvent[] {
  const secrets = new Set(envFrom.map(({ name }) => `env.${name}`));
  const rotated = fields.filter(({ field, before }) => secrets.has(field) && before !== undefined);
  if (rotated.length === 0) return [];
  const names = rotated.map(({ field }) => field.slice('env.'.length)).join(', ');
  const message = `${names} has a new value, so its tasks restart with it`;
  return [{ ...normal('SecretRotated'), object: `app ${app}`, message }];
}
