// What the doctor says of services of Amazon ECS, as ECS tells of them.

import { expect, it, onTestFinished, vi } from 'vitest';
import { checkTargets } from '../../../../src/app/commands/doctor/checks/targets.ts';
import { askServices } from '../../../../src/app/commands/doctor/services.ts';
import { loadPolicies } from '../../../../src/app/policies/schema.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { FakeEcs } from '../../../schedulers/ecs/fake/fake-ecs.ts';

const never = new AbortController().signal;

it('says which services there are not, or are not ours to scale, and why', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's3cr3t');
  const fake = new FakeEcs();
  await fake.start();
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await fake.stop();
  });
  const cluster = fake.cluster('prod');
  for (const name of ['worker', 'web']) cluster.create({ name, desired: 1 });
  fake.scalable.add('service/prod/web');
  const where = { region: 'eu-west-1', endpoint: fake.endpoint };
  const apps = ['prod/worker', 'prod/web', 'prod/nobody', 'gone/worker'].map((id, i) => {
    const [name, service] = id.split('/');
    const ecs = { cluster: name, service, ...where };
    return { name: `app${i}`, priority: 1, remainder: {}, instances: { min: 1 }, ecs };
  });
  const text = JSON.stringify({
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop' },
    spec: { capacity: { slots: 9 }, apps },
  });
  const policies = loadPolicies(text, 'f').resources.flatMap(({ resource }) =>
    resource.kind === 'MicroscalingPolicy' ? [resource] : [],
  );
  const targets = await askServices(policies, { env: {}, clock: systemClock }, never);
  const found = checkTargets({ targets });
  const said = Array.isArray(found) ? found.map(({ what }) => what) : [];
  expect(said).toEqual([
    expect.stringMatching(/^Service prod\/web in .* is not ours to scale: Application Auto Scaling/),
    expect.stringMatching(/^there is no Service prod\/nobody in /),
    expect.stringMatching(
      /^the cluster of Service gone\/worker in .*: there is no such cluster in eu-west-1/,
    ),
  ]);
  expect(fake.calls('UpdateService')).toEqual([]);
});
