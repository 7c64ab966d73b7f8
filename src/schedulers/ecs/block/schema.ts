// schedulers/ecs: the block by which an app names a service of Amazon ECS.

import type { ValueSource } from '../../../api/policy.ts';
import type { JsonObject } from '../../../api/schema/json-schema.ts';
import { object, secretSource, text } from '../../../api/schema/shapes.ts';
import { error, type Finding } from '../../../api/validation/finding.ts';
import { below } from '../../../api/validation/pointer.ts';
import { REGION_PATTERN } from '../../../runtime/aws/endpoint.ts';
import { DEFAULT_CLUSTER, ECS_NAME_PATTERN } from '../target.ts';

/** As TypeScript sees it, after its schema has accepted it. */
export interface EcsBlock {
  readonly cluster?: string;
  readonly service: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly auth?: EcsAuth;
  readonly caFile?: string;
}

export interface EcsAuth {
  readonly accessKeyId: ValueSource;
  readonly secretAccessKey: ValueSource;
  readonly sessionToken?: ValueSource;
}

export const ecsSchema = object(
  'Scales a service of Amazon ECS that exists. Nothing is created or changed but its desired count.',
  {
    cluster: text('The cluster that it is in.', {
      default: DEFAULT_CLUSTER,
      pattern: ECS_NAME_PATTERN,
      maxLength: 255,
    }),
    service: text('Its name.', { pattern: ECS_NAME_PATTERN, maxLength: 255 }),
    region: text("The region of AWS; default: the operator's own (AWS_REGION).", {
      pattern: REGION_PATTERN,
      maxLength: 63,
    }),
    endpoint: text(
      "Where ECS is, of an endpoint in a VPC or a service other than AWS. Default: the region's.",
      {
        minLength: 1,
        maxLength: 2048,
      },
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
    caFile: text("Certificates to trust instead of the system's, a PEM file on the operator's machine.", {
      minLength: 1,
      maxLength: 4096,
    }),
  },
  { required: ['service'] },
);

/** What is wrong with an endpoint, as the end of a sentence; never repeats it: it may hold a secret. */
export function endpointProblem(endpoint: string): string | undefined {
  if (!URL.canParse(endpoint)) return 'is not an address such as https://HOST';
  const { protocol, username, password, search, hash, pathname } = new URL(endpoint);
  if (!/^https?:$/.test(protocol)) return 'does not begin with https:// or http://';
  if (username !== '' || password !== '')
    return 'holds credentials: remove them from the address and give them as auth';
  return search !== '' || hash !== '' || pathname !== '/'
    ? 'has a path, a query or a fragment: give only host and port'
    : undefined;
}

export function checkEcs(block: JsonObject, pointer: string): readonly Finding[] {
  const { endpoint } = block;
  const problem = typeof endpoint === 'string' ? endpointProblem(endpoint) : undefined;
  return problem === undefined ? [] : [error(below(pointer, 'endpoint'), problem)];
}
