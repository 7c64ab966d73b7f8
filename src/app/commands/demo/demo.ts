// app: a demo from start to result: the world, a line a moment about it, and what it was worth.

import type { OperatorView } from '../../../controller/status/view.ts';
import { untilAborted } from '../../../runtime/abort/until-aborted.ts';
import { messageOf, TerminalError } from '../../../runtime/errors.ts';
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
  deps: DemoDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const state = world.operator.state;
  const isReady = (): boolean => DemoRecorder.isReady(state.view(), policy);
  const done = new AbortController();
  const undo = state.subscribe(() => isReady() && done.abort());
  try {
    if (!isReady()) {
      await deps.clock.sleep(READY_WITHIN_MS, AbortSignal.any([signal, done.signal])).catch(() => undefined);
    }
  } finally {
    undo();
  }
  if (signal.aborted) return false;
  if (isReady()) return true;
  throw new TerminalError(`the demo did not become ready within 60 s: ${reasonFor(state.view(), policy)}`);
}

function reasonFor(view: OperatorView, policy: string): string {
  const problem = view.problems[0];
  if (problem !== undefined) return `${problem.source}: ${problem.message}`;
  const missing = appsOf(view, policy).filter((app) => app.running === 0);
  if (missing.length > 0) return `no instance of ${missing.map((app) => app.id).join(', ')} runs`;
  return view.cluster.reachable ? `policy ${policy} is not there` : messageOf(view.cluster.message);
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
