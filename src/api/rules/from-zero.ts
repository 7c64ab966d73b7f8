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
  const lengths = present(targets);
  const shortest = lengths.reduce((least, [{ queueLength = 0 }]) => Math.min(least, queueLength), Infinity);
  const reached = lengths.some(([target]) => wakesAtOnce(target));
  if (reached || !(shortest > 0 && Number.isFinite(shortest))) return [];
  const at = lengths.findIndex(([{ queueLength }]) => queueLength === shortest);
  const place = below(pointer, 'targets', lengths[at]?.[1] ?? 0, 'queueLength');
  const many = shortest === 1 ? 'a message waits' : `up to ${shortest} messages wait`;
  const message = `${showPath(place)} and instances.min 0: with nothing running ${many} for ever; set instances.min to 1, or add a target of drainTime or perInstance, which the first message reaches`;
  return [warning(place, message)];
}

/** A wait behind no instance has no end, and one message needs a part of an instance. */
function wakesAtOnce({ drainTime, messageAge, perInstance }: Partly<TargetSpec>): boolean {
  return drainTime !== undefined || messageAge !== undefined || perInstance !== undefined;
}

function checkDisabled({ behavior }: App, pointer: string): readonly Finding[] {
  if (behavior?.scaleUp?.selectPolicy !== 'Disabled') return [];
  const place = below(pointer, 'behavior', 'scaleUp', 'selectPolicy');
  const message = `${showPath(place)} Disabled and instances.min 0: once it has no instance it never gets one again; set instances.min to 1`;
  return [warning(place, message)];
}
