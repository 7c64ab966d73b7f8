// bench: `npm run bench -- reality`: do simulation and reality agree? The same arrivals, work and delays once in virtual
// time and once in real time, and how far the figures are apart.

import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { type Clock, systemClock } from '../../src/runtime/clock.ts';
import { figuresOf, type Ran } from '../../src/simulator/figures.ts';
import { requireLaw, SHIPPED_LAWS } from '../../src/simulator/law/laws.ts';
import { run } from '../../src/simulator/run.ts';
import { messageByMessage, REALITY_LOADS, realityOptions } from './loads.ts';
import { type RealRun, runInReality } from './real-run.ts';

export interface Judged {
  readonly V: number;
  readonly R: number;
  readonly changesPerMin: number;
}

export interface RealityRow {
  readonly load: string;
  readonly seed: number;
  /** In virtual time, with the queue of every simulation: worked off in bulk, with chance of its own. */
  readonly bulk: Judged;
  /** In virtual time, with the very messages of the real run. */
  readonly virtual: Judged;
  readonly real: Judged;
  /** Messages that a fall put back, in reality. */
  readonly handedBack: number;
  /** Of these, while another consumer was idle that could have gone in its place. */
  readonly handedBackNeedlessly: number;
  /** Of these, while another one was idle, and nobody could know it yet. */
  readonly handedBackUnforeseen: number;
}

export interface RealityResult {
  readonly rows: readonly RealityRow[];
  /** Of a core, for all worlds together. */
  readonly cpuShare: number;
  /** How late this process's timers were, 99 of 100, ms: on a busy machine reality is late. */
  readonly lateMs: number;
}

export interface RealityQuestion {
  readonly seeds: readonly number[];
  readonly loads?: readonly string[];
  readonly clock?: Clock;
}

const LATE_RESOLUTION_MS = 10;
/** Worlds begin one after the other, so that their rounds do not wait for each other. */
const APART_MS = 137;

/** All worlds at once, 90 s in all but for their starts; each has a Marathon, a queue and an operator of its own. */
export async function reality(
  { seeds, loads = REALITY_LOADS, clock = systemClock }: RealityQuestion,
  signal: AbortSignal,
): Promise<RealityResult> {
  const worlds = loads.flatMap((load) => seeds.map((seed) => ({ load, seed })));
  const virtual = worlds.map(({ load, seed }) => inVirtualTime(load, seed));
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  const running: Promise<RealRun>[] = [];
  for (const [i, { load, seed }] of worlds.entries()) {
    const deps = { seed, clock, ports: i / worlds.length, signal };
    running.push(runInReality(realityOptions(load, seed), deps));
    await clock.sleep(APART_MS, signal);
  }
  const late = monitorEventLoopDelay({ resolution: LATE_RESOLUTION_MS });
  late.enable();
  const real = await Promise.all(running);
  late.disable();
  const { user, system } = process.cpuUsage(cpu);
  const cpuShare = (user + system) / 1000 / (performance.now() - startedMs);
  const rows = worlds.flatMap((world, i): readonly RealityRow[] => {
    const [simulated, happened] = [virtual[i], real[i]];
    if (simulated === undefined || happened === undefined) return [];
    const { ran, ...counts } = happened;
    return [{ ...world, ...simulated, real: judged(ran), ...counts }];
  });
  return { rows, cpuShare, lateMs: Math.max(0, late.percentile(99) / 1e6 - LATE_RESOLUTION_MS) };
}

export function inVirtualTime(load: string, seed: number): Pick<RealityRow, 'bulk' | 'virtual'> {
  const law = requireLaw(SHIPPED_LAWS, 'policy');
  const options = realityOptions(load, seed);
  return {
    bulk: judged(run(law, options)),
    virtual: judged(run(law, messageByMessage(options, seed))),
  };
}

function judged(ran: Ran): Judged {
  const { V, R, changesPerMin } = figuresOf(ran);
  return { V, R, changesPerMin };
}
