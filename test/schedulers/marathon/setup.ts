// A Marathon client over the scripted Marathon, for the tests of this folder.

import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import {
  createMarathonScheduler,
  type MarathonConfig,
  type MarathonDeps,
  type MarathonScheduler,
} from '../../../src/schedulers/marathon/index.ts';
import { FakeMarathon } from '../../support/marathon/fake-marathon.ts';
import { fakeValues } from '../../support/values.ts';

export const never = new AbortController().signal;

export interface Setup {
  readonly marathon: FakeMarathon;
  readonly scheduler: MarathonScheduler;
  close(): Promise<void>;
}

export async function setUp(
  config: Partial<MarathonConfig> = {},
  deps: Partial<MarathonDeps> = {},
): Promise<Setup> {
  const marathon = new FakeMarathon();
  await marathon.start();
  const scheduler = createScheduler({ urls: [marathon.url], ...config }, deps);
  return {
    marathon,
    scheduler,
    close: async () => {
      await scheduler.close();
      await marathon.stop();
    },
  };
}

export function createScheduler(
  config: Partial<MarathonConfig> & Pick<MarathonConfig, 'urls'>,
  deps: Partial<MarathonDeps> = {},
): MarathonScheduler {
  return createMarathonScheduler(
    { deadlineMs: 5_000, resyncMs: 30_000, ...config },
    { clock: systemClock, log: silentLogger, values: fakeValues({ SECRET: 's3cr3t' }), ...deps },
  );
}
