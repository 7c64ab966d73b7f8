// app: `microscaling uninstall`: removes what install made, recognised by its label, and nothing else.

import { TransientError } from '../../../runtime/errors.ts';
import { operatorId } from './definitions.ts';
import type { InstallDeps } from './install.ts';
import { INSTALLATION_LABEL } from './policy.ts';

const LOOK_EVERY_MS = 250;
const GONE_WITHIN_MS = 2 * 60_000;

/**
 * The operator goes first and is waited for: as long as it runs, it would make its apps again.
 *
 * @returns whether there was anything to remove
 */
export async function uninstall(group: string, deps: InstallDeps, signal: AbortSignal): Promise<boolean> {
  const { cluster, progress } = deps;
  const apps = await cluster.appsBelow(group, signal);
  const ours = apps.filter(({ labels }) => labels[INSTALLATION_LABEL] === group).map(({ id }) => id);
  const operator = operatorId(group);
  await removeAll(
    ours.filter((id) => id === operator),
    deps,
    signal,
  );
  await removeAll(
    ours.filter((id) => id !== operator),
    deps,
    signal,
  );
  for (const { id } of apps) if (!ours.includes(id)) progress(`${id}: not made by install, it stays`);
  const emptied = await cluster.removeEmptyGroup(group, signal);
  if (emptied) progress(`${group}: group removed`);
  return ours.length > 0 || emptied;
}

async function removeAll(
  ids: readonly string[],
  { cluster, clock, progress }: InstallDeps,
  signal: AbortSignal,
): Promise<void> {
  const deployments = new Map<string, string>();
  for (const id of ids) {
    const deployment = await cluster.remove(id, signal);
    progress(`${id}: ${deployment === undefined ? 'already gone' : 'being removed'}`);
    if (deployment !== undefined) deployments.set(id, deployment);
  }
  const deadlineMs = clock.monotonic() + GONE_WITHIN_MS;
  while (deployments.size > 0) {
    for (const [id, deployment] of deployments) {
      if (await cluster.isDeploying([deployment], signal)) continue;
      progress(`${id}: removed`);
      deployments.delete(id);
    }
    if (deployments.size === 0) return;
    if (clock.monotonic() > deadlineMs) throw notGone([...deployments.keys()]);
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

function notGone(ids: readonly string[]): TransientError {
  return new TransientError(
    `${ids.join(', ')}: tasks still run after ${GONE_WITHIN_MS / 60_000} min; Marathon goes on ending them, uninstall again to see how far it is`,
  );
}
