// metric-sources: the one series that a PromQL query is about, when it is about one.

/** A metric's name with its matchers, or matchers alone; what is in quotes may hold any bracket. */
const SELECTOR =
  /(?<name>[A-Za-z_:][\w:.]*)?\s*(?<matchers>\{(?:[^"'`{}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)*\})|(?<bare>[A-Za-z_:][\w:.]*)/g;
const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g;

const KEYWORDS: ReadonlySet<string> = new Set([
  ...[
    'and',
    'or',
    'unless',
    'by',
    'without',
    'on',
    'ignoring',
    'group_left',
    'group_right',
    'bool',
    'offset',
  ],
  ...['inf', 'nan', 'start', 'end', 'atan2'],
]);

/**
 * The selector of a query that has one and takes no range of it, such as `sum(ready{queue="a"})`: its samples' own
 * times say when the answer was true. Undefined for any other query.
 */
export function onlySelectorIn(query: string): string | undefined {
  // Labels in `by (…)` and its like look like names.
  const plain = query.replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/gi, ' ');
  if (/[[\]@]|\boffset\b/i.test(plain.replace(QUOTED, ''))) return undefined;
  const found: string[] = [];
  for (const { 0: text, groups, index } of plain.matchAll(SELECTOR)) {
    const next = plain.slice(index + text.length).trimStart();
    const { bare } = groups ?? {};
    if (bare !== undefined && (next.startsWith('(') || KEYWORDS.has(bare.toLowerCase()))) continue;
    // The exponent of a number.
    if (bare !== undefined && /[\d.]$/.test(plain.slice(0, index))) continue;
    found.push(text.trim());
  }
  const [only, ...others] = new Set(found);
  return others.length === 0 ? only : undefined;
}
