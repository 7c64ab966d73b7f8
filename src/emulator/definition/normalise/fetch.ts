// emulator: `uris` of before 1.5 become `fetch`.

import { ApiError } from '../../api-error.ts';
import type { GivenFetch } from '../given.ts';
import { uriPath } from '../jvm/uri.ts';

const ARCHIVES = ['.tar', '.tar.gz', '.tar.bz2', '.tar.xz', '.gz', '.tgz', '.tbz2', '.txz', '.zip'];

/** @throws ApiError 500 where both are given, which a new app is refused for earlier */
export function fetchOf(
  uris: readonly string[] = [],
  fetch: readonly GivenFetch[] | undefined,
): readonly GivenFetch[] | undefined {
  if (uris.length === 0) return fetch;
  if (fetch !== undefined && fetch.length > 0)
    throw new ApiError(500, 'cannot specify both uris and fetch fields');
  return uris.map((uri) => ({ uri, extract: isArchive(uri), executable: false, cache: false }));
}

/** Goes by the ending of the path, in lower case. */
function isArchive(uri: string): boolean {
  const path = uriPath(uri);
  return path !== undefined && ARCHIVES.some((ending) => path.endsWith(ending));
}
