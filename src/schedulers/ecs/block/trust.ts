// schedulers/ecs: which services an untrusted policy would scale, and as whom: as with SQS.

import type { JsonObject } from '../../../api/schema/json-schema.ts';
import type { BlockAuthor } from '../../../api/schema/scheduler-block.ts';
import { originOf, refused } from '../../../api/trust/rules.ts';
import { error, type Finding } from '../../../api/validation/finding.ts';
import { below, showPath } from '../../../api/validation/pointer.ts';
import { awsEndpoint } from '../../../runtime/aws/endpoint.ts';

/** It needs credentials of its own, and the origin that they are shown to must be allowed. */
export function checkTrust(block: JsonObject, pointer: string, { rules }: BlockAuthor): readonly Finding[] {
  return [...checkCredentials(block, pointer), ...checkOrigin(block, pointer, rules.endpoints)];
}

function checkCredentials(block: JsonObject, pointer: string): readonly Finding[] {
  if (Object.hasOwn(block, 'auth')) return [];
  const message = `${showPath(pointer)}: the operator's own credentials of AWS are not lent to this policy: give it its own as auth`;
  return [error(pointer, message)];
}

function checkOrigin(block: JsonObject, pointer: string, endpoints: readonly string[]): readonly Finding[] {
  const { endpoint, region } = block;
  if (typeof endpoint === 'string') {
    const origin = originOf(endpoint);
    // What is wrong with it is said by its own check.
    if (origin === undefined || endpoints.includes(origin)) return [];
    return [namesEndpoint(below(pointer, 'endpoint'), origin)];
  }
  if (typeof region !== 'string') {
    const message = `${showPath(below(pointer, 'region'))} must be given, so that the operator can check where it leads`;
    return [error(below(pointer, 'region'), message)];
  }
  const origin = awsEndpoint('ecs', region);
  return endpoints.includes(origin) ? [] : [namesEndpoint(below(pointer, 'region'), origin)];
}

function namesEndpoint(place: string, origin: string): Finding {
  return refused(place, `may not name the endpoint ${origin}`, `--allow-endpoint '${origin}'`);
}
