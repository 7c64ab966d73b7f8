// bench: a soak: the demo is disturbed every few seconds and measured, until its time is over or somebody ends it.

import type { Clock } from '../../src/runtime/clock.ts';
import { messageOf } from '../../src/runtime/errors.ts';
import { seededAt } from '../../src/runtime/random.ts';
import { type Action, actionAt, actionText } from './actions.ts';
import type { Sample } from './measures.ts';

/** The demo, as far as a soak touches it. */
export interface SoakedWorld {
  perform(action: Action, signal: AbortSignal): Promise<void>;
  measure(atS: number, signal: AbortSignal): Promise<Sample>;
}

export interface SoakOptions {
  readonly forMs: number;
  readonly seed: number;
}

export interface Soaked {
  readonly samples: readonly Sample[];
  readonly actions: number;
  /** What was answered with an error, such as an override of a paused policy. */
  readonly refused: readonly string[];
}

const LEAST_BETWEEN_MS = 2_000;
const MOST_BETWEEN_MS = 6_000;
const SAMPLES = 300;
const LEAST_SAMPLE_MS = 1_000;

/** What a world cannot be measured by, such as a demo that has ended, is thrown; a disturbance may be refused. */
export async function soak(
  world: SoakedWorld,
  { forMs, seed }: SoakOptions,
  { clock, say }: { readonly clock: Clock; readonly say: (doing: string) => void },
  signal: AbortSignal,
): Promise<Soaked> {
  const startedMs = clock.monotonic();
  const samples: Sample[] = [];
  const refused: string[] = [];
  const sampleEveryMs = Math.max(LEAST_SAMPLE_MS, forMs / SAMPLES);
  let actions = 0;
  let actMs = startedMs;
  let sampleMs = startedMs;
  while (!signal.aborted) {
    const nowMs = clock.monotonic();
    if (nowMs >= sampleMs) {
      samples.push(await world.measure((nowMs - startedMs) / 1_000, signal));
      sampleMs += sampleEveryMs;
    }
    if (nowMs - startedMs >= forMs) break;
    if (nowMs >= actMs) {
      const action = actionAt(seed, actions);
      say(actionText(action));
      await world
        .perform(action, signal)
        .catch((error) => refused.push(`${actionText(action)}: ${messageOf(error)}`));
      actMs += LEAST_BETWEEN_MS + seededAt(seed + 1, actions) * (MOST_BETWEEN_MS - LEAST_BETWEEN_MS);
      actions += 1;
    }
    const next = Math.min(actMs, sampleMs, startedMs + forMs);
    await clock.sleep(Math.max(1, next - clock.monotonic()), signal).catch(() => undefined);
  }
  return { samples, actions, refused };
}
