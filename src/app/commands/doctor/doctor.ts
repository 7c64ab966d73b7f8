// app: `doctor`: what makes microscaling slow or wrong in these clusters.

import type { MicroscalingPolicy, Resource } from '../../../api/policy.ts';
import type { Problem } from '../../../api/problem.ts';
import { defined } from '../../../lang/defined.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { messageOf, TerminalError, TransientError } from '../../../runtime/errors.ts';
import { readPolicyFiles } from '../../policies/policy-files.ts';
import {
  type ClusterTarget,
  type ClusterTargetIfAny,
  clientOf,
  clusterTarget,
  clusterTargetIfAny,
} from '../cluster-target.ts';
import type { Check, CheckResult, PolicyCheck } from './check.ts';
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
import { checkTargets } from './checks/targets.ts';
import { checkVersion } from './checks/version.ts';
import { askEngines } from './engines.ts';
import type { Evidence, MarathonEvidence, PolicyEvidence, Read } from './evidence.ts';
import { examineMarathon } from './examine.ts';
import {
  CHECKS,
  type CheckName,
  type Diagnosis,
  type Finding,
  type Severity,
  type Unchecked,
} from './finding.ts';
import { readMetrics } from './metrics.ts';
import { askServices } from './services.ts';
import { askTargets } from './targets.ts';

export interface DoctorConfig {
  readonly marathon: readonly string[];
  readonly mesosUrl?: string;
  /** How the operator reaches its own Kubernetes; default: as kubectl does. */
  readonly kubeconfig?: string;
  readonly kubeContext?: string;
  /** Policy files; none: only the cluster is looked at. */
  readonly files?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface DoctorReport extends Diagnosis {
  /** Of the policy files. */
  readonly problems: readonly Problem[];
  /** Policies that mean another Marathon. */
  readonly elsewhere: readonly string[];
}

const POLICY_CHECKS = {
  metrics: checkMetrics,
  engines: checkEngines,
  targets: checkTargets,
} as const satisfies Readonly<Partial<Record<CheckName, PolicyCheck>>>;

const CHECK: Readonly<Record<CheckName, Check>> = {
  ...POLICY_CHECKS,
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
};

const ORDER: readonly Severity[] = ['error', 'warning', 'note'];

/** @throws TerminalError when it is not clear which Marathon is meant, or its address cannot be used */
export async function runDoctor(config: DoctorConfig, signal: AbortSignal): Promise<DoctorReport> {
  const { files = [] } = config;
  const { resources, problems } =
    files.length > 0 ? await readPolicyFiles(files, signal) : { resources: [], problems: [] };
  const named = resources.map(({ resource }) => resource);
  const { marathon, policies, elsewhere } = targetOf(config, named);
  const [ofPolicies, ofMarathon] = await Promise.all([
    files.length > 0 ? readPolicies(policies, config, signal) : {},
    marathon && readMarathon(marathon, config, signal),
  ]);
  const policiesLack = problems.some(({ severity }) => severity === 'error');
  return { ...diagnosisOf({ ...ofPolicies, policiesLack }, marathon, ofMarathon), problems, elsewhere };
}

function targetOf(
  { files = [], marathon }: DoctorConfig,
  resources: readonly Resource[],
): ClusterTargetIfAny {
  return files.length > 0 ? clusterTargetIfAny(resources, marathon) : clusterTarget(resources, marathon);
}

async function readPolicies(
  policies: readonly MicroscalingPolicy[],
  { env, kubeconfig, kubeContext }: DoctorConfig,
  signal: AbortSignal,
): Promise<PolicyEvidence> {
  const on = { env, clock: systemClock };
  const [metrics, engines, targets, services] = await Promise.all([
    readMetrics(policies, on, signal),
    askEngines(policies, on, signal),
    askTargets(policies, { ...on, ...defined({ kubeconfig, kubeContext }) }, signal),
    askServices(policies, on, signal),
  ]);
  return { policies, metrics, engines, targets: [...targets, ...services] };
}

async function readMarathon(
  marathon: ClusterTarget['marathon'],
  { env, mesosUrl }: DoctorConfig,
  signal: AbortSignal,
): Promise<Read<MarathonEvidence>> {
  const client = clientOf(marathon, { env, clock: systemClock });
  try {
    const on = { client, clock: systemClock, marathon, ...defined({ mesosUrl }) };
    return { ok: true, value: await examineMarathon(on, signal) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof TransientError || error instanceof TerminalError)) throw error;
    return { ok: false, reason: messageOf(error) };
  } finally {
    client.close();
  }
}

function diagnosisOf(
  ofPolicies: PolicyEvidence,
  marathon: ClusterTarget['marathon'] | undefined,
  ofMarathon: Read<MarathonEvidence> | undefined,
): Diagnosis {
  if (ofMarathon === undefined) return diagnosePolicies(ofPolicies, 'no app of the policies is on Marathon');
  if (ofMarathon.ok) return diagnose({ ...ofPolicies, ...ofMarathon.value });
  const diagnosis = diagnosePolicies(ofPolicies, 'Marathon could not be asked', [
    unreachable(ofMarathon.reason),
  ]);
  return { ...diagnosis, marathon: { url: marathon?.urls.join(', ') ?? '' } };
}

/** All checks on one body of evidence. Pure. */
export function diagnose(evidence: Evidence): Diagnosis {
  const { url, info } = evidence;
  return {
    marathon: { url, ...defined({ version: info.version }) },
    ...resultsOf((check) => CHECK[check](evidence)),
  };
}

/** Those that need no Marathon, and why the others could not be made. Pure. */
function diagnosePolicies(
  evidence: PolicyEvidence,
  unchecked: string,
  access?: readonly Finding[],
): Diagnosis {
  const checks: Partial<Readonly<Record<CheckName, PolicyCheck>>> = POLICY_CHECKS;
  return resultsOf(
    (check) => checks[check]?.(evidence) ?? (check === 'access' && access ? access : { unchecked }),
  );
}

function resultsOf(resultOf: (check: CheckName) => CheckResult): Pick<Diagnosis, 'findings' | 'unchecked'> {
  const results = CHECKS.map((check) => ({ check, result: resultOf(check) }));
  const findings = results.flatMap(({ result }) => ('unchecked' in result ? [] : result));
  return {
    findings: findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity)),
    unchecked: results.flatMap(({ check, result }): Unchecked[] =>
      'unchecked' in result ? [{ check, reason: result.unchecked }] : [],
    ),
  };
}

function unreachable(what: string): Finding {
  return {
    check: 'access',
    severity: 'error',
    what,
    why: 'an operator with this address and these credentials could do nothing at all on Marathon',
    change: 'correct the address, the way there, or marathon.auth of the policies',
  };
}
