// api: schema of a budget, and of the Marathon it lies in.

import { HOMES } from '../homes.ts';
import { exactlyOne, type JsonSchema } from './json-schema.ts';
import {
  amount,
  choice,
  count,
  LABEL_PATTERN,
  list,
  object,
  plainValue,
  secretSource,
  text,
  URL_PATTERN,
} from './shapes.ts';

export const capacitySchema: JsonSchema = object(
  'The budget that the apps share. Exactly one of slots, resources, cluster.',
  {
    slots: count('How many instances may run at once. Fixed apps are outside of it.', { minimum: 1 }),
    resources: object(
      'How much the apps may use together; what is not named is not limited. Fixed apps use theirs first.',
      {
        cpus: amount('Shares of a processor, as in Marathon.'),
        mem: amount('Memory in MB, as in Marathon.'),
        disk: amount('Disk in MB, as in Marathon.'),
        gpus: amount('Whole graphics processors, as in Marathon.'),
      },
      { minProperties: 1 },
    ),
    cluster: object('Whatever room the cluster has for a Mesos role.', {
      role: text('The Mesos role whose resources count.', { minLength: 1, maxLength: 253, default: '*' }),
      headroom: amount("Share of the role's resources to leave alone, from 0 to 1.", {
        maximum: 1,
        default: 0,
      }),
    }),
  },
  { oneOf: exactlyOne('slots', 'resources', 'cluster') },
);

export const membersSchema: JsonSchema = list(
  "Who may join: policies of which one of these is true. The administrator's own may always; without this list so may those of the pool's own home, and nobody else.",
  object(
    'Policies that may join; what is not given is not asked.',
    {
      homes: list('Where they come from.', choice('A home.', [...HOMES]), {
        minItems: 1,
        maxItems: HOMES.length,
        'x-kubernetes-list-type': 'set',
      }),
      namespaces: list(
        'The namespaces they are in.',
        text('A namespace.', { pattern: LABEL_PATTERN, maxLength: 63 }),
        { minItems: 1, maxItems: 64, 'x-kubernetes-list-type': 'set' },
      ),
      highestPriority: count('The highest priority that their apps may have; 1, the highest, by default.', {
        minimum: 1,
        maximum: 1000,
      }),
    },
    { minProperties: 1 },
  ),
  { maxItems: 64, 'x-kubernetes-list-type': 'atomic' },
);

const authSchema: JsonSchema = object(
  'Who the operator is to this Marathon. Exactly one of basic, token, dcosServiceAccount.',
  {
    basic: object(
      'HTTP basic authentication.',
      { ...plainValue('username', 'The user.'), password: secretSource('The password, by reference.') },
      { required: ['password'], oneOf: exactlyOne('username', 'usernameFrom') },
    ),
    token: secretSource('A bearer token, by reference.'),
    dcosServiceAccount: object(
      'A DC/OS service account that logs in with its private key.',
      { credentials: secretSource("The account's JSON credentials, by reference.") },
      { required: ['credentials'] },
    ),
  },
  { oneOf: exactlyOne('basic', 'token', 'dcosServiceAccount') },
);

export const marathonSchema: JsonSchema = object(
  "The Marathon to work with. Every field defaults from the operator's own flags.",
  {
    urls: list(
      'Base URLs of one Marathon, tried in order; path prefixes are kept.',
      text('A base URL, without credentials.', { pattern: URL_PATTERN, maxLength: 2048 }),
      { minItems: 1, maxItems: 16, 'x-kubernetes-list-type': 'atomic' },
    ),
    auth: authSchema,
    caFile: text('File with the certificates to trust, PEM.', { minLength: 1 }),
  },
);
