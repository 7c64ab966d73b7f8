// schedulers/kubernetes/target: who wrote the count, by the fields that each writer owns. Pure.

import type { KubeObject } from '../../../runtime/kubernetes/objects.ts';
import { fieldsOf, listOf, textOf } from '../objects/read.ts';

/** Under this name our writes are known. */
export const FIELD_MANAGER = 'microscaling';

/**
 * The managers that own `spec.replicas`. An update takes a field over when it changes it, so that while we are among them
 * nobody has changed the count since we did. Where a kind keeps its count elsewhere, the writers of its scale own it.
 */
export function writersOfCount(metadata: KubeObject['metadata']): readonly string[] {
  const entries = listOf(metadata['managedFields']).map(fieldsOf);
  const owners = entries.filter(({ fieldsV1 }) => {
    return fieldsOf(fieldsOf(fieldsV1)['f:spec'])['f:replicas'] !== undefined;
  });
  const writers = owners.length > 0 ? owners : entries.filter(({ subresource }) => subresource === 'scale');
  return [...new Set(writers.flatMap(({ manager }) => textOf(manager) ?? []))];
}
