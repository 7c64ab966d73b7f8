// schedulers/ecs: what a policy scales, and its name. Pure.

/** A service in one of the clusters of a region. */
export interface ServiceName {
  readonly cluster: string;
  readonly service: string;
}

/** Of a service whose cluster is not said, as AWS has it. */
export const DEFAULT_CLUSTER = 'default';

/** Letters, digits, hyphens and underscores. */
export const ECS_NAME_PATTERN = '^[A-Za-z0-9_-]{1,255}$';

/** `prod/worker`. */
export function serviceId({ cluster, service }: ServiceName): string {
  return `${cluster}/${service}`;
}

/** Undefined for what is no name of a service. */
export function serviceNameOf(id: string): ServiceName | undefined {
  const [, cluster, service] = /^([A-Za-z0-9_-]{1,255})\/([A-Za-z0-9_-]{1,255})$/.exec(id) ?? [];
  return cluster === undefined || service === undefined ? undefined : { cluster, service };
}

/** For people: `Service prod/worker`. */
export function serviceText(name: ServiceName): string {
  return `Service ${serviceId(name)}`;
}

/** The last part of an ARN, which is unique in a cluster. */
export function lastOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
