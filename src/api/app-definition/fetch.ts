// api: which `uris` Marathon has the Mesos fetcher extract.

const ARCHIVES = ['.tar', '.tgz', '.tar.gz', '.tbz2', '.tar.bz2', '.txz', '.tar.xz', '.zip', '.gz'];

/** By the ending of its path, in that very case; `fetch` extracts unless it says otherwise. */
export function extractedByEnding(uri: unknown): boolean {
  if (typeof uri !== 'string') return false;
  const path = uri.split(/[?#]/)[0] ?? '';
  return ARCHIVES.some((ending) => path.endsWith(ending));
}

/** What java.net.URI refuses for certain. */
export function isBadUri(uri: string): boolean {
  if (/[\s\p{Cc}"<>\\^`{|}]/u.test(uri)) return true;
  if (/%(?![0-9a-fA-F]{2})/.test(uri)) return true;
  return /^:/.test(uri) || /^[a-zA-Z][a-zA-Z0-9+.-]*:$/.test(uri);
}
