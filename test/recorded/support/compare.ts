// test support: an answer against a recorded one, whose placeholders stand for values of the server.

/** Where two values differ: a pointer into the record and what stands there. */
export interface Difference {
  readonly at: string;
  readonly recorded: unknown;
  readonly answered: unknown;
}

/** What a numbered placeholder must look like; those that are not here take any value. */
const NUMBERED: Readonly<Record<string, RegExp>> = {
  deployment: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  version: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  task: /^.+\.instance-.+\._app\.\d+$/,
  instance: /^.+\.(instance|marathon)-.+$/,
  port: /^1\d{4}|20000$/,
  hostPort: /^3[12]\d{3}$/,
};

/** Lists whose order is free in the real answers, by their keys; `body` is a list that is all of an answer. */
const FREE_ORDER: ReadonlySet<string> = new Set([
  '*',
  'actions',
  'affectedApps',
  'apps',
  'body',
  'currentActions',
  'deployments',
  'details',
  'errors',
  'groups',
  'queue',
  'rejectSummaryLastOffers',
  'rejectSummaryLaunchAttempt',
  'tasks',
]);

const PLACEHOLDER = /<([a-zA-Z]+)(?::(\d+))?>/;

/**
 * The values that placeholders of one record stand for: bound at first sight, compared afterwards. A record is
 * compared from its first answer to its last with the same bindings.
 */
export class Bindings {
  readonly #values = new Map<string, string>();

  /** Binds, or compares with what is bound. */
  holds(kind: string, number: string | undefined, value: string): boolean {
    if (number === undefined) return true;
    const key = `${kind}:${number}`;
    const bound = this.#values.get(key);
    if (bound !== undefined) return bound === value;
    if (!(NUMBERED[kind]?.test(value) ?? true)) return false;
    this.#values.set(key, value);
    return true;
  }

  /** Everything that is bound after this can be forgotten again. @returns what forgets it */
  mark(): () => void {
    const before = new Map(this.#values);
    return () => {
      this.#values.clear();
      for (const [key, value] of before) this.#values.set(key, value);
    };
  }

  /** A text of a request with the bound values in place of the placeholders. */
  fill(text: string): string {
    return text.replaceAll(
      new RegExp(PLACEHOLDER, 'g'),
      (whole, kind: string, number?: string) => this.#values.get(`${kind}:${number}`) ?? whole,
    );
  }
}

/** Compares JSON values: order of keys is free, numbers go by value, a placeholder binds. */
export function differences(
  recorded: unknown,
  answered: unknown,
  bindings: Bindings,
  at = '',
): readonly Difference[] {
  if (typeof recorded === 'string')
    return matches(recorded, answered, bindings) ? [] : [{ at, recorded, answered }];
  if (Array.isArray(recorded) && Array.isArray(answered) && recorded.length === answered.length) {
    const free = FREE_ORDER.has(at.slice(at.lastIndexOf('/') + 1));
    if (free && isPermutation(recorded, answered, bindings)) return [];
    return recorded.flatMap((item, index) => differences(item, answered[index], bindings, `${at}/${index}`));
  }
  if (isRecord(recorded) && isRecord(answered)) {
    const keys = [...new Set([...Object.keys(recorded), ...Object.keys(answered)])];
    return keys.flatMap((key) => differences(recorded[key], answered[key], bindings, `${at}/${key}`));
  }
  return Object.is(recorded, answered) || (recorded === 0 && answered === 0)
    ? []
    : [{ at, recorded, answered }];
}

/** Pairs each recorded item with an answered one; what was bound on the way to a dead end is forgotten. */
function isPermutation(
  recorded: readonly unknown[],
  answered: readonly unknown[],
  bindings: Bindings,
): boolean {
  const [first, ...rest] = recorded;
  if (recorded.length === 0) return true;
  return answered.some((candidate, index) => {
    const forget = bindings.mark();
    const found =
      differences(first, candidate, bindings, '/-').length === 0 &&
      isPermutation(rest, answered.toSpliced(index, 1), bindings);
    if (!found) forget();
    return found;
  });
}

function matches(recorded: string, answered: unknown, bindings: Bindings): boolean {
  if (recorded === answered) return true;
  const parts = recorded.split(new RegExp(PLACEHOLDER, 'g'));
  if (parts.length === 1) return false;
  const alone = parts.length === 4 && parts[0] === '' && parts[3] === '';
  if (alone && answered !== undefined && answered !== null && typeof answered !== 'object')
    return bindings.holds(parts[1] ?? '', parts[2], String(answered));
  if (typeof answered !== 'string') return false;
  const literals = parts.filter((_, index) => index % 3 === 0).map(escaped);
  const found = new RegExp(`^${literals.join('(.+?)')}$`, 's').exec(answered);
  if (found === null) return false;
  return found.slice(1).every((value, index) => {
    const [kind = '', number] = parts.slice(index * 3 + 1, index * 3 + 3);
    return bindings.holds(kind, number, value);
  });
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
