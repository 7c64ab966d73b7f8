// api: the rules of what happens while a metric cannot be read, for the whole app and for one target of it.

import type { AppSpec, MetricFailureSpec } from '../policy.ts';
import { error, type Finding, warning } from '../validation/finding.ts';
import { below, showPath } from '../validation/pointer.ts';
import { names } from '../validation/schema-errors.ts';
import type { RuleContext } from './context.ts';
import { type Partly, present } from './partly.ts';

type App = Partly<AppSpec>;
type Failure = Partly<MetricFailureSpec>;

/** @param pointer the app's own */
export function checkMetricFailure(app: App, pointer: string, context: RuleContext): readonly Finding[] {
  const general = app.behavior?.onMetricFailure;
  const capped = app.instances?.max !== undefined || context.refused(below(pointer, 'instances', 'max'));
  const places = [
    { failure: general, own: general, place: below(pointer, 'behavior', 'onMetricFailure'), capped },
    ...present(app.targets).map(([target, i]) => ({
      failure: { ...general, ...target.onMetricFailure },
      own: target.onMetricFailure,
      place: below(pointer, 'targets', i, 'onMetricFailure'),
      capped: capped || target.max !== undefined,
    })),
  ];
  return places.flatMap(({ failure, own, place, capped }) =>
    failure === undefined || own === undefined ? [] : checkFailure(failure, place, { own, context, capped }),
  );
}

function checkFailure(
  { action, instances }: Failure,
  place: string,
  {
    own,
    context,
    capped,
  }: { readonly own: Failure; readonly context: RuleContext; readonly capped: boolean },
): readonly Finding[] {
  const path = showPath(place);
  const unset = instances === undefined && !context.refused(below(place, 'instances'));
  if (own.action === 'Fixed' && unset) {
    return [error(place, `${path} needs instances: action Fixed goes to that count`)];
  }
  if (action !== undefined && action !== 'Fixed' && context.given(below(place, 'instances'))) {
    const others = names(['Hold', 'Min', 'Max'], 'and');
    return [
      warning(below(place, 'instances'), `${path}.instances is read by action Fixed only, not by ${others}`),
    ];
  }
  // What it has from the behavior is said there.
  if (own.action === 'Max' && !capped) {
    return [error(below(place, 'action'), `${path}: action Max needs instances.max`)];
  }
  return [];
}
