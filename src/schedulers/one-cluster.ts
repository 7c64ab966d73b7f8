// schedulers: a scheduler that has a single cluster, so that every policy means that one.

import { defined } from '../lang/defined.ts';
import type { ReportingScheduler, SchedulerClusters } from './scheduler.ts';
import { PLAIN_WORDS, type SchedulerWords } from './words.ts';

export function oneCluster(
  scheduler: ReportingScheduler,
  words: SchedulerWords = PLAIN_WORDS,
): SchedulerClusters {
  return {
    words,
    idOf: () => scheduler.info().url,
    identityOf: (_, name) => ({ scheduler: words.name, cluster: scheduler.info().url, name }),
    of: () => scheduler,
    own: () => scheduler,
    clusterInfo: () => {
      const { url, version } = scheduler.info();
      return { urls: [url], url, ...defined({ version }) };
    },
    info: () => ({ url: scheduler.info().url, stats: scheduler.stats() }),
    close: () => scheduler.close(),
  };
}
