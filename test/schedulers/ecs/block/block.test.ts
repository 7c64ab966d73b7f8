import { describe, expect, it } from 'vitest';
import { createTrustCheck } from '../../../../src/api/trust/trust.ts';
import { loadPolicies } from '../../../../src/app/policies/schema.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import { ECS_BLOCK, type EcsSpec } from '../../../../src/schedulers/ecs/block/index.ts';
import { EcsClusters } from '../../../../src/schedulers/ecs/clusters.ts';
import { blocksOf, SCHEDULERS } from '../../../../src/schedulers/registry.ts';
import { fakeValues, NOTHING_ALLOWED } from '../../../support/values.ts';

const auth = { accessKeyId: { fromEnv: 'KEY_ID' }, secretAccessKey: { fromEnv: 'KEY' } };
const AWS = 'https://ecs.eu-west-1.amazonaws.com';
const worker = { cluster: 'prod', service: 'worker' };
const author = { metadata: { name: 'shop', namespace: 'default' }, app: 'worker' };
const spec = (fields: EcsSpec): EcsSpec => fields;

function loaded(ecs: object) {
  const text = JSON.stringify({
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop' },
    spec: {
      capacity: { slots: 4 },
      apps: [
        {
          name: 'worker',
          priority: 1,
          targets: [{ queueLength: 5, metric: { random: { min: 0, max: 9, period: '1m' } } }],
          ecs,
        },
      ],
    },
  });
  return loadPolicies(text, 'shop.yaml');
}

const problemsOf = (ecs: object): string =>
  loaded(ecs)
    .problems.map(({ pointer, message }) => `${pointer} ${message}`)
    .join('\n');

describe('an ecs block', () => {
  it.each([
    [{}, 'service'],
    [{ service: 'a/b' }, 'service'],
    [{ service: 'worker', cluster: 'arn:aws:ecs:eu-west-1:1:cluster/prod' }, 'cluster'],
    [{ service: 'worker', region: 'evil.com/' }, 'region'],
    [{ service: 'worker', endpoint: 'ecs.example' }, 'endpoint'],
    [{ service: 'worker', endpoint: 'https://u:p@ecs.example' }, 'holds credentials'],
    [{ service: 'worker', endpoint: 'https://ecs.example/path' }, 'give only host and port'],
    [{ service: 'worker', auth: { accessKeyId: { fromEnv: 'A' } } }, 'secretAccessKey'],
    [{ service: 'worker', auth: { accessKeyId: 'AKID', secretAccessKey: 's3cret' } }, 'secretAccessKey'],
  ])('%j is refused with its place', (block, says) => {
    expect(problemsOf(block)).toContain(says);
    expect(problemsOf(block)).toContain('/spec/apps/0');
    expect(problemsOf(block)).not.toMatch(/u:p@|s3cret/);
  });

  it.each([
    [worker, 'prod/worker', 'Service prod/worker', undefined],
    [{ service: 'worker' }, 'default/worker', 'Service default/worker', undefined],
    [
      { ...worker, region: 'eu-west-1' },
      'prod/worker',
      'Service prod/worker in eu-west-1',
      { region: 'eu-west-1' },
    ],
    [
      { ...worker, region: 'r', endpoint: 'http://127.0.0.1:4566', auth },
      'prod/worker',
      'Service prod/worker in 127.0.0.1:4566',
      { region: 'r', endpoint: 'http://127.0.0.1:4566', auth },
    ],
  ])('%j means %s', (block, name, title, cluster) => {
    expect(problemsOf(block)).toBe('');
    expect(ECS_BLOCK.workload(block, author)).toEqual({ name, title, ...(cluster && { cluster }) });
  });

  const OWN = "the operator's own credentials of AWS are not lent";
  it.each([
    [{ ...worker, region: 'eu-west-1' }, [AWS], [OWN]],
    [{ ...worker, region: 'eu-west-1', auth }, [], [`--allow-endpoint '${AWS}'`]],
    [{ ...worker, region: 'eu-west-1', auth }, [AWS], []],
    [{ ...worker, auth }, [AWS], ['spec.apps[0].ecs.region must be given']],
    [
      { ...worker, region: 'eu-west-1', endpoint: 'http://other:4566', auth },
      [AWS],
      ["--allow-endpoint 'http://other:4566'"],
    ],
    [
      { ...worker, region: 'eu-west-1', auth: { ...auth, accessKeyId: { fromEnv: 'OTHER' } } },
      [AWS],
      ['may not read variable OTHER'],
    ],
  ])('from an untrusted home %j with %j: %j', (block, endpoints, says) => {
    const [first] = loaded(block).resources;
    if (first === undefined) throw new Error('it is not valid');
    const rules = { ...NOTHING_ALLOWED, secretEnv: ['KEY*'], endpoints };
    const messages = createTrustCheck(
      rules,
      [],
      blocksOf(SCHEDULERS),
    )(first.resource)
      .map(({ message }) => message)
      .filter((message) => !message.includes('metric random'));
    expect(messages).toEqual(says.map((each) => expect.stringContaining(each)));
  });
});

describe('the clusters of ECS', () => {
  const clusters = (env: Readonly<Record<string, string>> = {}) =>
    new EcsClusters({
      clock: systemClock,
      log: silentLogger,
      values: fakeValues(),
      own: { urls: [] },
      env,
    });

  it('are one for all that name it, however they do', () => {
    const own = clusters({ AWS_REGION: 'eu-west-1' });
    expect(own.idOf(undefined)).toBe(AWS);
    expect(own.idOf(spec({ region: 'eu-west-1' }))).toBe(AWS);
    expect(own.of(spec({ region: 'eu-west-1' }))).toBe(own.of(undefined));
    expect(own.idOf(spec({ region: 'eu-west-1', auth }))).not.toBe(AWS);
    expect(own.idOf(spec({ region: 'cn-north-1' }))).toBe('https://ecs.cn-north-1.amazonaws.com.cn');
    expect(own.clusterInfo(undefined)).toEqual({ urls: [AWS], url: AWS });
  });

  it('load no client before they are asked', async () => {
    const own = clusters();
    own.of(spec({ region: 'eu-west-1' }));
    expect(own.words.app('prod/worker')).toBe('Service prod/worker');
    await own.close();
  });
});
