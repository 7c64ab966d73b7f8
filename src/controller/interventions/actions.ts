// controller: what people may do themselves: pause a policy, override a count, turn an app that is left to them.

import { durationText } from '../../api/duration.ts';
import type { ResourceKey } from '../../api/policy.ts';
import type { Clock } from '../../runtime/clock.ts';
import { TerminalError } from '../../runtime/errors.ts';
import type { SchedulerWords } from '../../schedulers/words.ts';
import { type MemberApp, membersOf, membersOfPolicy } from '../policies/members.ts';
import type { PolicyStore } from '../policies/policy-store.ts';
import type { PolicyRecord, PoolRecord } from '../policies/records.ts';
import { nameInCluster } from '../policies/workloads.ts';
import type { OperatorDeps } from '../ports.ts';
import { withSchedules } from '../round/schedules.ts';
import type { OperatorActions } from '../status/view.ts';
import { type Leadership, whileActing } from '../watch/leadership.ts';
import { pauseText } from './effect.ts';
import type { Interventions } from './interventions.ts';

/** An override is for an incident: what is to last belongs into the policy. */
const LONGEST_OVERRIDE_MS = 24 * 3_600_000;
/** It is shown in tables. */
const LONGEST_REASON = 200;
const LONGEST_PAUSE_MS = 366 * 24 * 3_600_000;

export function createActions({
  store,
  interventions,
  schedulerFor,
  leadership,
  words,
  wake,
  clock,
}: {
  readonly clock: Pick<Clock, 'now'>;
  readonly store: PolicyStore;
  readonly interventions: Interventions;
  readonly schedulerFor: OperatorDeps['schedulerFor'];
  readonly leadership: Leadership;
  readonly words: SchedulerWords;
  readonly wake: (pool: string) => void;
}): OperatorActions {
  return {
    pause(policy, details) {
      runningPolicy(store, policy);
      mustBeTime(details.forMs, LONGEST_PAUSE_MS);
      mustBeShort(details.reason);
      interventions.pause(policy, details);
    },
    resume(policy, by) {
      interventions.resume(policy, by);
    },
    override(policy, app, details) {
      const record = runningPolicy(store, policy);
      mustBeWritten(record, interventions);
      const { spec } = overridable(record, { app, instances: details.instances, nowMs: clock.now() });
      mustBeTime(details.forMs, LONGEST_OVERRIDE_MS);
      mustBeShort(details.reason);
      interventions.override(policy, spec, details);
    },
    endOverride(policy, app, by) {
      interventions.endOverride(policy, app, by);
    },
    putBack(policy, app) {
      const record = runningPolicy(store, policy);
      mustBeWritten(record, interventions);
      mustHave(record, app);
      interventions.putBack(policy, app);
    },
    async scale(appId, instances, signal) {
      const { pool, member } = placeFor(store, { appId, instances });
      const scheduler = schedulerFor(member.cluster);
      const app = nameInCluster(member.spec);
      const observed = (await scheduler.observe([app], signal)).apps.get(app);
      if (observed === undefined) throw new TerminalError(`${words.app(appId)} does not exist yet`);
      const reason = 'somebody turned the control on the page';
      await whileActing(scheduler, leadership).apply(
        { kind: 'scale', app, from: observed.requested, to: instances, reason },
        signal,
      );
      wake(pool.key);
    },
  };
}

function runningPolicy(store: PolicyStore, key: ResourceKey): PolicyRecord {
  const record = store.policy(key);
  if (record?.running !== undefined) return record;
  const why = record === undefined ? 'no source names it' : record.accepted.message;
  throw new TerminalError(`policy ${key} does not run: ${why}`);
}

/** An override without an effect is no help in an incident. */
function mustBeWritten({ key, running }: PolicyRecord, interventions: Interventions): void {
  const mode = running?.policy.spec.mode;
  if (mode !== 'Reconcile') {
    throw new TerminalError(`policy ${key} says \`mode: ${mode}\`: nothing of it is written`);
  }
  const { paused } = interventions.on(key);
  if (paused !== undefined) {
    throw new TerminalError(`policy ${key} is ${pauseText(paused)}: resume it first`);
  }
}

function overridable(
  record: PolicyRecord,
  { app, instances, nowMs }: { readonly app: string; readonly instances: number; readonly nowMs: number },
): MemberApp {
  const members = withSchedules(membersOfPolicy(record), nowMs);
  const member = members.find(({ spec }) => spec.name === app);
  if (member === undefined) {
    const names = members.map(({ spec }) => spec.name).join(', ');
    throw new TerminalError(`policy ${record.key} has no app \`${app}\`; it has ${names}`);
  }
  if (member.role === 'fixed') {
    throw new TerminalError(`\`${app}\` is left to people: scale ${member.spec.id} itself`);
  }
  const { min = 0, max } = member.spec.instances;
  if (!Number.isSafeInteger(instances) || instances < min || instances > (max ?? Number.MAX_SAFE_INTEGER)) {
    const bounds = max === undefined ? `${min} instances or more` : `${min} to ${max} instances`;
    throw new TerminalError(`\`${app}\` may have ${bounds}, not ${instances}`);
  }
  return member;
}

function mustHave(record: PolicyRecord, app: string): void {
  const names = membersOfPolicy(record).map(({ spec }) => spec.name);
  if (names.includes(app)) return;
  throw new TerminalError(`policy ${record.key} has no app \`${app}\`; it has ${names.join(', ')}`);
}

function mustBeTime(forMs: number, longestMs: number): void {
  if (Number.isSafeInteger(forMs) && forMs > 0 && forMs <= longestMs) return;
  throw new TerminalError(
    `an intervention lasts for more than 0s and for at most ${durationText(longestMs)}, not for ${durationText(forMs)}`,
  );
}

function mustBeShort(reason = ''): void {
  if (reason.length <= LONGEST_REASON) return;
  throw new TerminalError(`a reason has at most ${LONGEST_REASON} characters, not ${reason.length}`);
}

/** An app that may be turned to `instances`, with its pool. */
function placeFor(
  store: PolicyStore,
  { appId, instances }: { readonly appId: string; readonly instances: number },
): { readonly pool: PoolRecord; readonly member: MemberApp } {
  for (const pool of store.pools()) {
    const member = membersOf(pool).find(({ spec }) => spec.id === appId);
    if (member === undefined) continue;
    const { pageControl } = member.spec;
    if (member.role !== 'fixed' || pageControl === undefined) {
      throw new TerminalError(`${appId} has no \`pageControl\`: its count is not set from the page`);
    }
    if (member.mode === 'Observe') {
      throw new TerminalError(`policy ${member.policy} is in mode Observe: nothing of it is written`);
    }
    const { min, max } = pageControl;
    if (!Number.isSafeInteger(instances) || instances < min || instances > max) {
      throw new TerminalError(`${appId} may have ${min} to ${max} instances, not ${instances}`);
    }
    return { pool, member };
  }
  throw new TerminalError(`no policy names ${appId}`);
}
