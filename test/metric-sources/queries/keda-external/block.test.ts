import { describe, expect, it } from 'vitest';
import { metricSources } from '../../../../src/metric-sources/registry.ts';
import { fakeValues } from '../../../support/values.ts';
import { problemsWith, refusalsOf } from '../../every/blocks.ts';

const whole = { endpoint: 'grpc://scaler', metrics: { waiting: 'depth' } };
const block = (over: object = {}) => ({ kedaExternal: { ...whole, ...over } });
const entry = (over: object) => block({ scalerMetadata: [{ name: 'queue', ...over }] });
const fromEnv = (name: string) => ({ fromEnv: name });

describe('a kedaExternal block', () => {
  it.each([
    [block({ endpoint: 'grpc://u:p4ss@scaler' }), 'holds credentials'],
    [block({ endpoint: 'http://scaler' }), 'does not begin with grpc:// or grpcs://'],
    [block({ endpoint: undefined }), 'endpoint'],
    [block({ endpointFrom: fromEnv('E') }), 'endpoint'],
    [block({ metrics: { inFlight: 'a' } }), 'metrics'],
    [block({ metrics: { waiting: 'a', total: 'b' } }), 'metrics'],
    [block({ caFile: '/ca.pem' }), 'caFile needs TLS: write the endpoint with grpcs://'],
    [block({ auth: { certificate: fromEnv('C'), key: fromEnv('K') } }), 'auth needs TLS'],
    [block({ endpoint: 'grpcs://scaler', auth: { certificate: fromEnv('C') } }), 'key'],
    [entry({}), 'scalerMetadata'],
    [entry({ value: 'a', secret: fromEnv('S') }), 'scalerMetadata'],
    [entry({ secret: 's3cret' }), 'secret'],
  ])('%j is refused with its place', (metric, says) => {
    const problems = problemsWith(metric);
    expect(problems).toContain('/spec/apps/0/targets/0/metric');
    expect(problems).toContain(says);
    expect(problems).not.toMatch(/p4ss|s3cret/);
  });

  it('knows an age where a metric tells it', () => {
    expect(problemsWith(block(), { messageAge: '5s' })).toContain('no age without metrics.oldestAgeSeconds');
    const metrics = { waiting: 'depth', oldestAgeSeconds: 'age' };
    expect(problemsWith(block({ metrics }), { messageAge: '5s' })).toBe('');
  });

  it.each([
    [{}, 'metric depth of the scaler at scaler'],
    [{ metrics: undefined }, 'the metric of the scaler at scaler'],
    [{ endpoint: undefined, endpointFrom: fromEnv('E') }, 'metric depth of the scaler named by E'],
  ])('with %j is called %s', (over, label) => {
    expect(metricSources.describe(block(over), fakeValues())).toBe(label);
  });

  it('of an untrusted home needs its endpoint and its references to be allowed', () => {
    const endpoints = ['grpc://scaler:50051'];
    expect(refusalsOf(block())).toEqual([expect.stringContaining("--allow-endpoint 'grpc://scaler:50051'")]);
    expect(refusalsOf(block(), { endpoints: ['grpcs://scaler:50051'] })).toHaveLength(1);
    expect(refusalsOf(block(), { endpoints })).toEqual([]);
    expect(refusalsOf(entry({ secret: fromEnv('S') }), { endpoints })).toEqual([
      expect.stringContaining("--allow-secret-env 'S'"),
    ]);
    expect(refusalsOf(entry({ secret: fromEnv('S') }), { endpoints, secretEnv: ['S'] })).toEqual([]);
    expect(refusalsOf(entry({ valueFrom: fromEnv('V') }), { endpoints })).toEqual([
      expect.stringContaining("--allow-env 'V'"),
    ]);
  });
});

describe('what a simulated queue looks like', () => {
  const queue = { asOfMs: 5, total: 7, waiting: 5, arrived: 10, taken: 5 };
  it.each([
    [
      { waiting: 'a', inFlight: 'b' },
      { waiting: 5, inFlight: 2 },
    ],
    [{ waiting: 'a' }, { waiting: 5 }],
    [undefined, { waiting: 5 }],
    [{ total: 'a' }, { waiting: 7 }],
  ])('by metrics %j', (metrics, sample) => {
    expect(metricSources.seen(block({ metrics }), queue)).toEqual({ state: 'ok', asOfMs: 5, ...sample });
  });
});
