// app: what `microscaling simulate` is asked for, checked and put together: policy, load, laws, bench.

import { readFile } from 'node:fs/promises';
import type { CapacityPool, MicroscalingPolicy, Resource } from '../../api/policy.ts';
import { defined } from '../../lang/defined.ts';
import { messageOf, TerminalError } from '../../runtime/errors.ts';
import { SCHEDULERS } from '../../schedulers/registry.ts';
import { type Comparison, compare } from '../../simulator/compare.ts';
import { requireLaw } from '../../simulator/law/laws.ts';
import type { Curve } from '../../simulator/load/curve.ts';
import { isLoad, LOADS, loadCurve } from '../../simulator/load/loads.ts';
import { parseTrace, recordedCurve, scaledCurve } from '../../simulator/load/trace.ts';
import type { Progress } from '../../simulator/progress.ts';
import { scenario } from '../../simulator/scenario.ts';
import type { Settings } from '../../simulator/settings.ts';
import { type PolicyFiles, readPolicyFiles } from '../policies/policy-files.ts';
import { knownLaws } from './bench.ts';

/** Those of them that there are. */
const DEFAULT_LAWS = ['policy', 'original-default', 'keda-default', 'oracle-causal'];

export interface PolicyQuestion {
  readonly files: readonly string[];
  /** One of the synthetic loads … */
  readonly load?: string | undefined;
  /** … or a CSV file. */
  readonly trace?: string | undefined;
  readonly traceIntervalMs?: number | undefined;
  /** What its counts are multiplied by; absent: it is scaled to the pool. */
  readonly traceScale?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly laws?: readonly string[] | undefined;
  readonly seeds: readonly number[];
  readonly settings: Settings;
}

type OnProgress = (progress: Progress) => void;

/** Laws on one policy; problems of the policy are a TerminalError with all of them. */
export async function simulatePolicy(
  question: PolicyQuestion,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<Comparison> {
  const known = await knownLaws();
  const laws =
    question.laws?.map((id) => requireLaw(known, id)) ?? known.filter(({ id }) => DEFAULT_LAWS.includes(id));
  const { policy, pool } = await readPolicy(question.files, signal);
  const load = await readLoad(question);
  const { settings, seeds } = question;
  const worldOf = (seed: number): ReturnType<typeof scenario> =>
    scenario(policy, {
      settings,
      seed,
      curveFor: (capacity) => load.curve(capacity, seed),
      footprint: SCHEDULERS.marathon.footprint,
      ...(pool !== undefined && { capacity: pool.spec.capacity }),
    });
  return await compare(
    { policy: policy.metadata.name, load: load.name, laws, seeds, worldOf },
    onProgress,
    signal,
  );
}

/** @throws TerminalError with every problem, and for another number of policies than one */
export async function readPolicy(
  files: readonly string[],
  signal: AbortSignal,
  command = 'simulate',
): Promise<{ readonly policy: MicroscalingPolicy; readonly pool: CapacityPool | undefined }> {
  return onePolicyOf(await readPolicyFiles(files, signal), files.join(', '), command);
}

/** @throws TerminalError as `readPolicy` */
export function onePolicyOf(
  {
    resources,
    problems,
  }: Pick<PolicyFiles, 'problems'> & {
    readonly resources: readonly { readonly resource: Resource }[];
  },
  place: string,
  command: string,
): { readonly policy: MicroscalingPolicy; readonly pool: CapacityPool | undefined } {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const lines = errors.map(({ source, line, pointer, message }) =>
      [`${source}${line === undefined ? '' : `:${line}`}`, pointer, message].filter(Boolean).join(': '),
    );
    throw new TerminalError(lines.join('\n'));
  }
  const all = resources.map(({ resource }) => resource);
  const policies = all.filter((each) => each.kind === 'MicroscalingPolicy');
  const [policy] = policies;
  if (policy === undefined || policies.length > 1) {
    const names = policies.map(({ metadata }) => metadata.name).join(', ');
    throw new TerminalError(
      policy === undefined ? `${place}: no policy in it` : `${command} takes one policy; here are ${names}`,
    );
  }
  const pool = all.find(
    (each) =>
      each.kind === 'CapacityPool' &&
      each.metadata.name === policy.spec.pool &&
      each.metadata.namespace === policy.metadata.namespace,
  );
  return { policy, pool: pool?.kind === 'CapacityPool' ? pool : undefined };
}

interface NamedLoad {
  readonly name: string;
  readonly curve: (capacity: number, seed: number) => Curve;
}

async function readLoad(question: PolicyQuestion): Promise<NamedLoad> {
  const { load, trace, traceIntervalMs, traceScale, durationMs } = question;
  const known = LOADS.join(', ');
  if ((load === undefined) === (trace === undefined))
    throw new TerminalError(`say what the load is: --load NAME (${known}) or --trace FILE.csv`);
  if (traceScale !== undefined && trace === undefined)
    throw new TerminalError('--trace-scale says how a trace is scaled: give --trace FILE.csv');
  const durationS = durationMs === undefined ? undefined : durationMs / 1000;
  if (trace !== undefined) {
    const recorded = parseTrace(await readText(trace), trace, {
      ...(traceIntervalMs !== undefined && { intervalS: traceIntervalMs / 1000 }),
    });
    return {
      name: trace,
      curve: (capacity) =>
        cut(
          traceScale === undefined ? scaledCurve(recorded, capacity) : recordedCurve(recorded, traceScale),
          durationS,
        ),
    };
  }
  const name = load ?? '';
  if (!isLoad(name)) throw new TerminalError(`no load is called '${name}'; there are ${known}`);
  return {
    name,
    curve: (capacity, seed) => loadCurve(name, { capacity, seed, ...defined({ durationS }) }),
  };
}

function cut(curve: Curve, durationS: number | undefined): Curve {
  if (durationS === undefined) return curve;
  const steps = Math.max(1, Math.min(curve.steps, Math.round(durationS * 10)));
  return { steps, rate: curve.rate.subarray(0, steps), service: curve.service.subarray(0, steps) };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new TerminalError(`reading trace ${path}: ${messageOf(error)}`, { cause: error });
  }
}
