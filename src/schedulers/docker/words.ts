// schedulers/docker: how people speak of containers of a Docker engine.

import type { SchedulerWords } from '../words.ts';

export const DOCKER_WORDS: SchedulerWords = {
  name: 'Docker',
  app: (name) => `container ${name}`,
  queue: 'the Docker engine',
  operation: 'replacement',
  endOperation: (id) => `write the definition anew that worked; ${id} goes on until its containers run`,
};
