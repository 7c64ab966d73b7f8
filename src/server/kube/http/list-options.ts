// server: the query of a list or a watch (meta/v1 ListOptions).

import { defined } from '../../../lang/defined.ts';
import { ApiFailure } from './failure.ts';
import { fieldSelector, type ObjectMatcher } from './field-selector.ts';
import { labelSelector } from './label-selector.ts';
import { flagIn, wholeNumberIn, wordIn } from './query.ts';

export interface ListOptions {
  readonly matches: ObjectMatcher;
  readonly watch: boolean;
  /** 0: no limit. */
  readonly limit: number;
  readonly continueFrom?: string;
  /** Undefined: the newest. */
  readonly resourceVersion?: number;
  readonly exactly: boolean;
  readonly bookmarks: boolean;
  readonly sendInitialEvents: boolean;
  /** Absent: as long as any watch; so it is for a `timeoutSeconds` of 0. */
  readonly timeoutMs?: number;
}

/** @throws ApiFailure that says which parameter is wrong */
export function listOptions(query: URLSearchParams, fields: readonly string[]): ListOptions {
  const matchesLabels = labelSelector(query.get('labelSelector') ?? '');
  const matchesFields = fieldSelector(query.get('fieldSelector') ?? '', fields);
  const continueFrom = query.get('continue');
  const resourceVersion = versionIn(query);
  const timeoutSeconds = wholeNumberIn(query, 'timeoutSeconds');
  const options: ListOptions = {
    matches: (object) => matchesLabels(object.metadata.labels) && matchesFields(object),
    watch: flagIn(query, 'watch'),
    limit: wholeNumberIn(query, 'limit') ?? 0,
    ...(continueFrom && { continueFrom }),
    ...defined({ resourceVersion }),
    exactly: wordIn(query, 'resourceVersionMatch', ['Exact', 'NotOlderThan']) === 'Exact',
    bookmarks: flagIn(query, 'allowWatchBookmarks'),
    sendInitialEvents: flagIn(query, 'sendInitialEvents'),
    ...(timeoutSeconds !== undefined && timeoutSeconds > 0 && { timeoutMs: timeoutSeconds * 1000 }),
  };
  refuseContradictions(options, query);
  return options;
}

function refuseContradictions(options: ListOptions, query: URLSearchParams): void {
  const refuse = (message: string): never => {
    throw new ApiFailure('Invalid', `ListOptions.meta.k8s.io "" is invalid: ${message}`);
  };
  if (query.has('sendInitialEvents')) {
    if (!options.watch) refuse('sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list');
    if (query.get('resourceVersionMatch') !== 'NotOlderThan')
      refuse(
        'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      );
  } else if (options.watch && query.has('resourceVersionMatch')) {
    refuse(
      'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    );
  }
  if (options.exactly && !options.resourceVersion)
    refuse(
      'resourceVersionMatch: Forbidden: resourceVersionMatch "Exact" needs a resourceVersion that is not 0',
    );
}

/** Empty is what clients send that have none. */
function versionIn(query: URLSearchParams): number | undefined {
  return query.get('resourceVersion') === '' ? undefined : wholeNumberIn(query, 'resourceVersion');
}
