// schedulers/swarm: how people speak of services of a Docker Swarm.

import type { SchedulerWords } from '../words.ts';

export function serviceText(name: string): string {
  return `Service ${name}`;
}

export const SWARM_WORDS: SchedulerWords = {
  name: 'Swarm',
  app: serviceText,
  queue: "Swarm's scheduler",
  operation: 'update',
  endOperation: (id) => `take it back with docker service rollback ${id.split('/')[0] ?? id}`,
};
