// app: names for a policy and its apps, made from Marathon ids.

const LONGEST = 63;

/** By id: the last segment of each id, with those before it where two would be called the same. */
export function appNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const id of ids) {
    const name = candidates(id).find((candidate) => !taken.has(candidate)) ?? label(id);
    names.set(id, name);
    taken.add(name);
  }
  return names;
}

/** The innermost group that holds all of them, else the first app. */
export function policyName(ids: readonly string[]): string {
  const [first = [], ...rest] = ids.map(segments);
  const groups = first.slice(0, -1);
  const shared = groups.filter((_, i) =>
    rest.every((path) =>
      groups.slice(0, i + 1).every((group, j) => path[j] === group && j < path.length - 1),
    ),
  );
  return label(shared.at(-1) ?? first.at(-1) ?? '');
}

/** From the shortest; numbered ones come last. */
function candidates(id: string): readonly string[] {
  const path = segments(id);
  const endings = path.map((_, i) => label(path.slice(-1 - i).join('-')));
  const longest = endings.at(-1)?.slice(0, LONGEST - 3) ?? 'app';
  return [...endings, ...Array.from({ length: 99 }, (_, i) => `${longest}-${i + 2}`)];
}

function segments(id: string): readonly string[] {
  return id.split('/').filter(Boolean);
}

/** One label of a DNS name. */
function label(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, LONGEST)
      .replace(/^-+|-+$/g, '') || 'app'
  );
}
