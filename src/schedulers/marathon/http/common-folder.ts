// schedulers/marathon: what the ids of a list have in common.

/**
 * The longest `/a/b/` that every id begins with, or ''. Marathon's `id` filter looks for a substring, so this
 * keeps the list small on a cluster that holds much besides ours.
 */
export function commonFolder(ids: Iterable<string>): string {
  let common: string | undefined;
  for (const id of ids) {
    if (common !== undefined && id.startsWith(common)) continue;
    const folder = id.slice(0, id.lastIndexOf('/') + 1);
    common = common === undefined ? folder : sharedFolder(common, folder);
    // Of thousands of apps the first two often have nothing in common.
    if (common.length <= 1) return '';
  }
  return common ?? '';
}

/** Both end in `/`, and so does what they begin with. */
function sharedFolder(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return one.slice(0, one.lastIndexOf('/', length - 1) + 1);
}
