import { describe, expect, it } from 'vitest';
import { importedTrigger } from './imported.ts';

describe("KEDA's trigger metrics-api", () => {
  const trigger = (metadata: object) => ({
    type: 'metrics-api',
    metadata: { url: 'http://api:3232/stats', targetValue: '7', valueLocation: 'a.b', ...metadata },
  });
  const secretsOf = (...parameters: readonly string[]) => ({
    secretTargetRef: parameters.map((parameter) => ({ parameter, name: 'api', key: parameter })),
  });
  const from = (key: string) => ({ fromSecret: { name: 'api', key } });

  it('is read by its path, and no field is dropped silently', () => {
    const { target, said, problems } = importedTrigger(
      trigger({
        format: 'json',
        activationTargetValue: '3',
        unsafeSsl: 'false',
        aggregateFromKubeServiceEndpoints: 'true',
        aggregationType: 'sum',
        novelty: 'x',
      }),
    );
    expect(target).toEqual({
      perInstance: 7,
      activateAt: 3,
      metric: { http: { url: 'http://api:3232/stats', pointers: { waiting: '/a/b' } } },
    });
    expect(problems).toEqual([]);
    const fields = said.map((line) => line.replace(/^spec\.triggers\[0\]\.metadata\.|:.*/g, ''));
    expect(fields).toEqual(['unsafeSsl', 'aggregateFromKubeServiceEndpoints', 'aggregationType', 'novelty']);
  });

  it.each([
    ['components.worker.tasks', '/components/worker/tasks'],
    ['queues.0.ready', '/queues/0/ready'],
    ['jobs\\.eu.a/b~c', '/jobs.eu/a~1b~0c'],
  ])('finds what GJSON calls %s', (valueLocation, waiting) => {
    const { target, problems } = importedTrigger(trigger({ valueLocation }));
    expect(target?.metric).toMatchObject({ http: { pointers: { waiting } } });
    expect(problems).toEqual([]);
  });

  it.each(['queues.#.ready', 'a|@reverse', 'a.*', ''])('does not guess what %j means', (valueLocation) => {
    const { target, said } = importedTrigger(trigger({ valueLocation }));
    expect(target?.metric).toMatchObject({ http: { pointers: { waiting: '/FILL-IN' } } });
    expect(said.join('\n')).toContain('metadata.valueLocation: FILL IN');
  });

  it.each([
    [
      { authMode: 'apiKey', keyParamName: 'X-Key' },
      ['apiKey'],
      { headers: [{ name: 'X-Key', from: from('apiKey') }] },
    ],
    [{ authMode: 'apiKey' }, ['apiKey'], { headers: [{ name: 'X-API-KEY', from: from('apiKey') }] }],
    [{ authMode: 'bearer' }, ['token'], { auth: { token: from('token') } }],
    [
      { authMode: 'basic' },
      ['username', 'password'],
      { auth: { basic: { usernameFrom: from('username'), password: from('password') } } },
    ],
    [
      { authMode: 'apiKey, bearer' },
      ['apiKey', 'token'],
      { headers: [{ name: 'X-API-KEY', from: from('apiKey') }], auth: { token: from('token') } },
    ],
  ])('shows its secret by %j', (metadata, parameters, shown) => {
    const { target, problems } = importedTrigger(trigger(metadata), secretsOf(...parameters));
    expect(target?.metric).toEqual({
      http: { url: 'http://api:3232/stats', pointers: { waiting: '/a/b' }, ...shown },
    });
    expect(problems).toEqual([]);
  });

  it.each([
    [
      { authMode: 'apiKey', method: 'query', keyParamName: 'k' },
      ['apiKey'],
      'method: query is not taken over',
    ],
    [{ authMode: 'tls' }, ['cert', 'key', 'ca'], 'authMode: tls is not taken over'],
  ])('says that %j has no counterpart', (metadata, parameters, says) => {
    const { target, said } = importedTrigger(trigger(metadata), secretsOf(...parameters));
    expect(target?.metric).toEqual({ http: { url: 'http://api:3232/stats', pointers: { waiting: '/a/b' } } });
    expect(said.join('\n')).toContain(says);
  });

  it('that answers in another format is left out, and that is said', () => {
    const { target, said } = importedTrigger(trigger({ format: 'xml' }));
    expect(target).toBeUndefined();
    expect(said.join('\n')).toContain('its answers are xml, and JSON alone is read here');
  });
});
