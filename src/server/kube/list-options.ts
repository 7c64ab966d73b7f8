// server: the query of a list or a watch (meta/v1 ListOptions).

import { ApiFailure, badRequest } from './failure.ts';
import { fieldSelector, type ObjectMatcher } from './field-selector.ts';
import { labelSelector } from './label-selector.ts';

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
  const resourceVersion = number(query, 'resourceVersion');
  const timeoutSeconds = number(query, 'timeoutSeconds');
  const options: ListOptions = {
    matches: (object) => matchesLabels(object.metadata.labels) && matchesFields(object),
    watch: flag(query, 'watch'),
    limit: number(query, 'limit') ?? 0,
    ...(continueFrom && { continueFrom }),
    ...(resourceVersion !== undefined && { resourceVersion }),
    exactly: matching(query) === 'Exact',
    bookmarks: flag(query, 'allowWatchBookmarks'),
    sendInitialEvents: flag(query, 'sendInitialEvents'),
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

function matching(query: URLSearchParams): string | null {
  const value = query.get('resourceVersionMatch');
  if (value === null || value === 'Exact' || value === 'NotOlderThan') return value;
  throw badRequest(`resourceVersionMatch: '${value}' is neither Exact nor NotOlderThan`);
}

function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  if (value === null || ['false', '0', 'f', 'F', 'False', 'FALSE'].includes(value)) return false;
  if (['true', '1', 't', 'T', 'True', 'TRUE', ''].includes(value)) return true;
  throw badRequest(`${name}: '${value}' is neither true nor false`);
}

function number(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === '') return undefined;
  const read = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(read)) return read;
  throw badRequest(`${name}: '${value}' is not a whole number`);
}
