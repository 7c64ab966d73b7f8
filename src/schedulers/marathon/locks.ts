// schedulers/marathon: who holds an app, and whether a write may take its place.

import type { Deployment } from './schema.ts';

export type Verdict =
  | { readonly kind: 'free' }
  /** Only scaling of this very app: the newer write takes its place with `force`. */
  | { readonly kind: 'supersede' }
  /** Somebody's upgrade: wait for it. */
  | { readonly kind: 'wait'; readonly holders: string };

/**
 * Judges the deployments that hold `app`. `force` cancels what it meets without rolling back, so it is right
 * over a Scale of this one app (the new count replaces the old one), over our own creation of it (Start, then
 * Scale), and never over a restart, a stop, or a deployment that concerns any other app (reference §6.3).
 *
 * The race that remains: a deployment that starts between this judgement and the forced write, milliseconds
 * later, is cancelled with it. Marathon has no conditional write that would close it.
 *
 * @param ours whether the app carries our creation label
 */
export function judge(app: string, deployments: readonly Deployment[], ours: boolean): Verdict {
  const holders = deployments.filter((d) => d.affectedApps.includes(app));
  if (holders.length === 0) return { kind: 'free' };
  const allowed = ours ? ['ScaleApplication', 'StartApplication'] : ['ScaleApplication'];
  const foreign = holders.filter((d) => !isOnly(allowed, d, app));
  if (foreign.length === 0) return { kind: 'supersede' };
  return { kind: 'wait', holders: foreign.map(describe).join('; ') };
}

function isOnly(allowed: readonly string[], deployment: Deployment, app: string): boolean {
  return (
    deployment.affectedApps.every((a) => a === app) &&
    deployment.affectedPods.length === 0 &&
    // A plan whose steps are not told proves nothing.
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
