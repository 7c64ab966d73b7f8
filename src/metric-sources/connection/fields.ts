// metric-sources: fields that several blocks have in common, and what their schema cannot say.

import type { ValueSource } from '../../api/policy.ts';
import { atMostOne, exactlyOne, type JsonObject, type JsonSchema } from '../../api/schema/json-schema.ts';
import { object, plainValue, secretSource, text } from '../../api/schema/shapes.ts';
import { error, type Finding } from '../../api/validation/finding.ts';
import { below } from '../../api/validation/pointer.ts';
import { parseAddress } from './address.ts';

export interface HttpAuth {
  readonly basic?: {
    readonly username?: string;
    readonly usernameFrom?: ValueSource;
    readonly password: ValueSource;
  };
  readonly token?: ValueSource;
}

/** `auth` of a source that is spoken to over HTTP. */
export const httpAuth: JsonSchema = object(
  'Who the operator is to this server. Exactly one of basic, token.',
  {
    basic: object(
      'HTTP basic authentication.',
      { ...plainValue('username', 'The user.'), password: secretSource('The password.') },
      {
        required: ['password'],
        oneOf: exactlyOne('username', 'usernameFrom'),
        allOf: atMostOne(['username', 'usernameFrom']),
      },
    ),
    token: secretSource('A bearer token.'),
  },
  { oneOf: exactlyOne('basic', 'token') },
);

/** `caFile` of a source that may speak TLS. */
export const caFile: JsonSchema = text(
  "Certificates to trust instead of the system's, a PEM file on the operator's machine.",
  { minLength: 1, maxLength: 4096 },
);

/** Findings about the fields of a block that hold an address, where they are written out. */
export function checkAddresses(
  block: JsonObject,
  pointer: string,
  { fields, schemes }: { readonly fields: readonly string[]; readonly schemes: readonly string[] },
): readonly Finding[] {
  return fields.flatMap((field) => {
    const value = block[field];
    if (typeof value !== 'string') return [];
    const address = parseAddress(value.trim(), schemes);
    return 'wrong' in address ? [error(below(pointer, field), address.wrong)] : [];
  });
}
