// metric-sources: which queue an untrusted policy would read, and as whom (docs/design/resource.md#trust).

import type { JsonObject } from '../../../api/schema/json-schema.ts';
import { sourceOf } from '../../../api/schema/shapes.ts';
import { refused, type TrustRules } from '../../../api/trust/rules.ts';
import { error, type Finding } from '../../../api/validation/finding.ts';
import { below, showPath } from '../../../api/validation/pointer.ts';
import { checkEndpointTrust } from '../../connection/trust.ts';
import { endpointOf, SQS_SCHEMES } from './place.ts';

/** It needs credentials of its own, and the origin that they are shown to must be allowed. */
export function checkSqs(block: JsonObject, pointer: string, rules: TrustRules): readonly Finding[] {
  return [...checkCredentials(block, pointer), ...checkOrigin(block, pointer, rules)];
}

function checkCredentials(block: JsonObject, pointer: string): readonly Finding[] {
  if (Object.hasOwn(block, 'auth')) return [];
  const message = `${showPath(pointer)}: the operator's own credentials of AWS are not lent to this policy: give it its own as auth`;
  return [error(pointer, message)];
}

function checkOrigin(block: JsonObject, pointer: string, rules: TrustRules): readonly Finding[] {
  const given = ['endpoint', 'queueUrl'].find(
    (field) => Object.hasOwn(block, field) || Object.hasOwn(block, sourceOf(field)),
  );
  if (given !== undefined)
    return checkEndpointTrust(block, pointer, { field: given, schemes: SQS_SCHEMES, rules });
  const { region } = block;
  // Then its own check has said so.
  if (typeof region !== 'string') return [];
  const origin = endpointOf(region);
  if (rules.endpoints.includes(origin)) return [];
  const place = below(pointer, 'region');
  return [refused(place, `may not name the endpoint ${origin}`, `--allow-endpoint '${origin}'`)];
}
