// metric-sources: numbers in the answers of an external scaler, read as KEDA reads them.

import { TransientError } from '../../../runtime/errors.ts';
import type { MetricValue } from './protocol.ts';

/** @throws TransientError where it is not told, or told twice */
export function numberOf(name: string, values: readonly MetricValue[]): unknown {
  // Its name need not be repeated: many scalers answer with another one.
  const [only, ...others] = values;
  const named = others.length === 0 ? values : values.filter(({ metricName }) => metricName === name);
  const [value] = named;
  if (only === undefined || value === undefined)
    throw new TransientError(`the scaler tells no value of metric ${name}; check its name`);
  if (named.length > 1)
    throw new TransientError(`the scaler tells ${named.length} values of metric ${name}, which is not one`);
  // Of the two a scaler fills in one.
  return value.metricValueFloat === 0 ? value.metricValue : value.metricValueFloat;
}

const MOST_SHOWN = 5;

/** The metric that is meant where the policy names none. */
export function onlyMetricOf(names: readonly string[]): string {
  const [only, ...others] = names;
  if (only === undefined)
    throw new TransientError('the scaler names no metric; name one as metrics.waiting, if it has any');
  if (others.length > 0) {
    const shown = names.slice(0, MOST_SHOWN).map((name) => JSON.stringify(name.slice(0, 100)));
    throw new TransientError(
      `the scaler has ${names.length} metrics (${shown.join(', ')}${names.length > MOST_SHOWN ? ', …' : ''}); name what waits as metrics.waiting`,
    );
  }
  return only;
}
