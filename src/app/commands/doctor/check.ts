// app: what a check is: a pure look at the evidence.

import type { Evidence, PolicyEvidence, Read } from './evidence.ts';
import type { Finding } from './finding.ts';

/** What a check found, or why it could not be made. */
export type CheckResult = readonly Finding[] | { readonly unchecked: string };

export type Check = (evidence: Evidence) => CheckResult;

/** One that needs no Marathon. */
export type PolicyCheck = (evidence: PolicyEvidence) => CheckResult;

/** A check that needs one thing that may not have been read. */
export function given<T>(read: Read<T>, look: (value: T) => CheckResult): CheckResult {
  return read.ok ? look(read.value) : { unchecked: read.reason };
}

/** `30 s`, `500 ms` */
export function timeText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(1))} s`;
}
