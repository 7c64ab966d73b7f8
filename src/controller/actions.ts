// controller: what people may do through the page: turn the count of an app that is left to them.

import { TerminalError } from '../runtime/errors.ts';
import type { OperatorDeps } from './deps.ts';
import { type Leadership, whileActing } from './leadership.ts';
import { membersOf } from './members.ts';
import type { PoolRecord } from './records.ts';
import type { Store } from './store.ts';
import type { OperatorActions } from './view.ts';

export function createActions({
  store,
  schedulerFor,
  leadership,
  wake,
}: {
  readonly store: Store;
  readonly schedulerFor: OperatorDeps['schedulerFor'];
  readonly leadership: Leadership;
  readonly wake: (pool: string) => void;
}): OperatorActions {
  return {
    async scale(appId, instances, signal) {
      const pool = poolFor(store, { appId, instances });
      const scheduler = whileActing(schedulerFor(pool.marathon), leadership);
      const observed = (await scheduler.observe([appId], signal)).apps.get(appId);
      if (observed === undefined) throw new TerminalError(`${appId} does not exist in Marathon yet`);
      const reason = 'somebody turned the control on the page';
      await scheduler.apply(
        { kind: 'scale', app: appId, from: observed.requested, to: instances, reason },
        signal,
      );
      wake(pool.key);
    },
  };
}

/** The pool of an app that may be turned to `instances`. */
function poolFor(
  store: Store,
  { appId, instances }: { readonly appId: string; readonly instances: number },
): PoolRecord {
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
    return pool;
  }
  throw new TerminalError(`no policy names ${appId}`);
}
