// runtime: masks secret values in text that people will read.

/** What stands where a secret stood. */
export const MASK = '[redacted]';

/** Shorter values are in half of every line, and protect nothing. */
const MIN_LENGTH = 3;
/** A shorter one may be part of many a word (`demo` of `queue-demo`): it is masked as a word of its own only. */
const MIN_LENGTH_ANYWHERE = 8;

export interface Redactor {
  /** From now on `value` is masked wherever it appears, whatever else it is; shorter than 3 characters: ignored. */
  add(value: string): void;
  redact(text: string): string;
}

export function createRedactor(): Redactor {
  const secrets = new Set<string>();
  let pattern: RegExp | undefined;

  const rebuild = (): void => {
    const spellings = new Map([...secrets].flatMap((s) => spellingsOf(s).map((each) => [each, s] as const)));
    // Longest first, so that a secret that contains another is masked whole.
    const sorted = [...spellings].sort(([a], [b]) => b.length - a.length);
    pattern = new RegExp(sorted.map(([spelling, secret]) => patternOf(spelling, secret)).join('|'), 'gu');
  };

  return {
    add(value) {
      // Space around a value is an accident, and who uses the value trims it.
      const core = value.trim();
      if (core.length < MIN_LENGTH || secrets.has(core)) return;
      secrets.add(core);
      rebuild();
    },
    redact: (text) => (pattern === undefined ? text : text.replace(pattern, MASK)),
  };
}

/** Letters, digits and `_`, also where `-`, `.` or `/` joins them: names of policies, files and apps are one word each. */
const NO_WORD_BEFORE = '(?<![\\p{L}\\p{N}_]|[\\p{L}\\p{N}_][-./])';
const NO_WORD_AFTER = '(?![\\p{L}\\p{N}_]|[-./][\\p{L}\\p{N}_])';

function patternOf(spelling: string, { length }: { readonly length: number }): string {
  const literal = escapeRegExp(spelling);
  return length < MIN_LENGTH_ANYWHERE ? `${NO_WORD_BEFORE}${literal}${NO_WORD_AFTER}` : literal;
}

/** The value as it stands in plain text, inside a JSON string and inside a URL. */
function spellingsOf(value: string): string[] {
  // An unpaired surrogate has no URL spelling, and encodeURIComponent throws on it.
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value.toWellFormed())];
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
