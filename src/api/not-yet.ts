// api: fields that are part of the resource and do nothing yet. Later work takes its lines out of here.

import { type Finding, warning } from './finding.ts';
import { type JsonSchema, visitFields } from './json-schema.ts';
import { showPath } from './pointer.ts';

export interface NotYet {
  /** Path without list positions, or the bare name of a field that counts wherever it stands. */
  readonly field: string;
  /** Only this value of the field. */
  readonly value?: string;
  /** What happens instead. */
  readonly instead: string;
}

export const NOT_YET: readonly NotYet[] = [
  { field: 'spec.capacity.cluster', instead: 'the apps are not limited by the room in the cluster' },
  { field: 'spec.marathon.auth', instead: "the operator's own credentials are used" },
  { field: 'spec.marathon.caFile', instead: "the operator's own trusted certificates are used" },
  { field: 'spec.onDelete', value: 'Delete', instead: 'the apps are retained' },
  { field: 'spec.apps[].targets[].algorithm.fluid.season', instead: 'there is no forecast' },
  { field: 'fromSecret', instead: 'it cannot be read' },
];

/** A warning for every field that `document` gives and that does nothing yet. */
export function findNotYet(schema: JsonSchema, document: unknown): readonly Finding[] {
  const findings: Finding[] = [];
  visitFields(schema, document, (field, pointer, value) => {
    const entry = NOT_YET.find((known) => isAt(known, field) && (known.value ?? value) === value);
    if (entry === undefined) return;
    const what = entry.value === undefined ? showPath(pointer) : `${showPath(pointer)} ${entry.value}`;
    findings.push(warning(pointer, `${what} is not in effect yet: ${entry.instead}`));
  });
  return findings;
}

function isAt(entry: NotYet, field: string): boolean {
  return entry.field === field || (!entry.field.includes('.') && field.endsWith(`.${entry.field}`));
}
