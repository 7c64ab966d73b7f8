// runtime: where AWS' own services are.

/** A region as it may stand in a host name. */
export const REGION_PATTERN = '^[a-z0-9]+(-[a-z0-9]+)*$';

/** `https://sqs.eu-west-1.amazonaws.com`. */
export function awsEndpoint(service: string, region: string): string {
  return `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** Whether a host is one of AWS' own, and not of something that speaks as AWS does. */
export function isAwsHost(host: string): boolean {
  return /(^|\.)(amazonaws\.com(\.cn)?|api\.aws)$/.test(host);
}
