// What the readme of SQS says to try is done, with moto as it is installed for these tests.

import { describe, expect, it } from 'vitest';
import { ownNetworkMissing } from '../metric-sources/every/own-network.ts';
import { followed, tryIt } from '../metric-sources/every/try-it.ts';
import { motoMissing, motoPrograms } from './moto.ts';

describe.skipIf(ownNetworkMissing() || motoMissing('SQS'))('what the readme of sqs says to try', () => {
  it('starts moto, shows 5 waiting and 2 in flight, and leaves nothing running', async () => {
    expect(tryIt('sqs')).toContain('It prints `"waiting": 5` and `"inFlight": 2`.');
    const { code, printed, left, output } = await followed('sqs', [motoPrograms]);
    expect({ code, left }, output).toEqual({ code: 0, left: [] });
    expect(JSON.parse(printed)).toEqual({
      metrics: [expect.objectContaining({ state: 'ok', waiting: 5, inFlight: 2 })],
    });
  }, 300_000);
});
