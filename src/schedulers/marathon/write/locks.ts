// schedulers/marathon: which deployments lock an app, and whether a write may replace them.

import type { Deployment } from '../schema.ts';

export type LockAssessment =
  | { readonly kind: 'free' }
  /** Only scaling of this very app: the newer write takes its place with `force`. */
  | { readonly kind: 'supersede' }
  /** Somebody's upgrade: wait for it. */
  | { readonly kind: 'wait'; readonly holders: string };

/**
 * Assesses the deployments that hold `app`. `force` cancels what it meets without rolling back, so it is right
 * over a Scale of this one app (the new count replaces the old one), over our own creation of it (Start, then
 * Scale), and never over a restart, a stop, or a deployment that concerns any other app (docs/design/marathon.md#deployments-and-locks).
 *
 * The race that remains: a deployment that starts between this assessment and the forced write, milliseconds
 * later, is cancelled with it. Marathon has no conditional write that would close it.
 *
 * Our own last update of the app gives way to our next one, as a person's second `apply` replaces the first.
 */
export function assessLock(
  app: string,
  deployments: readonly Deployment[],
  ours: {
    /** Whether the app carries our creation label. */
    readonly created: boolean;
    /** Deployment of our own last update. */
    readonly update?: string | undefined;
  },
): LockAssessment {
  const holders = deployments.filter((d) => d.affectedApps.includes(app));
  if (holders.length === 0) return { kind: 'free' };
  const allowed = ours.created ? ['ScaleApplication', 'StartApplication'] : ['ScaleApplication'];
  const foreign = holders.filter((d) => {
    return !isOnly(d.id === ours.update ? [...allowed, 'RestartApplication'] : allowed, d, app);
  });
  if (foreign.length === 0) return { kind: 'supersede' };
  return { kind: 'wait', holders: foreign.map(describe).join('; ') };
}

function isOnly(allowed: readonly string[], deployment: Deployment, app: string): boolean {
  return (
    deployment.affectedApps.every((a) => a === app) &&
    deployment.affectedPods.length === 0 &&
    // A plan without its steps proves nothing.
    deployment.actions.length > 0 &&
    deployment.actions.every((a) => allowed.includes(a.action) && a.app === app)
  );
}

/** `deployment 77ad… (RestartApplication /shop/api, ScaleApplication /shop/db)`. */
function describe(deployment: Deployment): string {
  const actions = deployment.actions.map((a) => (a.app === undefined ? a.action : `${a.action} ${a.app}`));
  const what = actions.length > 0 ? actions : [...deployment.affectedApps, ...deployment.affectedPods];
  return `deployment ${deployment.id} (${[...new Set(what)].join(', ')})`;
}
