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
    { failure: { code: 'ECONNREFUSED' }, says: /connection refused; is it running/ },
    { failure: { code: 'ENOTFOUND' }, says: /host name is unknown/ },
    { failure: { code: 'CERT_HAS_EXPIRED' }, says: /certificate has expired/ },
    { failure: { code: 'toString' }, says: /the call failed \(toString\)/ },
    { failure: {}, says: /the call failed$/ },
    { failure: { code: 'a message with sig=hunter2' }, says: /the call failed$/ },
    {
      failure: { statusCode: 403, code: 'AuthenticationFailed' },
      says: /answered 403 AuthenticationFailed: the SAS token/,
    },
    { failure: { statusCode: 404, code: 'QueueNotFound' }, says: /the queue does not exist; create it/ },
    {
      failure: { statusCode: 404, code: 'ResourceNotFound' },
      says: /answered 404 ResourceNotFound; check endpoint/,
    },
    { failure: { statusCode: 503, code: 'ServerBusy' }, says: /answered 503 ServerBusy: .* busy/ },
    { failure: { statusCode: 500 }, says: /answered 500: the service is not well/ },
    { failure: { statusCode: 302 }, says: /answered 302, a redirect/ },
    { failure: { statusCode: 400, code: 'InvalidUri' }, says: /answered 400 InvalidUri; check endpoint/ },
    { failure: { statusCode: 200, code: 'PARSE_ERROR' }, says: /not from Azure Queue Storage/ },
  ])('says of $failure where it was and what to do', ({ failure, says }) => {
    const sentence = explainFailure(failure, target);
    expect(sentence).toMatch(/^reading queue orders at shop\.example: /);
    expect(sentence).toMatch(says);
    expect(sentence).not.toContain('hunter2');
  });
});
