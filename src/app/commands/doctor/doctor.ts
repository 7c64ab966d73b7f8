// app: `doctor`: what makes microscaling slow or wrong in this cluster.

import type { Problem } from '../../../api/problem.ts';
import { defined } from '../../../lang/defined.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { messageOf, TerminalError, TransientError } from '../../../runtime/errors.ts';
import { readPolicyFiles } from '../../policies/policy-files.ts';
import { clientOf, clusterTarget } from '../cluster-target.ts';
import type { Check } from './check.ts';
import { checkAccess } from './checks/access.ts';
import { checkApps } from './checks/apps.ts';
import { checkClock } from './checks/clock.ts';
import { checkEngines } from './checks/engines.ts';
import { checkLocks } from './checks/locks.ts';
import { checkMesos } from './checks/mesos.ts';
import { checkMetrics } from './checks/metrics.ts';
import { checkPace } from './checks/pace.ts';
import { checkAdoption, checkLabels } from './checks/policies.ts';
import { checkRoom } from './checks/room.ts';
import { checkVersion } from './checks/version.ts';
import type { Evidence } from './evidence.ts';
import { type Examined, examine } from './examine.ts';
import {
  CHECKS,
  type CheckName,
  type Diagnosis,
  type Finding,
  type Severity,
  type Unchecked,
} from './finding.ts';

export interface DoctorConfig {
  readonly marathon: readonly string[];
  readonly mesosUrl?: string;
  /** Policy files; absent: only the cluster is looked at. */
  readonly files?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface DoctorReport extends Diagnosis {
  /** Of the policy files. */
  readonly problems: readonly Problem[];
  /** Policies that mean another Marathon. */
  readonly elsewhere: readonly string[];
}

const CHECK: Readonly<Record<CheckName, Check>> = {
  access: checkAccess,
  version: checkVersion,
  pace: checkPace,
  mesos: checkMesos,
  clock: checkClock,
  locks: checkLocks,
  room: checkRoom,
  apps: checkApps,
  adoption: checkAdoption,
  labels: checkLabels,
  metrics: checkMetrics,
  engines: checkEngines,
};

const ORDER: readonly Severity[] = ['error', 'warning', 'note'];

/** @throws TerminalError when it is not clear which Marathon is meant, or its address cannot be used */
export async function runDoctor(config: DoctorConfig, signal: AbortSignal): Promise<DoctorReport> {
  const { files, env, mesosUrl } = config;
  const withPolicies = files !== undefined && files.length > 0;
  const { resources, problems } = withPolicies
    ? await readPolicyFiles(files, signal)
    : { resources: [], problems: [] };
  const target = clusterTarget(
    resources.map(({ resource }) => resource),
    config.marathon,
  );
  const client = clientOf(target.marathon, { env, clock: systemClock });
  try {
    const on = {
      client,
      clock: systemClock,
      target,
      env,
      withPolicies,
      policiesLack: problems.some(({ severity }) => severity === 'error'),
      ...defined({ mesosUrl }),
    };
    return { ...(await diagnosisOf(on, signal)), problems, elsewhere: target.elsewhere };
  } finally {
    client.close();
  }
}

async function diagnosisOf(on: Examined, signal: AbortSignal): Promise<Diagnosis> {
  try {
    return diagnose(await examine(on, signal));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof TransientError || error instanceof TerminalError)) throw error;
    return unreachable(on.target.marathon.urls.join(', '), messageOf(error));
  }
}

/** All checks on one body of evidence. Pure. */
export function diagnose(evidence: Evidence): Diagnosis {
  const results = CHECKS.map((check) => ({ check, result: CHECK[check](evidence) }));
  const findings = results.flatMap(({ result }) => ('unchecked' in result ? [] : result));
  const { url, info } = evidence;
  return {
    marathon: { url, ...defined({ version: info.version }) },
    findings: findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity)),
    unchecked: results.flatMap(({ check, result }): Unchecked[] =>
      'unchecked' in result ? [{ check, reason: result.unchecked }] : [],
    ),
  };
}

function unreachable(url: string, what: string): Diagnosis {
  const finding: Finding = {
    check: 'access',
    severity: 'error',
    what,
    why: 'an operator with this address and these credentials could do nothing at all',
    change: 'correct the address, the way there, or marathon.auth of the policies',
  };
  const rest = CHECKS.filter((check) => check !== 'access');
  return {
    marathon: { url },
    findings: [finding],
    unchecked: rest.map((check) => ({ check, reason: 'Marathon could not be asked' })),
  };
}
