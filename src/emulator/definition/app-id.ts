// emulator: ids of apps and groups are paths.

const SEGMENT =
  '^(([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])\\.)*([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])|(\\.|\\.\\.)$';
const segment = new RegExp(`^(?:${SEGMENT.slice(1, -1)})$`);
const RESERVED = ['restart', 'tasks', 'versions', '.', '..'];

export function segmentsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

/** Absolute and without `.`, `..`, doubled or trailing slashes; a relative path starts at `base`. */
export function canonicalPath(path: string, base = '/'): string {
  const out: string[] = path.startsWith('/') ? [] : segmentsOf(base);
  for (const part of segmentsOf(path)) {
    if (part === '..') out.pop();
    else if (part !== '.') out.push(part);
  }
  return `/${out.join('/')}`;
}

/** The enclosing group: `/` for `/a`. */
export function parentOf(path: string): string {
  return canonicalPath(segmentsOf(path).slice(0, -1).join('/'));
}

/** Whether a group lies directly below the root. */
export function isTopLevelPath(path: string): boolean {
  return segmentsOf(path).length === 1;
}

/** Whether `path` lies anywhere below `group`. */
export function isBelow(path: string, group: string): boolean {
  return group === '/' ? path !== '/' : path.startsWith(`${group}/`);
}

/** Why this cannot be the path of an app; empty when it can. */
export function pathProblems(path: string): string[] {
  const parts = segmentsOf(path);
  return [
    ...(parts.every((part) => segment.test(part))
      ? []
      : [`must fully match regular expression '${SEGMENT}'`]),
    ...(RESERVED.includes(parts.at(-1) ?? '')
      ? [`must not end with any of the following reserved keywords: ${RESERVED.join(', ')}`]
      : []),
  ];
}

/** `/shop/api` in the ids of instances and tasks. */
export function safePath(id: string): string {
  return segmentsOf(id).join('_');
}
