// app: KEDA's `prometheus` trigger.

import { either, type Imported, none, type Trigger, UNSAFE } from './trigger.ts';

export function prometheus({ metadata, parameters }: Trigger): Imported {
  const waiting = metadata.text('query');
  if (waiting === undefined) return none('it has no query');
  metadata.explain('namespace', 'is not taken over: it is a parameter of some servers only');
  metadata.explain('unsafeSsl', UNSAFE);
  metadata.explain('customHeaders', 'are not taken over: give headers, by reference');
  metadata.explain('cortexOrgID', 'is not taken over: give headers, by reference');
  metadata.explain('metricName', 'is not needed');
  metadata.take('authModes');
  if (metadata.text('ignoreNullValues') !== 'false')
    metadata.note(
      'ignoreNullValues',
      'KEDA takes a series that is not there for 0, here it is unknown: add `or vector(0)` to the query if 0 is meant',
    );
  const token = parameters.secret('bearerToken');
  const password = parameters.secret('password');
  const basic =
    password === undefined ? undefined : { ...either('username', parameters.plain('username')), password };
  return {
    kind: 'target',
    perInstance: metadata.number('threshold') ?? 1,
    metric: {
      prometheus: {
        ...either('endpoint', parameters.plain('serverAddress')),
        queries: { waiting },
        ...(token !== undefined ? { auth: { token } } : basic !== undefined && { auth: { basic } }),
      },
    },
  };
}
