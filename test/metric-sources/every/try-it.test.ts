// What each source's readme says to try is done: its server is started, and `read` tells what the readme says it tells.

import { describe, expect, it } from 'vitest';
import { METRIC_SOURCES } from '../../../src/metric-sources/registry.ts';
import { natsMissing } from '../../support/programs/nats.ts';
import { postgresqlMissing } from '../../support/programs/postgresql.ts';
import { prometheusMissing } from '../../support/programs/prometheus.ts';
import { rabbitmqMissing } from '../../support/programs/rabbitmq.ts';
import { redisMissing } from '../../support/programs/redis.ts';
import { ownNetworkMissing } from './own-network.ts';
import { followed, tryIt } from './try-it.ts';

const TRIED: Readonly<Record<string, () => boolean>> = {
  azureStorageQueue: () => false,
  http: () => false,
  kedaExternal: () => false,
  nats: natsMissing,
  postgresql: postgresqlMissing,
  prometheus: prometheusMissing,
  rabbitmq: rabbitmqMissing,
  redis: redisMissing,
};

/** Why a source is not among them. */
const NOT_HERE: Readonly<Record<string, string>> = {
  azureServiceBus: 'nobody has a server but Azure',
  kafka: 'a test of test:sources is what its readme says',
  nsq: 'there is no package of it',
  random: 'it asks nobody, and what it tells is random',
  sqs: 'done by test:sources, which installs moto',
};

it('is done for every source, or it is known why not', () => {
  const known = [...Object.keys(TRIED), ...Object.keys(NOT_HERE)].sort();
  expect(known).toEqual(METRIC_SOURCES.map(({ type }) => type).sort());
});

describe.skipIf(ownNetworkMissing())('what the readme says to try', () => {
  const types = Object.entries(TRIED).flatMap(([type, isMissing]) => (isMissing() ? [] : [type]));

  it.concurrent.each(types)(
    'starts the server of %s, shows 5 waiting and 2 in flight, and leaves nothing running',
    async (type) => {
      expect(tryIt(type)).toContain('It prints `"waiting": 5` and `"inFlight": 2`.');
      const { code, printed, left, output } = await followed(type);
      expect({ code, left }, output).toEqual({ code: 0, left: [] });
      expect(JSON.parse(printed)).toEqual({
        metrics: [expect.objectContaining({ state: 'ok', waiting: 5, inFlight: 2 })],
      });
    },
    300_000,
  );
});
