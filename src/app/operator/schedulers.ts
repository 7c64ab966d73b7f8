// app: the clusters that policies live in, of the scheduler that this operator was started for.

import { defined } from '../../lang/defined.ts';
import { TerminalError } from '../../runtime/errors.ts';
import { SCHEDULERS } from '../../schedulers/registry.ts';
import type { ClustersDeps, SchedulerClusters, SchedulerType } from '../../schedulers/scheduler.ts';

export interface SchedulersDeps extends Omit<ClustersDeps, 'own'> {
  /** Those that may be named, by name; default: every registered one. */
  readonly types?: Readonly<Record<string, SchedulerType>>;
  /** The one that policies live in; default: Marathon. */
  readonly type?: string;
  /** Of the cluster of policies that name none. */
  readonly defaultUrls: readonly string[];
  /** Of the Mesos beside a Marathon, for budgets by cluster; default: where Marathon says it is. */
  readonly mesosUrl?: string | undefined;
}

/** @throws TerminalError for a default URL that cannot be used: it is said before anybody logs or shows it */
export function openClusters({
  types = SCHEDULERS,
  type = 'marathon',
  defaultUrls,
  mesosUrl,
  ...deps
}: SchedulersDeps): SchedulerClusters {
  const chosen = types[type];
  if (chosen === undefined) {
    const known = Object.keys(types).join(', ');
    throw new TerminalError(`there is no scheduler '${type}'; use one of ${known}`);
  }
  return chosen.open({ ...deps, own: { urls: defaultUrls, ...defined({ machinesUrl: mesosUrl }) } });
}
