// metric-sources: the `azureStorageQueue` block: an Azure Storage queue and the right to look at it.

import { urlComplaint } from '../../../api/rules/url.ts';
import { atMostOne, exactlyOne, type JsonObject } from '../../../api/schema/json-schema.ts';
import type { MetricBlock } from '../../../api/schema/metric-block.ts';
import { choice, count, object, plainValue, secretSource } from '../../../api/schema/shapes.ts';
import { error, type Finding } from '../../../api/validation/finding.ts';
import { below } from '../../../api/validation/pointer.ts';
import { checkAzureQueue } from './trust.ts';

const schema = object(
  'The length of an Azure Storage queue. Credentials are one of connectionString, accountKey, sasToken.',
  {
    ...plainValue('queueName', 'The queue.'),
    connectionString: secretSource('Account, credential and endpoint in one.'),
    ...plainValue('accountName', 'The storage account; AZURE_STORAGE_ACCOUNT_NAME by default.'),
    accountKey: secretSource("The account's key; AZURE_STORAGE_ACCOUNT_KEY by default."),
    sasToken: secretSource(
      'A shared access signature with the rights to read and process, instead of a key.',
    ),
    ...plainValue(
      'endpoint',
      "The queue service; AZURE_STORAGE_QUEUE_ENDPOINT if that is set, else Azure's own by default.",
    ),
    count: choice(
      'Waiting leaves out the messages being worked on, Visible takes what a peek sees, Total takes all.',
      ['Waiting', 'Visible', 'Total'],
      'Waiting',
    ),
    inFlightPerInstance: count('How many messages one busy consumer holds at a time.', {
      maximum: 10_000,
      default: 1,
    }),
  },
  {
    oneOf: exactlyOne('queueName', 'queueNameFrom'),
    allOf: atMostOne(['accountName', 'accountNameFrom'], ['endpoint', 'endpointFrom']),
  },
);

/** Azure's grammar: 3 to 63 lower-case letters and digits with single hyphens between them. */
const QUEUE_NAME = /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;

function check(block: JsonObject, pointer: string): readonly Finding[] {
  return [
    ...checkCredentials(block, pointer),
    ...checkName(block, pointer),
    ...checkEndpoint(block, pointer),
  ];
}

function checkCredentials(block: JsonObject, pointer: string): readonly Finding[] {
  const given = ['connectionString', 'accountKey', 'sasToken'].filter((name) => Object.hasOwn(block, name));
  const [first, ...rest] = given;
  const several = rest.map((name) =>
    error(below(pointer, name), `${name} and ${first} exclude each other: keep one of them`),
  );
  if (first !== 'connectionString') return several;
  const repeated = ['accountName', 'accountNameFrom', 'endpoint', 'endpointFrom'].filter((name) =>
    Object.hasOwn(block, name),
  );
  return [
    ...several,
    ...repeated.map((name) =>
      error(below(pointer, name), `${name} is part of the connectionString: remove one of them`),
    ),
  ];
}

function checkName(block: JsonObject, pointer: string): readonly Finding[] {
  const name = textIn(block, 'queueName');
  if (name === undefined || QUEUE_NAME.test(name)) return [];
  const message = `a queue name is 3 to 63 lower-case letters and digits with single hyphens between them`;
  return [error(below(pointer, 'queueName'), message)];
}

function checkEndpoint(block: JsonObject, pointer: string): readonly Finding[] {
  const endpoint = textIn(block, 'endpoint');
  const complaint = endpoint === undefined ? undefined : urlComplaint(endpoint);
  return complaint === undefined ? [] : [error(below(pointer, 'endpoint'), complaint)];
}

function textIn(block: JsonObject, field: string): string | undefined {
  const value = block[field];
  return typeof value === 'string' ? value : undefined;
}

export const azureStorageQueueBlock: MetricBlock = {
  type: 'azureStorageQueue',
  schema,
  check,
  trust: checkAzureQueue,
};
