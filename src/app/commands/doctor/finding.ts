// app: what the doctor says: one thing that is slow, wrong or worth knowing, and what to do about it.

/** `error`: something does not work. `warning`: it is slow or will surprise. `note`: worth knowing, no trouble. */
export type Severity = 'error' | 'warning' | 'note';

export interface Finding {
  /** The check that found it. */
  readonly check: CheckName;
  readonly severity: Severity;
  /** Marathon id, where it is about one app. */
  readonly app?: string;
  /** What was found. */
  readonly what: string;
  /** Why it matters. */
  readonly why: string;
  /** What to change. */
  readonly change: string;
}

export const CHECKS = [
  'access',
  'version',
  'pace',
  'mesos',
  'clock',
  'locks',
  'room',
  'apps',
  'adoption',
  'labels',
  'metrics',
  'engines',
  'targets',
] as const;

export type CheckName = (typeof CHECKS)[number];

/** A check that could not be made. */
export interface Unchecked {
  readonly check: CheckName;
  readonly reason: string;
}

export interface Diagnosis {
  /** The address that answered, and the version it told; absent where no app is on Marathon. */
  readonly marathon?: { readonly url: string; readonly version?: string };
  /** Errors first, then warnings, then notes; within them in the order of the checks. */
  readonly findings: readonly Finding[];
  readonly unchecked: readonly Unchecked[];
}

/** Whether somebody has to do something. */
export function isTrouble({ severity }: Finding): boolean {
  return severity !== 'note';
}
