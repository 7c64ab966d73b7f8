// schedulers/docker: every engine whose containers policies name.

import { defined } from '../../lang/defined.ts';
import { EngineClusters } from '../docker-engine/clusters.ts';
import type { ClustersDeps } from '../scheduler.ts';
import { createDockerScheduler } from './index.ts';
import { DOCKER_WORDS } from './words.ts';

export class DockerClusters extends EngineClusters {
  constructor(deps: ClustersDeps) {
    const of = {
      words: DOCKER_WORDS,
      create: (
        config: Parameters<typeof createDockerScheduler>[0],
        { clock, log, values, documents, isActing, onCall }: ClustersDeps,
      ) => createDockerScheduler(config, { clock, log, values, ...defined({ documents, isActing, onCall }) }),
    };
    super(of, deps);
  }
}
