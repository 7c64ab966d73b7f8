// emulator: what is wrong with an app of the right shape, and how it is told; paths and words are Marathon's.

import { type ErrorDetail, invalidObject } from '../../api-error.ts';

export interface Violation {
  /** `/container/volumes(0)/containerPath`; empty for the app itself. */
  readonly path: string;
  readonly error: string;
  /** Tells violations apart that share path and words. */
  readonly of?: string;
}

export function violation(path: string, error: string): Violation {
  return { path, error };
}

/** One violation unless the condition holds. */
export function unless(holds: boolean, path: string, error: string): readonly Violation[] {
  return holds ? [] : [violation(path, error)];
}

/** The violations of each item; `(0)` is the first. */
export function each<T>(
  items: readonly T[],
  path: string,
  rule: (item: T, path: string) => readonly Violation[],
): readonly Violation[] {
  return items.flatMap((item, index) => rule(item, `${path}(${index})`));
}

/** @throws ApiError 422 when there is any, grouped by path */
export function refuse(violations: readonly Violation[], place = ''): void {
  const byPath = new Map<string, Map<string, string>>();
  for (const { path, error, of = '' } of violations) {
    const errors = byPath.get(path) ?? new Map<string, string>();
    byPath.set(path, errors.set(`${of}\n${error}`, error));
  }
  const details = [...byPath].map(
    ([path, errors]): ErrorDetail => ({ path: `${place}${path}` || '/', errors: [...errors.values()] }),
  );
  if (details.length > 0) throw invalidObject(details);
}

export function isUnique(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

/** A number as Scala writes a Double. */
export function doubleText(value: number): string {
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e7)) {
    const [digits = '', exponent = ''] = value.toExponential().split('e');
    return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent.replace('+', '')}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
