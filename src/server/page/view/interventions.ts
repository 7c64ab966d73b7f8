// server: the interventions that the page lists, with what a person may do about each.

import { OWN_HOME } from '../../../controller/interventions/stored-interventions.ts';
import type { InterventionView, OperatorView } from '../../../controller/status/view.ts';
import { defined } from '../../../lang/defined.ts';

/** Which of the API's verbs ends it. */
export type PageEnd = 'resume' | 'give-back' | 'end-keep' | 'delete';

export interface PageIntervention
  extends Pick<
    InterventionView,
    'policy' | 'type' | 'app' | 'instances' | 'state' | 'sinceMs' | 'untilMs' | 'endedAtMs' | 'reason' | 'by'
  > {
  /** `namespace/name` of the object. */
  readonly key: string;
  /** `shop/front`, `shop`. */
  readonly title: string;
  /** Why it has no effect; absent while it has. */
  readonly message?: string;
  /** Absent: it is over, or it is kept elsewhere and has no effect. */
  readonly end?: PageEnd;
}

const LISTED = 60;

/** @param keys of the policies that are looked at; undefined: all */
export function pageInterventions(
  { interventions, pools }: Pick<OperatorView, 'interventions' | 'pools'>,
  keys: ReadonlySet<string> | undefined,
): readonly PageIntervention[] {
  const running = new Set(
    pools.flatMap(({ policies }) => policies.map(({ namespace, name }) => `${namespace}/${name}`)),
  );
  return interventions
    .filter(({ policy }) => keys === undefined || keys.has(policy))
    .slice(0, LISTED)
    .map((each) => {
      const { namespace, name, policy, type, app, state, message } = each;
      const title = [policy.replace(/^default\//, ''), app].filter(Boolean).join('/');
      return {
        ...{ key: `${namespace}/${name}`, title, policy, type, state },
        ...(state !== 'InForce' && { message }),
        ...defined({
          app,
          instances: each.instances,
          sinceMs: each.sinceMs,
          untilMs: each.untilMs,
          endedAtMs: each.endedAtMs,
          reason: each.reason,
          by: each.by,
          end: endOf(each, running),
        }),
      };
    });
}

function endOf(
  { type, state, home, endedAtMs, policy }: InterventionView,
  running: ReadonlySet<string>,
): PageEnd | undefined {
  if (endedAtMs !== undefined) return undefined;
  const hasEffect = state === 'InForce' && running.has(policy);
  if (hasEffect && type === 'Pause') return 'resume';
  if (hasEffect && type === 'Override') return 'give-back';
  if (hasEffect && type === 'Keep') return 'end-keep';
  return home === OWN_HOME ? 'delete' : undefined;
}
