// schedulers/ecs: how people speak of Amazon ECS.

import type { SchedulerWords } from '../words.ts';
import { serviceNameOf, serviceText } from './target.ts';

export const ECS_WORDS: SchedulerWords = {
  name: 'Amazon ECS',
  app: (name) => {
    const service = serviceNameOf(name);
    return service === undefined ? name : serviceText(service);
  },
  queue: 'the scheduler of Amazon ECS',
  operation: 'deployment',
  endOperation: (id) => `let ${id} end, or put back the task definition that ran before it`,
};
