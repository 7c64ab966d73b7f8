// controller: whether a policy allows what a person wants of it. The words are those that people read.

import { durationText } from '../../api/duration.ts';
import type { InterventionType, ResourceKey } from '../../api/policy.ts';
import { longestMs } from '../../api/validation/intervention-rules.ts';
import { type MemberApp, membersOfPolicy } from '../policies/members.ts';
import type { PolicyStore } from '../policies/policy-store.ts';
import type { PolicyRecord } from '../policies/records.ts';
import { withSchedules } from '../round/schedules.ts';
import type { InterventionTarget, PauseView, Ruling } from '../status/view.ts';
import { pauseText } from './effect.ts';

export interface RuleDeps {
  readonly store: Pick<PolicyStore, 'policy'>;
  readonly pausedNow: (policy: ResourceKey) => PauseView | undefined;
  /** Who has a policy that is not this operator's; undefined: it is, or nobody has it. */
  readonly elsewhere: (policy: PolicyRecord) => string | undefined;
  /** Whether interventions on policies of this source are seen by this operator alone. */
  readonly isKeptHere: (source: string) => boolean;
  readonly nowMs: number;
}

export function rulingOn(key: ResourceKey, target: InterventionTarget, deps: RuleDeps): Ruling {
  const record = deps.store.policy(key);
  if (record?.running === undefined) {
    const why = record === undefined ? 'no source names it' : record.accepted.message;
    return { is: 'pending', why: `policy ${key} does not run: ${why}` };
  }
  const owner = deps.elsewhere(record);
  if (owner !== undefined && deps.isKeptHere(record.latest.source))
    return {
      is: 'refused',
      why: `${owner}: what is said here has no effect on policy ${key}; say it to that operator`,
    };
  if (target.type === 'Pause') return { is: 'allowed' };
  const unwritten = whyUnwritten(record, deps.pausedNow(key));
  if (unwritten !== undefined) return { is: 'refused', why: unwritten };
  return target.type === 'Override' ? rulingOnCount(record, target, deps.nowMs) : rulingOnApp(record, target);
}

/** Undefined where it may last so long. */
export function tooLong(type: InterventionType, forMs: number): string | undefined {
  const most = longestMs(type);
  if (Number.isSafeInteger(forMs) && forMs > 0 && forMs <= most) return undefined;
  return `an intervention lasts for more than 0s and for at most ${durationText(most)}, not for ${durationText(forMs)}`;
}

/** An override without an effect is no help in an incident. */
function whyUnwritten({ key, running }: PolicyRecord, paused: PauseView | undefined): string | undefined {
  const mode = running?.policy.spec.mode;
  if (mode !== 'Reconcile') return `policy ${key} says \`mode: ${mode}\`: nothing of it is written`;
  return paused === undefined ? undefined : `policy ${key} is ${pauseText(paused)}: resume it first`;
}

function rulingOnCount(
  record: PolicyRecord,
  { app = '', instances = -1 }: InterventionTarget,
  nowMs: number,
): Ruling {
  const members = withSchedules(membersOfPolicy(record), nowMs);
  const member = members.find(({ spec }) => spec.name === app);
  if (member === undefined) return noSuchApp(record, members, app);
  if (member.role === 'fixed')
    return {
      is: 'refused',
      why: `\`${app}\` is left to people: scale ${member.spec.id} itself`,
      field: 'app',
    };
  const { min = 0, max } = member.spec.instances;
  if (!Number.isSafeInteger(instances) || instances < min || instances > (max ?? Number.MAX_SAFE_INTEGER)) {
    const bounds = max === undefined ? `${min} instances or more` : `${min} to ${max} instances`;
    return { is: 'refused', why: `\`${app}\` may have ${bounds}, not ${instances}`, field: 'instances' };
  }
  return { is: 'allowed', id: member.spec.id };
}

function rulingOnApp(record: PolicyRecord, { app = '' }: InterventionTarget): Ruling {
  const members = membersOfPolicy(record);
  const member = members.find(({ spec }) => spec.name === app);
  return member === undefined ? noSuchApp(record, members, app) : { is: 'allowed', id: member.spec.id };
}

function noSuchApp({ key }: PolicyRecord, members: readonly MemberApp[], app: string): Ruling {
  const names = members.map(({ spec }) => spec.name).join(', ');
  return { is: 'refused', why: `policy ${key} has no app \`${app}\`; it has ${names}`, field: 'app' };
}
