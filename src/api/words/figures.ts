// api: numbers and lengths of time in sentences: as people read them, in every room the same.

/** A number as people read it: at most `digits` behind the point, and no more than it has. */
export function rounded(value: number, digits = 3): number {
  return Number.isFinite(value) ? Number(value.toFixed(digits)) : value;
}

/** A length of time for sentences: `0.5 s`, `13 s`, `5 min`. */
export function spanText(ms: number): string {
  const s = Math.max(0, ms) / 1000;
  if (s < 120) return `${brief(s)} s`;
  return s < 7200 ? `${Math.round(s / 60)} min` : `${brief(s / 3600)} h`;
}

/** `19 ± 3`, `0.1 ± 0.02`: no margin that there is reads as none. */
export function giveOrTake(value: number, margin: number): string {
  if (margin >= 0.05 || !(margin > 0)) return `${brief(value)} ± ${brief(margin)}`;
  const digits = Math.min(6, Math.ceil(-Math.log10(margin)));
  return `${rounded(value, digits)} ± ${rounded(margin, digits)}`;
}

export interface Figure {
  /** Absent while it is not known. */
  readonly value?: number | undefined;
  /** Absent where it is measured and not estimated. */
  readonly valueMargin?: number | undefined;
  /** It is known and has no end. */
  readonly infinite?: boolean | undefined;
}

/** `42.1` of what is measured, `12 ± 3` of what is estimated, `∞`, or `unknown` in the words of the place. */
export function valueText({ value, valueMargin, infinite = false }: Figure, unknown: string): string {
  if (infinite) return '∞';
  if (value === undefined) return unknown;
  return valueMargin === undefined ? String(rounded(value, 1)) : giveOrTake(value, valueMargin);
}

/** `42.1 messages`, `1 message`, `12 ± 3 seconds`. */
export function valueWithUnit(of: Figure & { readonly unit: string }, unknown: string): string {
  const value = valueText(of, unknown);
  return `${value} ${value === '1' ? of.unit.replace(/s$/, '') : of.unit}`;
}

/** `8.6 (0 to 44)`: of what is never below nothing. */
export function withRange(value: number, margin: number): string {
  return `${brief(value)} (${brief(Math.max(0, value - margin))} to ${brief(value + margin)})`;
}

/** '0', '0.1', … '10': writing fractions is what takes the time in a sentence. */
const TENTHS: readonly string[] = Array.from({ length: 101 }, (_, n) => String(n / 10));

/** For sentences: whole numbers from 10 on, one digit below. */
export function brief(value: number): string {
  if (value >= 10) return String(Math.round(value));
  const tenths = Math.round(value * 10);
  return TENTHS[tenths] ?? String(tenths / 10);
}
