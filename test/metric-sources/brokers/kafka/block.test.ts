import { describe, expect, it } from 'vitest';
import { metricSources } from '../../../../src/metric-sources/registry.ts';
import { fakeValues } from '../../../support/values.ts';
import { problemsWith, refusalsOf } from '../../every/blocks.ts';
import { never, sourceOf } from '../../servers.ts';

const whole = { endpoint: 'kafka://b1:9092', topic: 'orders', group: 'workers' };
const auth = { username: 'reader', password: { fromEnv: 'PASSWORD' } };

describe('a kafka block', () => {
  it.each([
    [{ ...whole, endpoint: 'kafka://u:p@b1:9092' }, 'holds credentials'],
    [{ ...whole, endpoint: 'b1:9092' }, 'does not begin with kafka:// or kafkas://'],
    [{ ...whole, brokers: ['kafka://b2:9092', 'http://b3'] }, '/brokers/1 does not begin with kafka://'],
    [{ ...whole, topic: 'or ders' }, '/topic'],
    [{ ...whole, group: undefined }, 'group'],
    [{ ...whole, endpoint: undefined }, 'endpoint'],
    [{ ...whole, autoOffsetReset: 'None' }, '/autoOffsetReset'],
    [{ ...whole, auth: { ...auth, mechanism: 'GSSAPI' } }, '/auth/mechanism'],
    [{ ...whole, auth: { ...auth, password: 's3cret' } }, 'password'],
  ])('%j is refused with its place', (kafka, says) => {
    expect(problemsWith({ kafka })).toContain(says);
    expect(problemsWith({ kafka })).not.toMatch(/u:p@|s3cret/);
  });

  it('is accepted as it is documented, and knows no age', () => {
    expect(problemsWith({ kafka: { ...whole, auth } })).toBe('');
    expect(problemsWith({ kafka: whole }, { messageAge: '5s' })).toContain('metric kafka knows no age');
  });

  it('leads an untrusted policy nowhere but to brokers that are allowed and written down', () => {
    const endpoints = ['kafka://b1:9092', 'kafka://b2:9092'];
    expect(refusalsOf({ kafka: { ...whole, brokers: [] } }, { endpoints })).toEqual([]);
    expect(refusalsOf({ kafka: { ...whole, brokers: ['kafka://b2'] } }, { endpoints })).toEqual([]);
    expect(refusalsOf({ kafka: whole }, { endpoints }).join()).toContain('name the other brokers');
    expect(refusalsOf({ kafka: { ...whole, brokers: [] } }).join()).toContain(
      "--allow-endpoint 'kafka://b1:9092'",
    );
    expect(refusalsOf({ kafka: { ...whole, brokers: ['kafka://b3:9092'] } }, { endpoints }).join()).toContain(
      "--allow-endpoint 'kafka://b3:9092'",
    );
  });

  it('cannot be read with a value that is none', async () => {
    const { endpoint: _, ...rest } = whole;
    const source = sourceOf({ kafka: { ...rest, endpointFrom: { fromEnv: 'KAFKA' } } });
    await expect(source.read(never)).rejects.toThrow('kafka.endpointFrom: KAFKA is not set');
    const mixed = sourceOf({ kafka: { ...whole, brokers: ['kafkas://b2:9093'] } });
    await expect(mixed.read(never)).rejects.toThrow('kafka.brokers[0]: does not begin with kafka://');
  });

  it('has a name for people', () => {
    const label = (kafka: object) => metricSources.describe({ kafka }, fakeValues());
    expect(label(whole)).toBe('group workers of topic orders at b1');
    expect(label({ topic: 'orders', group: 'workers', endpointFrom: { fromEnv: 'KAFKA' } })).toBe(
      'group workers of topic orders at the broker named by KAFKA',
    );
  });
});
