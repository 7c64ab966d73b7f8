// metric-sources: the `nsq` block: a channel of a topic, on one node or on all that have the topic.

import { exactlyOne, type JsonObject } from '../../../api/schema/json-schema.ts';
import type { MetricBlock } from '../../../api/schema/metric-block.ts';
import { list, object, text } from '../../../api/schema/shapes.ts';
import type { TrustRules } from '../../../api/trust/rules.ts';
import { error, type Finding } from '../../../api/validation/finding.ts';
import { below } from '../../../api/validation/pointer.ts';
import { parseAddress } from '../../connection/address.ts';
import { caFile } from '../../connection/fields.ts';
import { inFlightPerInstance } from '../../connection/reading-fields.ts';
import { checkEndpointTrust } from '../../connection/trust.ts';

export const SCHEMES: readonly string[] = ['http', 'https'];

/** As NSQ itself checks names. */
const NAME = { pattern: '^[.a-zA-Z0-9_-]{1,64}(#ephemeral)?$', maxLength: 74 };

const address = text('An address, http://HOST:PORT, without credentials.', { minLength: 1, maxLength: 512 });

const schema = object(
  'A channel of NSQ, summed over all nodes that have its topic. Exactly one of nsqd, lookupd.',
  {
    nsqd: list('The HTTP addresses of all nodes: http://HOST:4151.', address, { minItems: 1, maxItems: 32 }),
    lookupd: list('HTTP addresses of nsqlookupd, which tell the nodes: http://HOST:4161.', address, {
      minItems: 1,
      maxItems: 8,
    }),
    producers: list(
      'With lookupd: the HTTP addresses of the nodes that it may tell; others are not asked. Any by default.',
      address,
      { minItems: 1, maxItems: 64 },
    ),
    topic: text('The topic.', NAME),
    channel: text('The channel whose messages the instances take.', NAME),
    caFile,
    inFlightPerInstance,
  },
  { required: ['topic', 'channel'], oneOf: exactlyOne('nsqd', 'lookupd') },
);

const LISTS = ['nsqd', 'lookupd', 'producers'];

function check(block: JsonObject, pointer: string): readonly Finding[] {
  const wrong = addressesIn(block).flatMap(({ field, i, text: given }) => {
    const parsed = parseAddress(given, SCHEMES);
    return 'wrong' in parsed ? [error(below(pointer, field, i), parsed.wrong)] : [];
  });
  if (block['producers'] === undefined || block['nsqd'] === undefined) return wrong;
  return [...wrong, error(below(pointer, 'producers'), 'is for lookupd: nsqd names the nodes itself')];
}

function trust(block: JsonObject, pointer: string, rules: TrustRules): readonly Finding[] {
  const led =
    block['lookupd'] !== undefined && block['producers'] === undefined
      ? [
          error(
            below(pointer, 'lookupd'),
            'leads to nodes that nobody allowed: name them in producers, each with --allow-endpoint',
          ),
        ]
      : [];
  const refusedAddresses = addressesIn(block).flatMap(({ field, i, text: given }) =>
    checkEndpointTrust({ [i]: given }, below(pointer, field), { field: String(i), schemes: SCHEMES, rules }),
  );
  return [...led, ...refusedAddresses];
}

function addressesIn(
  block: JsonObject,
): readonly { readonly field: string; readonly i: number; readonly text: string }[] {
  return LISTS.flatMap((field) => {
    const given = block[field];
    const texts: readonly unknown[] = Array.isArray(given) ? given : [];
    return texts.flatMap((each, i) => (typeof each === 'string' ? [{ field, i, text: each.trim() }] : []));
  });
}

export const nsqBlock: MetricBlock = {
  type: 'nsq',
  schema,
  check,
  trust,
  whyNoAge: () => 'metric nsq knows no age: NSQ tells none',
};
