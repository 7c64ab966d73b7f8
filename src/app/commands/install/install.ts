// app: `microscaling install`: the four apps into one group of a Marathon, and what becomes of them.

import { randomBytes } from 'node:crypto';
import type { AppObservation } from '../../../core/observation.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { TerminalError, TransientError } from '../../../runtime/errors.ts';
import type { MarathonApp } from '../../../schedulers/marathon/schema.ts';
import type { AppChange, Cluster } from './cluster.ts';
import { type App, installationApps, operatorId, secretsOf, TOKEN } from './definitions.ts';
import { INSTALLATION_LABEL } from './policy.ts';
import type { InstallSettings } from './settings.ts';

export interface InstallDeps {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** One line for people. */
  readonly progress: (line: string) => void;
}

export interface Installed {
  /** False when everything was there as it should be. */
  readonly changed: boolean;
  /** Of the page and the API, `http://host:port`. */
  readonly addresses: readonly string[];
  /** What the page and the API need; only when it is new. */
  readonly newToken?: string;
}

const LOOK_EVERY_MS = 500;
const RUN_WITHIN_MS = 5 * 60_000;

/**
 * Creates what is missing in one deployment and waits until it runs. An app that exists keeps its count; where its
 * definition is another one by now, the operator brings the new one about, as its policy says.
 *
 * @throws TerminalError when an app of that name is not ours, TransientError when they do not run in time
 */
export async function install(
  settings: InstallSettings,
  deps: InstallDeps,
  signal: AbortSignal,
): Promise<Installed> {
  const { cluster, progress } = deps;
  const existing = byId(await cluster.appsBelow(settings.group, signal));
  const oldToken = tokenIn(existing.get(operatorId(settings.group)));
  const token = oldToken ?? randomBytes(24).toString('base64url');
  const apps = installationApps(settings, token);
  refuseStrangers(apps, existing, settings);
  const changes = await changesTo(apps, existing, { cluster, settings, signal });
  for (const { line } of changes) progress(line);
  if (changes.length > 0) {
    const bodies = changes.map(({ body }) => body);
    await cluster.putAll(bodies, secretsOf(apps), signal);
  }
  await untilRunning(apps, deps, signal);
  const addresses = await cluster.addressesOf(operatorId(settings.group), signal);
  return { changed: changes.length > 0, addresses, ...(oldToken === undefined && { newToken: token }) };
}

function byId(apps: readonly MarathonApp[]): ReadonlyMap<string, MarathonApp> {
  return new Map(apps.map((app) => [app.id, app]));
}

/** A second installation must not lock out those who hold the token of the first. */
function tokenIn(operator: MarathonApp | undefined): string | undefined {
  const env = operator?.definition['env'] as Readonly<Record<string, unknown>> | undefined;
  const token = env?.[TOKEN];
  return typeof token === 'string' && token !== '' ? token : undefined;
}

function refuseStrangers(
  apps: readonly App[],
  existing: ReadonlyMap<string, MarathonApp>,
  { group }: InstallSettings,
): void {
  const strangers = apps
    .map(({ id }) => existing.get(id))
    .filter((app) => app !== undefined && app.labels[INSTALLATION_LABEL] !== group);
  if (strangers.length === 0) return;
  const ids = strangers.map((app) => app?.id).join(', ');
  throw new TerminalError(
    `${ids} exists and was not made by install: nothing was changed; choose another --group, or remove it first`,
  );
}

interface AppWrite {
  readonly body: AppChange;
  /** For people. */
  readonly line: string;
}

async function changesTo(
  apps: readonly App[],
  existing: ReadonlyMap<string, MarathonApp>,
  { cluster, settings, signal }: { cluster: Cluster; settings: InstallSettings; signal: AbortSignal },
): Promise<readonly AppWrite[]> {
  const missing = apps.filter(({ id }) => !existing.has(id));
  const created = missing.map((app) => ({ body: app, line: `creating ${app.id}` }));
  const operator = apps.find(({ id }) => id === operatorId(settings.group));
  if (operator === undefined || missing.includes(operator)) return created;
  const observed = (await cluster.observe([operator.id], signal)).get(operator.id);
  const fields = observed === undefined ? [] : cluster.differences(operator, observed);
  if (fields.length === 0) return created;
  const { instances: _kept, ...body } = operator;
  return [...created, { body, line: `updating ${operator.id} (${fields.join(', ')}); it restarts` }];
}

async function untilRunning(
  apps: readonly App[],
  { cluster, clock, progress }: InstallDeps,
  signal: AbortSignal,
): Promise<void> {
  const deadlineMs = clock.monotonic() + RUN_WITHIN_MS;
  const said = new Map<string, string>();
  for (;;) {
    const observed = await observeOrWait(apps, cluster, signal);
    const states = apps.map((app) => stateOf(app, observed?.get(app.id)));
    for (const { id, text } of observed === undefined ? [] : states) {
      if (said.get(id) !== text) progress(`${id}: ${text}`);
      said.set(id, text);
    }
    const late = states.filter(({ runs }) => !runs);
    if (observed !== undefined && late.length === 0) return;
    if (clock.monotonic() > deadlineMs) throw notRunning(late);
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/** A Marathon that is away for a moment in the middle of it has lost nothing. */
async function observeOrWait(
  apps: readonly App[],
  cluster: Cluster,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, AppObservation> | undefined> {
  try {
    return await cluster.observe(
      apps.map(({ id }) => id),
      signal,
    );
  } catch (error) {
    if (error instanceof TransientError) return undefined;
    throw error;
  }
}

interface AppState {
  readonly id: string;
  readonly runs: boolean;
  readonly text: string;
}

/** As many serve as it was made with, unless somebody has asked for less since. */
function stateOf({ id, instances }: App, observed: AppObservation | undefined): AppState {
  if (observed === undefined) return { id, runs: false, text: 'not there' };
  const { running, ready, requested, waiting, waitingFor, backoffMs } = observed;
  const wanted = Math.min(instances, requested);
  const runs = ready >= wanted;
  if (runs) return { id, runs, text: 'running' };
  const notes = [
    ...(running >= wanted ? ['not healthy yet'] : []),
    ...(waiting > 0 ? [`${waiting} waiting${waitingFor.map(({ text }) => ` ${text}`).join(',')}`] : []),
    ...(backoffMs > 0 ? ['backing off: its last task ended at once'] : []),
  ];
  const text = `${running} of ${wanted} running${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`;
  return { id, runs, text };
}

function notRunning(late: readonly AppState[]): TransientError {
  const which = late.map(({ id, text }) => `${id}: ${text}`).join('; ');
  return new TransientError(
    `not everything runs after ${RUN_WITHIN_MS / 60_000} min: ${which}; the apps stay in Marathon, look at their tasks there, install again to go on waiting or uninstall to remove them`,
  );
}
