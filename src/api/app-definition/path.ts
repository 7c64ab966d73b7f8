// api: ids of other apps inside a definition.

/** Since 1.5 `db` and `../db` count from the root, not from the group that the app is in. */
export function absoluteId(id: string): string {
  const path: string[] = [];
  for (const segment of id.split('/')) {
    if (segment === '..') path.pop();
    else if (segment !== '' && segment !== '.') path.push(segment);
  }
  return `/${path.join('/')}`;
}
