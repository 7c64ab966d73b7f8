import { describe, expect, it } from 'vitest';
import { explainFailure } from '../../../../src/metric-sources/clouds/azure-queue/failure.ts';
import type { QueueTarget } from '../../../../src/metric-sources/clouds/azure-queue/target.ts';

const target: QueueTarget = {
  queueName: 'orders',
  endpoint: 'https://shop.example',
  host: 'shop.example',
  credential: { kind: 'sas', token: 'sig=hunter2' },
};

describe('explainFailure', () => {
  it.each([
    { failure: { status: 400, code: 'toString' }, says: /answered 400 toString; check endpoint/ },
    { failure: { status: 400, code: 'a message with sig=hunter2' }, says: /answered 400; check endpoint/ },
    {
      failure: { status: 403, code: 'AuthenticationFailed' },
      says: /answered 403 AuthenticationFailed: the SAS token/,
    },
    { failure: { status: 404, code: 'QueueNotFound' }, says: /the queue does not exist; create it/ },
    {
      failure: { status: 404, code: 'ResourceNotFound' },
      says: /answered 404 ResourceNotFound; check endpoint/,
    },
    { failure: { status: 503, code: 'ServerBusy' }, says: /answered 503 ServerBusy: .* busy/ },
    { failure: { status: 500 }, says: /answered 500: the service is not well/ },
    { failure: { status: 302 }, says: /answered 302, a redirect/ },
    { failure: { status: 400, code: 'InvalidUri' }, says: /answered 400 InvalidUri; check endpoint/ },
    { failure: { status: 200, code: 'PARSE_ERROR' }, says: /not from Azure Queue Storage/ },
  ])('says of $failure where it was and what to do', ({ failure, says }) => {
    const sentence = explainFailure(failure, target);
    expect(sentence).toMatch(/^reading queue orders at shop\.example: /);
    expect(sentence).toMatch(says);
    expect(sentence).not.toContain('hunter2');
  });
});
