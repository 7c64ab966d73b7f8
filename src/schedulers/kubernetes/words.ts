// schedulers/kubernetes: how people speak of Kubernetes.

import type { SchedulerWords } from '../words.ts';
import { targetOf, targetText } from './target/target.ts';

export const KUBERNETES_WORDS: SchedulerWords = {
  name: 'Kubernetes',
  app: (name) => {
    const target = targetOf(name);
    return target === undefined ? name : targetText(target);
  },
  queue: 'the scheduler of Kubernetes',
  operation: 'rollout',
  endOperation: (id) => `undo the ${id} with kubectl rollout undo`,
};
