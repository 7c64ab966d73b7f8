// runtime: masks secret values in text that people will read.

/** What stands where a secret stood. */
export const MASK = '[redacted]';

/** Shorter values would mask half of every line and protect nothing. */
const MIN_LENGTH = 4;

export interface Redactor {
  /** From now on `value` is masked wherever it appears; shorter than 4 characters: ignored. */
  add(value: string): void;
  /** `value` is a plain setting and stays readable, also when it was added or will be. */
  allow(value: string): void;
  redact(text: string): string;
}

export function createRedactor(): Redactor {
  const secrets = new Set<string>();
  const settings = new Set<string>();
  let pattern: RegExp | undefined;

  const rebuild = (): void => {
    const spellings = new Set([...secrets].filter((s) => !settings.has(s)).flatMap(spellingsOf));
    // Longest first, so that a secret that contains another is masked whole.
    const sorted = [...spellings].sort((a, b) => b.length - a.length);
    pattern = sorted.length === 0 ? undefined : new RegExp(sorted.map(escapeRegExp).join('|'), 'g');
  };

  const put = (set: Set<string>, value: string): void => {
    // Space around a value is an accident, and who uses the value trims it.
    const core = value.trim();
    if (core.length < MIN_LENGTH || set.has(core)) return;
    set.add(core);
    rebuild();
  };

  return {
    add: (value) => put(secrets, value),
    allow: (value) => put(settings, value),
    redact: (text) => (pattern === undefined ? text : text.replace(pattern, MASK)),
  };
}

/** The value as it stands in plain text, inside a JSON string and inside a URL. */
function spellingsOf(value: string): string[] {
  // An unpaired surrogate has no URL spelling, and encodeURIComponent throws on it.
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value.toWellFormed())];
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
