// api: the rules of one app: what it is (scaled, remainder, fixed) and what goes with that.

import type { AppSpec } from '../policy.ts';
import { error, type Finding, warning } from '../validation/finding.ts';
import { below, showPath } from '../validation/pointer.ts';
import type { RuleContext } from './context.ts';
import { checkDefinition } from './definition.ts';
import { checkFromZero } from './from-zero.ts';
import { checkMetricFailure } from './metric-failure.ts';
import { type Partly, present } from './partly.ts';
import { checkScheduler } from './scheduler.ts';
import { checkSchedules } from './schedules.ts';
import { checkTarget } from './target.ts';
import { checkTargets } from './targets.ts';

type App = Partly<AppSpec>;

/** @param pointer the app's own */
export function checkApp(app: App, pointer: string, context: RuleContext): readonly Finding[] {
  const fixed = app.instances?.fixed !== undefined;
  return [
    ...(fixed ? checkFixed(app, pointer, context) : checkRole(app, pointer, context)),
    ...checkBounds(app, pointer),
    ...checkMetricFailure(app, pointer, context),
    ...checkTargets(app, pointer, context),
    ...checkSchedules(app, pointer),
    ...checkFromZero(app, pointer, context),
    ...present(app.targets).flatMap(([target, i]) =>
      checkTarget(target, below(pointer, 'targets', i), context),
    ),
    ...(checkScheduler(app, pointer, context) ?? checkDefinition(app, pointer, context)),
  ];
}

/** A fixed app is created with its count and then left to people. */
function checkFixed(app: App, pointer: string, context: RuleContext): readonly Finding[] {
  const path = showPath(pointer);
  const excluded = [
    'priority',
    'targets',
    'formula',
    'remainder',
    'schedules',
    'instances/min',
    'instances/max',
  ]
    .filter((field) => context.given(`${pointer}/${field}`))
    .map((field) => {
      const name = field.replace('/', '.');
      return error(`${pointer}/${field}`, `${path} is fixed, which excludes ${name}: remove one of them`);
    });
  const idle = ['behavior', 'manualScale']
    .filter((field) => context.given(`${pointer}/${field}`))
    .map((field) => warning(`${pointer}/${field}`, `${path} is fixed: ${field} has no effect on it`));
  return [...excluded, ...idle, ...checkPageStart(app, pointer)];
}

function checkPageStart(app: App, pointer: string): readonly Finding[] {
  const { pageControl, instances } = app;
  const fixed = instances?.fixed;
  if (pageControl?.min === undefined || pageControl.max === undefined || fixed === undefined) return [];
  if (fixed >= pageControl.min && fixed <= pageControl.max) return [];
  const message = `${showPath(pointer)} starts with ${fixed}, outside of the ${pageControl.min} to ${pageControl.max} that the page allows`;
  return [warning(below(pointer, 'pageControl'), message)];
}

/** Every other app has a priority, and either targets or a share of the remainder. */
function checkRole(app: App, pointer: string, context: RuleContext): readonly Finding[] {
  const path = showPath(pointer);
  const lacks = (...fields: readonly string[]): boolean =>
    fields.every((field) => {
      const place = below(pointer, field);
      return !context.given(place) && !context.refused(place);
    });
  // Whether it is fixed cannot be said while that field itself is refused.
  if (context.refused(below(pointer, 'instances', 'fixed'))) return [];
  const findings: Finding[] = [];
  if (lacks('priority')) {
    findings.push(
      error(pointer, `${path} needs priority (1 is highest), or instances.fixed to be left to people`),
    );
  }
  if (lacks('targets', 'remainder')) {
    findings.push(error(pointer, `${path} needs targets, or remainder to take what others leave`));
  }
  if (app.targets !== undefined && app.remainder !== undefined) {
    const message = `${path} has targets and remainder, which exclude each other: remove one of them`;
    findings.push(error(below(pointer, 'remainder'), message));
  }
  if (app.formula !== undefined && lacks('targets')) {
    const place = below(pointer, 'formula');
    findings.push(error(place, `${showPath(place)} is about targets, and ${path} has none: remove it`));
  }
  if (app.pageControl !== undefined) {
    const message = `${path} is scaled by the operator: pageControl goes with instances.fixed only`;
    findings.push(error(below(pointer, 'pageControl'), message));
  }
  return findings;
}

function checkBounds(app: App, pointer: string): readonly Finding[] {
  const pairs = [
    ['instances', app.instances],
    ['pageControl', app.pageControl],
  ] as const;
  return pairs.flatMap(([field, bounds]) => {
    const { min, max } = bounds ?? {};
    if (min === undefined || max === undefined || min <= max) return [];
    const place = below(pointer, field);
    return [error(place, `${showPath(place)}: min ${min} is greater than max ${max}`)];
  });
}
