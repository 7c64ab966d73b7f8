// recorder: a round as it is kept. Pure.

import { resourceKey } from '../../api/policy.ts';
import { AS_RUN } from '../../controller/round/decide.ts';
import { isWhole, type Round } from '../../controller/round/round.ts';
import type { AppView, PolicyView, PoolView } from '../../controller/status/view.ts';
import { defined } from '../../lang/defined.ts';
import type { FrameApp, FramePolicy, FramePool, FrameWrite, RoundFrame } from './frame.ts';
import { sceneOf } from './inputs.ts';

/** @param scenes in which scene each app was decided last, by id; follows the round */
export function roundFrame(round: Round, shown: PoolView, scenes: Map<string, string>): RoundFrame {
  for (const { app, part } of round.assessments) {
    if (part === 'live') scenes.set(app.spec.id, AS_RUN);
    if (part === 'observed') scenes.set(app.spec.id, app.policy);
  }
  const { atMs, wallAheadMs, inquiries = [] } = round;
  return {
    atMs,
    wallAheadMs,
    result: resultOf(round),
    shown: shownOf(shown, { round, scenes }),
    asked: Object.fromEntries(inquiries.map(({ scene, input }) => [scene, sceneOf(input)])),
  };
}

/** @param mask of what a scheduler said */
export function writesOf({ results }: Round, mask: (text: string) => string): readonly FrameWrite[] {
  return results.map(({ change, result, obstacle, message, instances }) => ({
    kind: change.kind,
    app: change.app,
    result,
    ...(change.kind === 'scale' && { to: instances ?? change.to }),
    ...defined({ obstacle, message: message === undefined ? undefined : mask(message) }),
  }));
}

function resultOf(round: Round): RoundFrame['result'] {
  if (!isWhole(round)) return 'blind';
  return round.standby === undefined ? 'complete' : 'standby';
}

interface Decided {
  readonly round: Round;
  readonly scenes: ReadonlyMap<string, string>;
}

function shownOf({ policies, lastRoundAtMs, ...pool }: PoolView, decided: Decided): FramePool {
  const { atMs, wallAheadMs } = decided.round;
  return {
    ...pool,
    ...(lastRoundAtMs !== atMs + wallAheadMs && defined({ lastRoundAtMs })),
    policies: Object.fromEntries(policies.map((each) => [resourceKey(each), policyOf(each, decided)])),
  };
}

function policyOf({ apps, ...policy }: PolicyView, decided: Decided): FramePolicy {
  return { ...policy, apps: Object.fromEntries(apps.map((app) => [app.id, appOf(app, decided)])) };
}

function appOf(app: AppView, { round, scenes }: Decided): FrameApp {
  // A definition may hold what nobody should keep.
  const { tasks: _tasks, steps: _steps, figures: _figures, drift: _drift, ...kept } = app;
  const { summary, metrics, counters, ...shown } = kept;
  const scene = round.decisions.has(app.id) ? scenes.get(app.id) : undefined;
  return {
    ...shown,
    metrics: metrics.map(({ objective: _objective, ...metric }) => metric),
    // A live tally of whoever counts.
    counters: { ...counters },
    ...(scene === undefined ? { summary } : { scene }),
  };
}
