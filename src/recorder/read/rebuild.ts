// recorder: a pool as people saw it, from its frame and from what was decided, said again. Pure.

import { objectiveView } from '../../controller/status/app-view.ts';
import type { AppView, PolicyView, PoolView } from '../../controller/status/view.ts';
import type { AppDecision } from '../../core/decision.ts';
import type { FrameApp, FramePolicy, RoundFrame } from '../frame/frame.ts';
import type { Words } from './words.ts';

/** @param words empty: summary, steps and estimates are left out */
export function poolViewOf({ shown, atMs, wallAheadMs }: RoundFrame, words: Words): PoolView {
  return {
    lastRoundAtMs: atMs + wallAheadMs,
    ...shown,
    policies: Object.values(shown.policies).map((policy) => policyOf(policy, words)),
  };
}

function policyOf(policy: FramePolicy, words: Words): PolicyView {
  const targetsOf = new Map(policy.spec.apps.map((app) => [app.name, app.targets ?? []]));
  const apps = Object.values(policy.apps).map((app): AppView => {
    const decision = app.scene === undefined ? undefined : words.get(app.scene)?.get(app.id);
    const targets = targetsOf.get(app.name) ?? [];
    const metrics = app.metrics.map((metric, i) => {
      const target = targets[i];
      return target === undefined
        ? metric
        : { ...metric, ...objectiveView(target, decision?.objectives?.[i]) };
    });
    return { ...plain(app), metrics, tasks: [], ...saidBy(app, decision) };
  });
  return { ...policy, apps };
}

function plain({
  scene: _scene,
  summary: _summary,
  metrics: _metrics,
  ...app
}: FrameApp): Omit<AppView, 'metrics' | 'tasks' | 'summary' | 'steps' | 'figures'> {
  return app;
}

function saidBy(
  { summary = '' }: FrameApp,
  decision: AppDecision | undefined,
): Pick<AppView, 'summary' | 'steps' | 'figures'> {
  if (decision === undefined) return { summary, steps: [], figures: {} };
  return { summary: decision.summary, steps: decision.steps, figures: decision.figures };
}

/** Apps of which this program would have decided otherwise than the one that did: it is another version. */
export function decidedOtherwise({ shown }: RoundFrame, words: Words): readonly string[] {
  return Object.values(shown.policies).flatMap(({ apps }) =>
    Object.values(apps).flatMap(({ id, scene, wanted, granted }) => {
      const decision = scene === undefined ? undefined : words.get(scene)?.get(id);
      const same = decision === undefined || (decision.wanted === wanted && decision.granted === granted);
      return same ? [] : [id];
    }),
  );
}
