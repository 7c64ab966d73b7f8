// metric-sources: what the URL of a queue says: its name, and the region of AWS that it is in.

import { awsEndpoint } from '../../../runtime/aws/endpoint.ts';
import { type Address, parseAddress } from '../../connection/address.ts';

export const SQS_SCHEMES: readonly string[] = ['https', 'http'];

/** Letters, digits, hyphens and underscores; a FIFO queue's name ends with `.fifo`. */
export const QUEUE_NAME_PATTERN = '^[A-Za-z0-9_-]{1,80}(\\.fifo)?$';
const QUEUE_NAME = new RegExp(QUEUE_NAME_PATTERN);

/** Undefined for what is no queue's URL. */
export function queueNameIn(url: string): string | undefined {
  const address = parseAddress(url, SQS_SCHEMES);
  const name = 'wrong' in address ? undefined : address.path.split('/').at(-1);
  return name !== undefined && QUEUE_NAME.test(name) ? name : undefined;
}

/** `sqs.eu-west-1.amazonaws.com`, the same with FIPS or of a VPC, and the older `eu-west-1.queue.amazonaws.com`. */
const REGION_IN_HOST = [
  /(?:^|\.)sqs(?:-fips)?\.([a-z0-9-]+)\.(?:vpce\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)$/,
  /^([a-z0-9-]+)\.queue\.amazonaws\.com$/,
];

export function regionIn({ host }: Address): string | undefined {
  return REGION_IN_HOST.map((pattern) => pattern.exec(host)?.[1]).find((region) => region !== undefined);
}

/** AWS' own endpoint of a region. */
export function endpointOf(region: string): string {
  return awsEndpoint('sqs', region);
}
