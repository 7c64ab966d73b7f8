// schedulers/swarm: every swarm whose services policies name, by the manager that is asked.

import { defined } from '../../lang/defined.ts';
import { EngineClusters } from '../docker-engine/clusters.ts';
import type { EngineConfig } from '../docker-engine/spec.ts';
import type { ClustersDeps } from '../scheduler.ts';
import { SwarmScheduler } from './index.ts';
import { SWARM_WORDS } from './words.ts';

export class SwarmClusters extends EngineClusters {
  constructor(deps: ClustersDeps) {
    const create = (
      config: EngineConfig,
      { clock, log, values, documents, isActing, onCall }: ClustersDeps,
    ): SwarmScheduler =>
      new SwarmScheduler(config, { clock, log, values, ...defined({ documents, isActing, onCall }) });
    super({ words: SWARM_WORDS, create }, deps);
  }
}
