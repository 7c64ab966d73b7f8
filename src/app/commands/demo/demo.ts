// app: a demo from start to result: the world, a line a moment about it, and what it was worth.

import type { OperatorView } from '../../../controller/status/view.ts';
import { untilAborted } from '../../../runtime/abort/until-aborted.ts';
import { messageOf, TerminalError } from '../../../runtime/errors.ts';
import type { RunningOperator } from '../../operator/operator.ts';
import { readDemoPolicies } from './policy.ts';
import { appsOf, DemoRecorder, type DemoResult } from './recorder.ts';
import { startWorld, type World, type WorldConfig, type WorldDeps } from './world.ts';

export interface DemoConfig extends Omit<WorldConfig, 'storage'> {
  /** Ends by itself this long after it was ready; absent: when the signal aborts. */
  readonly forMs?: number;
}

export interface DemoDeps extends WorldDeps {
  /** Called once, when page and apps are there. */
  readonly ready: (world: World) => void;
  /** Called with every view from then on. */
  readonly viewed: (view: OperatorView, policy: string) => void;
}

const READY_WITHIN_MS = 60_000;
/** Programs of which all run count something within the second. */
const HEARD_WITHIN_MS = 20_000;

/**
 * Runs until its time is over or `signal` aborts, takes everything down and says how it went.
 *
 * @throws TerminalError when there is nothing for the law to do, when the world cannot be started or never becomes ready
 */
export async function runDemo(config: DemoConfig, deps: DemoDeps, signal: AbortSignal): Promise<DemoResult> {
  const { name: policy, useStorage, haveQueueLength } = readDemoPolicies(config.policy);
  if (config.law !== undefined && !haveQueueLength)
    throw new TerminalError(
      `--law: ${config.policy} has no target with a queueLength: for others there is no choice of law`,
    );
  const world = await startWorld({ ...config, storage: useStorage }, deps, signal);
  const recorder = new DemoRecorder(policy);
  try {
    const ready = await becomesReady(world, policy, deps, signal);
    if (ready) {
      deps.ready(world);
      await record(world, { recorder, policy, config, deps }, signal);
    }
  } catch (error) {
    await world.close();
    throw error;
  }
  const left = await world.close();
  return recorder.result(left);
}

/** False when the signal aborted first. */
async function becomesReady(
  world: World,
  policy: string,
  { clock }: Pick<DemoDeps, 'clock'>,
  signal: AbortSignal,
): Promise<boolean> {
  const { state } = world.operator;
  const { unheard } = world.cluster;
  const runs = (): boolean => DemoRecorder.isReady(state.view(), policy);
  const within = { state, clock, ms: READY_WITHIN_MS };
  if (!(await comesTrue(runs, within, signal))) {
    if (signal.aborted) return false;
    throw new TerminalError(`the demo did not become ready within 60 s: ${reasonFor(state.view(), policy)}`);
  }
  if (unheard === undefined) return true;
  const heard = (): boolean => isHeard(state.view(), policy);
  if (await comesTrue(heard, { ...within, ms: HEARD_WITHIN_MS }, signal)) return true;
  if (signal.aborted) return false;
  throw new TerminalError(`the demo did not become ready: ${unheard}`);
}

/** False when the time is over, or the signal aborted, before. */
async function comesTrue(
  isTrue: () => boolean,
  { state, clock, ms }: Pick<DemoDeps, 'clock'> & Pick<RunningOperator, 'state'> & { readonly ms: number },
  signal: AbortSignal,
): Promise<boolean> {
  const done = new AbortController();
  const undo = state.subscribe(() => isTrue() && done.abort());
  try {
    if (!isTrue()) await clock.sleep(ms, AbortSignal.any([signal, done.signal])).catch(() => undefined);
  } finally {
    undo();
  }
  return !signal.aborted && isTrue();
}

/** Whether any program has counted anything. */
function isHeard(view: OperatorView, policy: string): boolean {
  return appsOf(view, policy).some(({ counters }) => Object.values(counters).some((count) => count > 0));
}

function reasonFor(view: OperatorView, policy: string): string {
  const problem = view.problems[0];
  if (problem !== undefined) return `${problem.source}: ${problem.message}`;
  const missing = appsOf(view, policy).filter((app) => app.running === 0);
  if (missing.length > 0)
    return [
      `no instance of ${missing.map((app) => app.id).join(', ')} runs`,
      ...notLaunched(view, policy),
    ].join('; ');
  return view.cluster.reachable ? `policy ${policy} is not there` : messageOf(view.cluster.message);
}

/** What its scheduler says of that. */
function notLaunched(view: OperatorView, policy: string): readonly string[] {
  const said = view.pools
    .flatMap(({ policies }) => policies)
    .filter(({ name }) => name === policy)
    .flatMap(({ conditions }) => conditions)
    .filter(({ type, status }) => type === 'Ready' && status !== 'True')
    .map(({ message }) => message);
  return [...new Set(said)].filter((message) => message !== '');
}

interface Recording {
  readonly recorder: DemoRecorder;
  readonly policy: string;
  readonly config: DemoConfig;
  readonly deps: DemoDeps;
}

async function record(world: World, recording: Recording, signal: AbortSignal): Promise<void> {
  const { recorder, policy, config, deps } = recording;
  const state = world.operator.state;
  const look = (): void => {
    const view = state.view();
    recorder.observe(view);
    deps.viewed(view, policy);
  };
  look();
  const undo = state.subscribe(look);
  try {
    if (config.forMs === undefined) await untilAborted(signal);
    else await deps.clock.sleep(config.forMs, signal).catch(() => undefined);
    look();
  } finally {
    undo();
  }
}
