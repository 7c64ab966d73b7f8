// api: an app that may have no instance must be able to get its first one.

import type { AppSpec, TargetSpec } from '../policy.ts';
import { type Finding, warning } from '../validation/finding.ts';
import { below, showPath } from '../validation/pointer.ts';
import type { RuleContext } from './context.ts';
import { type Partly, present } from './partly.ts';

type App = Partly<AppSpec>;

/** Of a scaled app that says `min: 0`. Nothing is wrong with either, where it is meant: hence warnings. */
export function checkFromZero(app: App, pointer: string, context: RuleContext): readonly Finding[] {
  const { instances, targets } = app;
  if (targets === undefined || instances?.min !== 0) return [];
  // An explicit 0 means that the app is to come down to nothing, and back.
  if (!context.given(below(pointer, 'instances', 'min'))) return [];
  return [...checkReach(app, pointer), ...checkDisabled(app, pointer)];
}

/** A queue below its length needs no instance: with none running, what is in it stays there. */
function checkReach({ targets }: App, pointer: string): readonly Finding[] {
  // The target that wakes first decides.
  const [first] = present(targets)
    .map(([target, at]) => ({ target, at, stay: mostThatStay(target) }))
    .toSorted((a, b) => a.stay - b.stay);
  if (first === undefined || first.stay === 0) return [];
  const { target, at, stay } = first;
  // Then the policy says itself that so many may wait.
  if (target.queueLength === undefined || (target.activateAt ?? 0) >= target.queueLength) return [];
  const place = below(pointer, 'targets', at, 'queueLength');
  const many = stay === 1 ? 'a message waits' : `up to ${stay} messages wait`;
  const message = `${showPath(place)} and instances.min 0: with nothing running ${many} for ever; set instances.min to 1, or add a target of drainTime or perInstance, which the first message reaches; where they may wait, say so with activateAt: ${stay}`;
  return [warning(place, message)];
}

/**
 * So many messages get no first instance. A wait behind no instance has no end, and one message needs a part of an
 * instance: but for `activateAt` targets other than `queueLength` wake at once.
 */
function mostThatStay({ queueLength = 0, activateAt = 0 }: Partly<TargetSpec>): number {
  return Math.max(queueLength, activateAt);
}

function checkDisabled({ behavior }: App, pointer: string): readonly Finding[] {
  if (behavior?.scaleUp?.selectPolicy !== 'Disabled') return [];
  const place = below(pointer, 'behavior', 'scaleUp', 'selectPolicy');
  const message = `${showPath(place)} Disabled and instances.min 0: once it has no instance it never gets one again; set instances.min to 1`;
  return [warning(place, message)];
}
