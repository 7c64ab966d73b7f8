// server: a policy's newest decision as `microscaling explain` and the page's readers want it.

import { scheduleStatusOf } from '../../controller/status/policy-status.ts';
import type { DecisionRecord, PolicyView } from '../../controller/status/view.ts';
import { defined } from '../../lang/defined.ts';

/** Why each app has the count it has, and what was decided lately; `decisions` are everybody's, newest first. */
export function explanation(policy: PolicyView, decisions: readonly DecisionRecord[]): object {
  const ids = new Set(policy.apps.map(({ id }) => id));
  return {
    policy: `${policy.namespace}/${policy.name}`,
    decisions: decisions.filter(({ app }) => ids.has(app)).map(({ steps: _steps, ...decision }) => decision),
    apps: policy.apps.map((app) => {
      const {
        name,
        id,
        role,
        wanted,
        granted,
        requested,
        running,
        summary,
        steps,
        figures,
        metrics,
        alternativesOf,
      } = app;
      const schedule = app.schedule === undefined ? undefined : scheduleStatusOf(app.schedule);
      const from = steps[0]?.before;
      // As in the status: what is not known is left out.
      const counts = { ...(app.undecided === undefined && { wanted, granted }), requested, running };
      return {
        name,
        id,
        role,
        ...defined({ from, scheduler: app.scheduler }),
        ...counts,
        ...defined({ schedule }),
        summary,
        steps,
        figures,
        ...defined({ alternativesOf }),
        metrics,
      };
    }),
  };
}
