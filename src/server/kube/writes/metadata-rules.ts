// server: what is wrong with the labels and finalizers of an object that is written.

import { isLabelValue, isQualifiedName } from '../../../api/labels/label-syntax.ts';
import type { Cause } from '../http/failure.ts';
import type { KubeMeta } from '../kinds/object.ts';

const MAX_FINALIZERS = 64;
/** The first ones are enough to see what is wrong. */
const MAX_CAUSES = 10;

const PART = 'at most 63 letters, digits, -, _ and ., with a letter or digit at both ends';
const NAME_WORDS = `must be ${PART}, after an optional DNS name and / (example.com/team)`;
const VALUE_WORDS = `must be empty, or ${PART}`;

/** Empty when all is well. */
export function metadataCauses({ labels = {}, finalizers = [] }: KubeMeta): readonly Cause[] {
  const inLabels = Object.entries(labels).flatMap(([key, value]) => [
    ...(isQualifiedName(key) ? [] : [cause('metadata.labels', key, NAME_WORDS)]),
    ...(isLabelValue(value) ? [] : [cause('metadata.labels', value, VALUE_WORDS)]),
  ]);
  const inFinalizers = finalizers.flatMap((name) =>
    isQualifiedName(name) ? [] : [cause('metadata.finalizers', name, NAME_WORDS)],
  );
  return [...inLabels, ...tooMany(finalizers.length), ...inFinalizers].slice(0, MAX_CAUSES);
}

function tooMany(count: number): readonly Cause[] {
  if (count <= MAX_FINALIZERS) return [];
  const message = `Too many: ${count}: must have at most ${MAX_FINALIZERS} items`;
  return [{ reason: 'FieldValueTooMany', message, field: 'metadata.finalizers' }];
}

function cause(field: string, value: string, words: string): Cause {
  const shown = value.length > 80 ? `${value.slice(0, 80)}…` : value;
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(shown)}: ${words}`, field };
}
