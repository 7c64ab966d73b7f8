// recorder: plain JSON values, looked at without trust.

export type Plain = Readonly<Record<string, unknown>>;

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number');
}

/** Masks secrets, in texts and in names of fields: an app or a label may be called what is a secret elsewhere. */
export interface Masking {
  text(text: string): string;
  /** Of two names that look the same when masked, the second says that it is another one: `[redacted] (2)`. */
  name(name: string): string;
}

export function createMasking(text: (text: string) => string): Masking {
  /** What each masked name stands for. */
  const owners = new Map<string, string>();
  return {
    text,
    name(name) {
      const masked = text(name);
      if (masked === name) return name;
      let free = masked;
      for (let n = 2; (owners.get(free) ?? name) !== name; n += 1) free = `${masked} (${n})`;
      owners.set(free, name);
      return free;
    },
  };
}

/** The same with every text masked. */
export function masked(value: unknown, masking: Masking): unknown {
  if (typeof value === 'string') return masking.text(value);
  if (Array.isArray(value)) return value.map((each) => masked(each, masking));
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [masking.name(key), masked(each, masking)] as const),
  );
}
