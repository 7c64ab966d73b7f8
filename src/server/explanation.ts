// server: a policy's newest decision as `microscaling explain` and the page's readers want it.

import type { PolicyView } from '../controller/view.ts';

/** Why each app has the count it has. */
export function explanation(policy: PolicyView): object {
  return {
    policy: `${policy.namespace}/${policy.name}`,
    apps: policy.apps.map((app) => {
      const { name, id, role, wanted, granted, requested, running, summary, steps, figures, metrics } = app;
      const from = steps[0]?.before;
      const counts = { wanted, granted, requested, running };
      return {
        name,
        id,
        role,
        ...(from !== undefined && { from }),
        ...counts,
        summary,
        steps,
        figures,
        metrics,
      };
    }),
  };
}
