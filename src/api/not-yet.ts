// api: fields that are part of the resource and do nothing yet. Later work takes its lines out of here.

import { type Finding, warning } from './finding.ts';
import { type JsonSchema, visitFields } from './json-schema.ts';
import { showPath } from './pointer.ts';

export interface NotYet {
  /** Path without list positions, or the bare name of a field that counts wherever it stands. */
  readonly field: string;
  /** What happens instead. */
  readonly instead: string;
}

export const NOT_YET: readonly NotYet[] = [{ field: 'fromSecret', instead: 'it cannot be read' }];

/** A warning for every field that `document` gives and that does nothing yet. */
export function findNotYet(schema: JsonSchema, document: unknown): readonly Finding[] {
  const findings: Finding[] = [];
  visitFields(schema, document, (field, pointer) => {
    const entry = NOT_YET.find((known) => isAt(known, field));
    if (entry === undefined) return;
    findings.push(warning(pointer, `${showPath(pointer)} is not in effect yet: ${entry.instead}`));
  });
  return findings;
}

function isAt(entry: NotYet, field: string): boolean {
  return entry.field === field || (!entry.field.includes('.') && field.endsWith(`.${entry.field}`));
}
