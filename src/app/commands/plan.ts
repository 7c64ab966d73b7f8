// app: `plan`: policies from files against the Marathon they name.

import { readFileSync } from 'node:fs';
import { type Resource, resourceKey } from '../../api/policy.ts';
import type { Problem } from '../../api/problem.ts';
import { type PlanResult, type PlanTrouble, planOnce } from '../../controller/dry-run.ts';
import type { SourcedResource } from '../../policy-sources/source.ts';
import { systemClock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log.ts';
import { createRedactor } from '../../runtime/redact.ts';
import { openSchedulers } from '../operator/schedulers.ts';
import { loaderOf } from '../operator/trust.ts';
import { createValueResolver } from '../operator/values.ts';
import { readFilesWith } from '../policies/policy-files.ts';
import { unresolvedIn } from '../unresolved.ts';

export interface PlanConfig {
  readonly files: readonly string[] | undefined;
  readonly marathon: readonly string[];
  /** How the operator's own Kubernetes is reached. */
  readonly kubeconfig?: string;
  readonly kubeContext?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** With `untrusted`, what the files may ask for. */
  readonly trust?: Parameters<typeof loaderOf>[0];
}

export interface PlanReport extends PlanResult {
  /** With an error among them nothing was compared. */
  readonly problems: readonly Problem[];
  /** What the files hold. */
  readonly resources: readonly SourcedResource[];
}

const NOTHING: PlanResult = { policies: [], changes: [], troubles: [], notes: [] };

/** @throws TerminalError for a Marathon URL of `config` that cannot be used, and when no file is given */
export async function planFiles(config: PlanConfig, log: Logger, signal: AbortSignal): Promise<PlanReport> {
  const { resources, problems } = await readFilesWith(
    loaderOf(config.trust ?? {}, config),
    config.files,
    signal,
  );
  if (problems.some((p) => p.severity === 'error')) return { ...NOTHING, resources, problems };
  const values = createValueResolver({
    env: config.env,
    readFile: (path) => readFileSync(path, 'utf8'),
    redactor: createRedactor(),
  });
  const schedulers = openSchedulers({
    clock: systemClock,
    log,
    values,
    // A plan looks: what a scheduler does by itself is for the operator to do.
    isActing: () => false,
    defaultUrls: config.marathon,
    kubeconfig: config.kubeconfig,
    kubeContext: config.kubeContext,
    env: config.env,
  });
  try {
    const plan = await planOnce(
      resources.map(({ resource }) => resource),
      {
        schedulerFor: (cluster) => schedulers.of(cluster),
        clusterId: (cluster) => schedulers.idOf(cluster),
        identityOf: (cluster, name) => schedulers.identityOf(cluster, name),
        workloadOf: schedulers.workloadOf,
        nowMs: systemClock.now(),
      },
      signal,
    );
    const compared = plan.policies.some(({ unread }) => unread === undefined);
    // Where no Marathon answers that is the one thing to put right first.
    const missing = compared ? resources.map(({ resource }) => unresolvedTroubles(resource, config.env)) : [];
    const unread = missing.some(({ ofMetrics }) => ofMetrics);
    return {
      ...plan,
      troubles: [...plan.troubles, ...missing.flatMap(({ troubles }) => troubles)],
      notes: [...plan.notes, ...(unread || measuresAnew(plan, resources) ? [READ_TELLS] : [])],
      resources,
      problems,
    };
  } finally {
    await schedulers.close();
  }
}

/** What the operator would miss, were it started as this command is: all of it, and as what it would say. */
function unresolvedTroubles(
  resource: Resource,
  env: PlanConfig['env'],
): { readonly troubles: readonly PlanTrouble[]; readonly ofMetrics: boolean } {
  const policy = resourceKey(resource.metadata);
  const unresolved = unresolvedIn(resource, { env, whyUnreadable });
  return {
    troubles: unresolved.map(({ pointer, message }) => ({
      reason: 'SecretUnavailable',
      message,
      policy,
      app: appAt(resource, pointer) ?? policy,
    })),
    ofMetrics: unresolved.some(({ pointer }) => /^\/spec\/apps\/\d+\/targets\//.test(pointer)),
  };
}

/**
 * Whether an app with targets comes under the operator's control. Its metrics are not read here: whoever proposes a policy
 * would have the secrets of whoever plans it sent to an address of their own.
 */
function measuresAnew({ changes }: PlanResult, resources: readonly SourcedResource[]): boolean {
  const measured = new Set(
    resources.flatMap(({ resource }) =>
      resource.kind === 'MicroscalingPolicy'
        ? resource.spec.apps.flatMap(({ id, targets }) => (targets === undefined ? [] : [id]))
        : [],
    ),
  );
  return changes.some(({ kind, app }) => (kind === 'create' || kind === 'adopt') && measured.has(app));
}

const READ_TELLS = 'microscaling read -f FILE says what every metric says now, or why it cannot be read';

function appAt(resource: Resource, pointer: string): string | undefined {
  const [, i] = /^\/spec\/apps\/(\d+)/.exec(pointer) ?? [];
  return resource.kind === 'MicroscalingPolicy' && i !== undefined
    ? resource.spec.apps[Number(i)]?.id
    : undefined;
}

function whyUnreadable(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() === '' ? 'it is empty' : undefined;
  } catch (error) {
    return messageOf(error);
  }
}
