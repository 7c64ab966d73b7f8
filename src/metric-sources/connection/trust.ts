// metric-sources: where an untrusted policy's source would lead (docs/design/resource.md#trust). Which variables and files it may
// name is checked for every block alike; here is checked where its credentials, if it has any, would be sent.

import { isObject, type JsonObject } from '../../api/schema/json-schema.ts';
import { sourceOf } from '../../api/schema/shapes.ts';
import { mayReadVariable, refused, type TrustRules } from '../../api/trust/rules.ts';
import { error, type Finding } from '../../api/validation/finding.ts';
import { below, showPath } from '../../api/validation/pointer.ts';
import { parseAddress } from './address.ts';

/** The origin that a field leads to must be one of `--allow-endpoint`; what cannot be seen is not trusted. */
export function checkEndpointTrust(
  block: JsonObject,
  pointer: string,
  {
    field,
    schemes,
    rules,
  }: { readonly field: string; readonly schemes: readonly string[]; readonly rules: TrustRules },
): readonly Finding[] {
  const from = sourceOf(field);
  const given = Object.hasOwn(block, from) ? from : field;
  const place = below(pointer, given);
  const text = textOf(block, field, rules);
  if (text === undefined) {
    if (given === field) return [];
    const message = `${showPath(place)} must be a variable that is set, and that --allow-env names, so that the operator can check where it leads`;
    return isReferenceRefused(block[from], rules) ? [] : [error(place, message)];
  }
  const address = parseAddress(text, schemes);
  // What is wrong with it is said by its own check, or when it is used.
  if ('wrong' in address) return given === field ? [] : [error(place, `${showPath(place)} ${address.wrong}`)];
  if (rules.endpoints.includes(address.origin)) return [];
  return [
    refused(place, `may not name the endpoint ${address.origin}`, `--allow-endpoint '${address.origin}'`),
  ];
}

function textOf(block: JsonObject, field: string, rules: TrustRules): string | undefined {
  const value = block[field];
  if (typeof value === 'string') return value.trim();
  const source = block[sourceOf(field)];
  const name = isObject(source) ? source['fromEnv'] : undefined;
  if (typeof name !== 'string' || !mayReadVariable(name, 'plain', rules)) return undefined;
  return rules.own.variable(name);
}

/** Then that is said already. */
function isReferenceRefused(source: unknown, rules: TrustRules): boolean {
  const { fromEnv, fromFile } = isObject(source) ? source : {};
  if (fromFile !== undefined) return true;
  return typeof fromEnv === 'string' && !mayReadVariable(fromEnv, 'plain', rules);
}
