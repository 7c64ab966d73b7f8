// controller: what people may do themselves: pause a policy, override a count, turn an app that is left to them.

import type { InterventionSpec, ResourceKey } from '../../api/policy.ts';
import { PUT_BACK_MS } from '../../api/validation/intervention-rules.ts';
import { defined } from '../../lang/defined.ts';
import { interventionName } from '../../policy-sources/intervention-object.ts';
import type { Clock } from '../../runtime/clock.ts';
import { TerminalError } from '../../runtime/errors.ts';
import type { SchedulerWords } from '../../schedulers/words.ts';
import { type MemberApp, membersOf } from '../policies/members.ts';
import type { PolicyStore } from '../policies/policy-store.ts';
import type { PoolRecord } from '../policies/records.ts';
import { nameInCluster } from '../policies/workloads.ts';
import type { OperatorDeps } from '../ports.ts';
import type { InterventionDetails, InterventionTarget, OperatorActions, Ruling } from '../status/view.ts';
import { type Leadership, whileActing } from '../watch/leadership.ts';
import type { Interventions } from './interventions.ts';
import { type RuleDeps, rulingOn, tooLong } from './rules.ts';

/** It is shown in tables. */
const LONGEST_REASON = 200;

/** Everything that people do becomes an object in the home of the interventions on the policy. */
export function createActions({
  store,
  interventions,
  schedulerFor,
  leadership,
  words,
  elsewhere,
  wake,
  clock,
}: {
  readonly clock: Pick<Clock, 'now'>;
  readonly store: PolicyStore;
  readonly interventions: Interventions;
  readonly schedulerFor: OperatorDeps['schedulerFor'];
  readonly leadership: Leadership;
  readonly words: SchedulerWords;
  readonly elsewhere: RuleDeps['elsewhere'];
  readonly wake: (pool: string) => void;
}): OperatorActions {
  const ruling = (policy: ResourceKey, target: InterventionTarget): Ruling =>
    rulingOn(policy, target, {
      ...{ store, elsewhere },
      pausedNow: (key) => interventions.on(key).paused,
      isKeptHere: (source) => interventions.isKeptHere(source),
      nowMs: clock.now(),
    });
  const intervene = async (
    policy: ResourceKey,
    target: InterventionTarget,
    { forMs, reason, by }: InterventionDetails,
  ): Promise<void> => {
    const allowed = ruling(policy, target);
    if (allowed.is !== 'allowed') throw new TerminalError(allowed.why);
    const long = tooLong(target.type, forMs);
    if (long !== undefined) throw new TerminalError(long);
    mustBeShort(reason);
    const [namespace = '', name = ''] = policy.split(/\/(.*)/s);
    const until = new Date(clock.now() + forMs).toISOString();
    const about = { policyRef: { name }, ...target };
    const source = store.policy(policy)?.latest.source ?? '';
    const home = interventions.homeFor(source);
    const isTaken = (taken: string): boolean =>
      home
        .all()
        .some((each) => each.namespace === namespace && each.name === taken && !isAbout(each.spec, about));
    const ref = { namespace, name: interventionName(about, isTaken) };
    await home.put(ref, { ...about, until, ...defined({ reason, requestedBy: by }) });
  };
  const end = async (policy: ResourceKey, target: InterventionTarget, message: string): Promise<void> => {
    const { type, app } = target;
    for (const each of interventions.of(policy))
      if (each.spec.type === type && each.spec.app === app) await interventions.remove(each, message);
  };
  return {
    ruling,
    pause: (policy, details) => intervene(policy, { type: 'Pause' }, details),
    resume: (policy, by = 'somebody') => end(policy, { type: 'Pause' }, `${by} resumed it`),
    override: (policy, app, { instances, ...details }) =>
      intervene(policy, { type: 'Override', app, instances }, details),
    endOverride: (policy, app, by = 'somebody') =>
      end(policy, { type: 'Override', app }, `${by} gave it back to its law`),
    putBack: (policy, app, by) =>
      intervene(policy, { type: 'PutBack', app }, { forMs: PUT_BACK_MS, ...defined({ by }) }),
    keep: (policy, app, details) => intervene(policy, { type: 'Keep', app }, details),
    endKeep: (policy, app, by = 'somebody') =>
      end(policy, { type: 'Keep', app }, `${by} ended that it is kept`),
    async scale(appId, instances, signal) {
      const { pool, member } = placeFor(store, { appId, instances });
      const scheduler = schedulerFor(member.cluster);
      const app = nameInCluster(member.spec);
      const observed = (await scheduler.observe([app], signal)).apps.get(app);
      if (observed === undefined) throw new TerminalError(`${words.app(appId)} does not exist yet`);
      const reason = 'somebody turned the control on the page';
      await whileActing(scheduler, leadership, pool.key).apply(
        { kind: 'scale', app, from: observed.requested, to: instances, reason },
        signal,
      );
      wake(pool.key);
    },
  };
}

function isAbout(
  spec: InterventionSpec | undefined,
  { policyRef, type, app }: Pick<InterventionSpec, 'policyRef' | 'type' | 'app'>,
): boolean {
  return spec?.policyRef.name === policyRef.name && spec.type === type && spec.app === app;
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
