// api: what the rules of an app definition look at, and how they complain.

import type { Complaint, Place } from '../../app-definition/read.ts';
import type { JsonObject } from '../../schema/json-schema.ts';

export type Complaints = readonly Complaint[];

export interface Read {
  readonly id?: string;
  /** The fewest that there will be. */
  readonly instances?: number;
  /** As the policy spells it. */
  readonly read: JsonObject;
  /** As Marathon would show it. */
  readonly echo: JsonObject;
  readonly volumes: { readonly persistent: boolean; readonly external: boolean };
}

export function complaint(at: Place, says: string): Complaint {
  return { at, says };
}

/** `says` at `at`, where `wrong`. */
export function when(wrong: boolean, at: Place, says: string): Complaints {
  return wrong ? [complaint(at, says)] : [];
}

/** Values that stand more than once. */
export function repeated(values: readonly unknown[]): readonly unknown[] {
  return [...new Set(values.filter((value, i) => values.indexOf(value) !== i))];
}
