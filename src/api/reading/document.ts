// api: one document of a text, before it is validated.

import type { Finding } from '../validation/finding.ts';

export interface ParsedDocument {
  /** JSON pointer of it in its YAML document: `''`, or `/items/3` in a list. */
  readonly at: string;
  /** Undefined when a finding says why it could not be built. */
  readonly value: unknown;
  /** 1-based. */
  readonly line: number;
  readonly lineOf: (pointer: string) => number;
  /** Below `at`, like all pointers here. */
  readonly findings: readonly Finding[];
  /** Warnings about scalars that YAML 1.1 reads otherwise. */
  readonly ambiguous: readonly Finding[];
  /** Kind and name as far as they stand there, whatever else is wrong: by JSON pointer. */
  readonly texts: ReadonlyMap<string, string>;
}
