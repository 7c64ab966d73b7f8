// metric-sources: the `sqs` block: a queue of Amazon SQS, or of anything that speaks its protocol.

import { atMostOne, exactlyOne, type JsonObject } from '../../../api/schema/json-schema.ts';
import type { MetricBlock } from '../../../api/schema/metric-block.ts';
import { object, plainValue, secretSource, text } from '../../../api/schema/shapes.ts';
import { error, type Finding } from '../../../api/validation/finding.ts';
import { below } from '../../../api/validation/pointer.ts';
import { parseAddress } from '../../connection/address.ts';
import { caFile, checkAddresses } from '../../connection/fields.ts';
import { inFlightPerInstance } from '../../connection/reading-fields.ts';
import { QUEUE_NAME_PATTERN, queueNameIn, regionIn, SQS_SCHEMES } from './place.ts';
import { checkSqs } from './trust.ts';

const schema = object(
  'A queue of Amazon SQS, or of anything that speaks its protocol. It is named by queueUrl, or by queueName and region.',
  {
    ...plainValue('queueUrl', 'The URL of the queue: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME.'),
    ...plainValue('queueName', "A queue of the credentials' own account.", {
      pattern: QUEUE_NAME_PATTERN,
      maxLength: 80,
    }),
    region: text('The region of AWS; of a queueUrl of AWS it is known.', {
      pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
      maxLength: 63,
    }),
    ...plainValue(
      'endpoint',
      "Where the service is, of an endpoint in a VPC or a service other than AWS. Default: queueUrl's, else the region's.",
    ),
    auth: object(
      "An access key. Without it the operator's own credentials are found as AWS' command line finds them.",
      {
        accessKeyId: secretSource('The id of the access key.'),
        secretAccessKey: secretSource('Its secret.'),
        sessionToken: secretSource('The token of temporary credentials.'),
      },
      { required: ['accessKeyId', 'secretAccessKey'] },
    ),
    caFile,
    inFlightPerInstance,
  },
  {
    oneOf: exactlyOne('queueUrl', 'queueUrlFrom', 'queueName', 'queueNameFrom'),
    allOf: atMostOne(['endpoint', 'endpointFrom']),
  },
);

export const NO_REGION = 'is missing: no queueUrl of Amazon tells it';
export const NO_QUEUE = 'names no queue; write it like https://sqs.REGION.amazonaws.com/ACCOUNT/NAME';

function check(block: JsonObject, pointer: string): readonly Finding[] {
  const wrong = checkAddresses(block, pointer, { fields: ['queueUrl', 'endpoint'], schemes: SQS_SCHEMES });
  if (wrong.length > 0) return wrong;
  const { queueUrl } = block;
  const isNone = typeof queueUrl === 'string' && queueNameIn(queueUrl.trim()) === undefined;
  return [
    ...(isNone ? [error(below(pointer, 'queueUrl'), NO_QUEUE)] : []),
    ...(isRegionMissing(block) ? [error(below(pointer, 'region'), NO_REGION)] : []),
  ];
}

function isRegionMissing(block: JsonObject): boolean {
  const hidden = Object.hasOwn(block, 'queueUrlFrom') || Object.hasOwn(block, 'endpointFrom');
  if (hidden || block['region'] !== undefined) return false;
  return [block['queueUrl'], block['endpoint']].every((given) => {
    const address = typeof given === 'string' ? parseAddress(given.trim(), SQS_SCHEMES) : undefined;
    return address === undefined || 'wrong' in address || regionIn(address) === undefined;
  });
}

export const sqsBlock: MetricBlock = {
  type: 'sqs',
  schema,
  check,
  trust: checkSqs,
  whyNoAge: () => 'SQS tells no ages where it is asked for counts',
};
