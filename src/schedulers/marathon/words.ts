// schedulers/marathon: how people speak of Marathon.

import type { SchedulerWords } from '../words.ts';

export const MARATHON_WORDS: SchedulerWords = {
  name: 'Marathon',
  app: (name) => `Marathon app ${name}`,
  queue: "Marathon's queue",
  operation: 'deployment',
  appPage: (name) => `/ui/#/apps/${encodeURIComponent(name)}`,
  endOperation: (id) => `roll it back with DELETE /v2/deployments/${id}`,
};
