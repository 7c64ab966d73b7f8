// server: field selectors as `kubectl --field-selector` writes them: `a=b,c!=d` (k8s.io/apimachinery `pkg/fields`).

import type { KubeObject } from '../kinds/object.ts';
import { badRequest } from './failure.ts';

/** Every kind has these. */
const METADATA_FIELDS = ['metadata.name', 'metadata.namespace'];

export type ObjectMatcher = (object: KubeObject) => boolean;

/**
 * @param selectable what the kind can be selected by besides: at `spec.x.y` is compared what stands there, as text
 * @throws ApiFailure BadRequest that says which fields there are
 */
export function fieldSelector(text: string, selectable: readonly string[]): ObjectMatcher {
  const fields = [...METADATA_FIELDS, ...selectable];
  const tests = termsIn(text).map((term) => termTest(term, fields));
  return (object) => tests.every((test) => test(object));
}

/** At the commas that no backslash escapes. */
function termsIn(text: string): readonly string[] {
  const terms = text.match(/(?:\\.|[^,\\])+/g) ?? [];
  return terms.filter((term) => term.trim() !== '');
}

function termTest(term: string, fields: readonly string[]): ObjectMatcher {
  const [, field = '', operator, escaped = ''] = /^([^=!]+)(==|!=|=)(.*)$/s.exec(term) ?? [];
  if (operator === undefined)
    throw badRequest(`invalid field selector '${term}': write field=value or field!=value`);
  if (!fields.includes(field)) {
    throw badRequest(
      `field label not supported: ${field}; objects here are selected by ${fields.join(', ')}`,
    );
  }
  const wanted = escaped.replace(/\\(.)/gs, '$1');
  const path = field.split('.');
  return (object) => (textAt(object, path) === wanted) === (operator !== '!=');
}

function textAt(object: KubeObject, path: readonly string[]): string {
  let at: unknown = object;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return '';
    at = (at as Record<string, unknown>)[name];
  }
  return at === undefined || at === null ? '' : String(at);
}
