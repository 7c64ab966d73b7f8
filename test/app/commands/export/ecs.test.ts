// A policy from the services of a cluster, as ECS tells of them.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exportServices, type ServicesConfig } from '../../../../src/app/commands/export/ecs.ts';
import { loadPolicies } from '../../../../src/app/policies/schema.ts';
import { FakeEcs } from '../../../schedulers/ecs/fake/fake-ecs.ts';

const never = new AbortController().signal;

describe('export --ecs', () => {
  let fake: FakeEcs;
  beforeEach(async () => {
    // The client finds credentials where the command line of AWS does.
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's3cr3t');
    fake = new FakeEcs();
    await fake.start();
    const cluster = fake.cluster('Prod_1');
    cluster.create({ name: 'worker', desired: 3 });
    cluster.create({ name: 'Mail_Sender', desired: 0 });
    cluster.create({ name: 'agent', desired: 1, schedulingStrategy: 'DAEMON' });
    cluster.create({ name: 'web', desired: 2 });
    fake.scalable.add('service/Prod_1/web');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await fake.stop();
  });
  const exported = (over: Partial<ServicesConfig> = {}) =>
    exportServices(
      { cluster: 'Prod_1', region: 'eu-west-1', endpoint: fake.endpoint, services: [], env: {}, ...over },
      never,
    );

  it('makes a policy that observes, without what something else steers, and says so', async () => {
    const { text, notes } = await exported();
    const { resources, problems } = loadPolicies(text, 'f');
    expect(problems).toEqual([]);
    const ecs = { cluster: 'Prod_1', region: 'eu-west-1', endpoint: fake.endpoint };
    expect(resources[0]?.resource).toMatchObject({
      metadata: { name: 'prod-1' },
      spec: {
        mode: 'Observe',
        capacity: { slots: 3 },
        apps: [
          { name: 'mail-sender', priority: 1, ecs: { ...ecs, service: 'Mail_Sender' } },
          { name: 'worker', priority: 2, remainder: { weight: 1 }, ecs: { ...ecs, service: 'worker' } },
        ],
      },
    });
    expect(notes).toEqual([
      expect.stringMatching(/^Service Prod_1\/agent is left out: .*DAEMON/),
      expect.stringMatching(/^Service Prod_1\/web is left out: Application Auto Scaling/),
    ]);
    expect(text).not.toContain('s3cr3t');
  });

  it('takes those that are named, in their order, and a name', async () => {
    const { text } = await exported({ services: ['worker', 'Mail_Sender'], name: 'night' });
    const [read] = loadPolicies(text, 'f').resources;
    expect(read?.resource).toMatchObject({
      metadata: { name: 'night' },
      spec: { apps: [{ name: 'worker' }, { name: 'mail-sender', remainder: {} }] },
    });
  });

  it.each([
    [{ services: ['workers'] }, 'there is no service workers in cluster Prod_1; did you mean worker?'],
    [{ services: ['web'] }, 'no service of cluster Prod_1 is free to be scaled'],
    [{ cluster: 'gone' }, 'reading cluster gone: there is no such cluster in eu-west-1'],
    [{ endpoint: 'https://u:p@ecs' }, '--endpoint holds credentials'],
  ])('with %j says that %s', async (over, says) => {
    await expect(exported(over)).rejects.toThrow(says);
  });

  it('asks for a region where none is known', async () => {
    const bare = exportServices({ cluster: 'Prod_1', services: [], env: {} }, never);
    await expect(bare).rejects.toThrow('ecs.region: is missing');
  });
});
