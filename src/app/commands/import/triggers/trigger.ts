// app: what the translations of KEDA's triggers have in common.

import type { ScheduleSpec } from '../../../../api/policy.ts';
import type { Parameters } from '../authentication.ts';
import type { Fields } from '../fields.ts';

export interface Trigger {
  readonly metadata: Fields;
  readonly parameters: Parameters;
  /** What it scales. */
  readonly scaledObject: { readonly name: string; readonly namespace: string };
}

export type Imported =
  | { readonly kind: 'target'; readonly perInstance: number; readonly metric: object }
  | { readonly kind: 'schedule'; readonly schedule: ScheduleSpec }
  /** Nothing, for this reason. */
  | { readonly kind: 'none'; readonly why: string };

export const none = (why: string): Imported => ({ kind: 'none', why });

/** A plain value and its sibling: `{ queueName }` or `{ queueNameFrom }`. */
export function either(name: string, given: ReturnType<Parameters['plain']>): object {
  if (given === undefined) return {};
  return given.value === undefined ? { [`${name}From`]: given.from } : { [name]: given.value };
}

export const UNSAFE = 'is not taken over: give caFile for a certificate of an own authority';
