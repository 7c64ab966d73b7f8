// schedulers/ecs/read: all services of a cluster, once, for people.

import { batches, type EcsApi, MOST_SERVICES } from '../api/ecs-api.ts';
import { lastOf } from '../target.ts';
import { registeredText } from './registrations.ts';
import { factsOf } from './service.ts';

export interface FoundService {
  readonly name: string;
  readonly instances: number;
  /** Why its count is not ours to set. */
  readonly refused: string | undefined;
}

/** As many as one question about Application Auto Scaling may name. */
const MOST_TARGETS = 50;

/** By name. @throws EcsFailure */
export async function servicesOf(
  cluster: string,
  api: EcsApi,
  signal: AbortSignal,
): Promise<readonly FoundService[]> {
  const names = (await api.serviceArns(cluster, signal)).map(lastOf).toSorted();
  const [described, registered] = await Promise.all([
    Promise.all(batches(names, MOST_SERVICES).map((some) => api.services(cluster, some, signal))),
    Promise.all(batches(names, MOST_TARGETS).map((some) => api.scalableServices(cluster, some, signal))),
  ]);
  const held = new Set(registered.flatMap((some) => [...some]));
  return described
    .flat()
    .flatMap((service): readonly FoundService[] => {
      const name = { cluster, service: service.serviceName ?? '' };
      const facts = factsOf(service, name);
      if (facts === undefined) return [];
      const refused = facts.refused ?? (held.has(name.service) ? registeredText(name) : undefined);
      return [{ name: name.service, instances: facts.desired, refused }];
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
