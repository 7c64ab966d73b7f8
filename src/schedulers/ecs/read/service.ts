// schedulers/ecs/read: what a service says about itself, as far as it matters here. Pure.

import type { Deployment, Service, TaskSet } from '@aws-sdk/client-ecs';
import { defined } from '../../../lang/defined.ts';
import { TransientError } from '../../../runtime/errors.ts';
import { lastOf, type ServiceName, serviceText } from '../target.ts';
import { eventsOf, type ServiceEvents } from './events.ts';

/** One service at one moment. */
export interface ServiceFacts extends ServiceEvents {
  /** One that was deleted and made anew is another one. */
  readonly createdAtMs: number;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  /** ARN of the revision that new tasks are made from. */
  readonly taskDefinition: string;
  /** Its tasks run on machines of AWS, of which there are as many as one likes. */
  readonly onFargate: boolean;
  /** Tasks are being replaced by others: the deployment that does so. */
  readonly rollout?: string;
  /** Why its count is not ours to set. */
  readonly refused?: string;
}

/**
 * Undefined where it was deleted: AWS shows it for a while.
 *
 * @throws TransientError where a count is missing: it is unknown, not 0
 */
export function factsOf(service: Service, name: ServiceName): ServiceFacts | undefined {
  if (service.status === 'INACTIVE') return undefined;
  return {
    createdAtMs: service.createdAt?.getTime() ?? 0,
    desired: told('desiredCount', service),
    running: told('runningCount', service),
    pending: told('pendingCount', service),
    taskDefinition: service.taskDefinition ?? primaryOf(service.taskSets ?? [])?.taskDefinition ?? '',
    onFargate: isOnFargate(service),
    ...eventsOf(service.events ?? []),
    ...defined({ rollout: rolloutOf(service), refused: refusalOf(service, name) }),
  };
}

function told(field: 'desiredCount' | 'runningCount' | 'pendingCount', service: Service): number {
  const count = service[field];
  if (count === undefined) throw new TransientError(`the answer has no ${field}`);
  return count;
}

function refusalOf({ status, schedulingStrategy }: Service, name: ServiceName): string | undefined {
  const title = serviceText(name);
  if (status === 'DRAINING')
    return `${title} is being deleted (DRAINING): its tasks stop, and its count cannot be set`;
  if (schedulingStrategy === 'DAEMON')
    return `${title} runs one task on every instance (schedulingStrategy DAEMON): it has no count to set`;
  return undefined;
}

function isOnFargate({ launchType, capacityProviderStrategy = [], platformVersion }: Service): boolean {
  if (launchType !== undefined) return launchType === 'FARGATE';
  const providers = capacityProviderStrategy.map(({ capacityProvider = '' }) => capacityProvider);
  return providers.length > 0
    ? providers.every((each) => each === 'FARGATE' || each === 'FARGATE_SPOT')
    : platformVersion !== undefined;
}

/** With a controller of ECS' own these are its deployments, with CodeDeploy's or another one its task sets. */
function rolloutOf({ deployments = [], taskSets = [] }: Service): string | undefined {
  const controlled = deployments.length > 0;
  const all: readonly (Deployment | TaskSet)[] = controlled ? deployments : taskSets;
  const primary = primaryOf(all);
  const replaced = all.filter((each) => each.status === 'ACTIVE' && tasksOf(each) > 0);
  if (primary === undefined || replaced.length === 0) return undefined;
  // One that ECS has given up on goes nowhere: it holds what it holds.
  if ('rolloutState' in primary && primary.rolloutState === 'FAILED') return undefined;
  const revision = lastOf(primary.taskDefinition ?? '');
  return `${primary.id ?? 'a deployment'}${revision === '' ? '' : ` of ${revision}`}`;
}

function primaryOf<T extends { readonly status?: string | undefined }>(all: readonly T[]): T | undefined {
  return all.find(({ status }) => status === 'PRIMARY');
}

function tasksOf(each: Deployment | TaskSet): number {
  const asked = 'computedDesiredCount' in each ? each.computedDesiredCount : undefined;
  return (each.runningCount ?? 0) + (each.pendingCount ?? 0) + (asked ?? 0);
}
