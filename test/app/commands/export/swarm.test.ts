// What commands say of the services of a real swarm: `export --swarm` and `doctor`.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkTargets } from '../../../../src/app/commands/doctor/checks/targets.ts';
import { askServices } from '../../../../src/app/commands/doctor/services.ts';
import { exportSwarm } from '../../../../src/app/commands/export/swarm.ts';
import { loadPolicies } from '../../../../src/app/policies/schema.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { dockerMissing } from '../../../schedulers/docker-engine/real-engine.ts';
import { SWARM_IMAGE, startSwarm, type TestSwarm } from '../../../schedulers/swarm/real-swarm.ts';
import { until } from '../../../support/until.ts';

const never = new AbortController().signal;
const NOWHERE = { DOCKER_HOST: 'unix:///nowhere/s' };

/** What the doctor finds of these services. */
async function found(services: readonly string[], env: Readonly<Record<string, string>>) {
  const apps = services.map((service, i) => ({
    ...{ name: `app${i}`, priority: 1, remainder: {}, instances: { min: 1 } },
    swarm: { service },
  }));
  const text = JSON.stringify({
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop' },
    spec: { capacity: { slots: 8 }, apps },
  });
  const policies = loadPolicies(text, 'f').resources.flatMap(({ resource }) =>
    resource.kind === 'MicroscalingPolicy' ? [resource] : [],
  );
  const findings = checkTargets({ targets: await askServices(policies, { env, clock: systemClock }, never) });
  return 'unchecked' in findings ? [] : findings.map(({ severity, what }) => `${severity} ${what}`);
}

it('says why no manager answers', async () => {
  await expect(exportSwarm({ services: [], env: NOWHERE }, never)).rejects.toThrow(
    'there is no socket /nowhere/s; start the engine (systemctl start docker), or name its socket in swarm.host',
  );
  expect(await found(['mailer'], NOWHERE)).toEqual([
    expect.stringContaining('error the cluster of Service mailer cannot be asked: '),
  ]);
});

describe.skipIf(dockerMissing())('services of a real swarm', () => {
  let swarm: TestSwarm;
  beforeAll(async () => {
    swarm = await startSwarm();
    await swarm.runService('shop_mailer', 2);
    await swarm.createService('batch', 0);
    await swarm.createService('huge', 1, '--reserve-cpu', '4000');
    const agent = ['--name', 'agent', '--mode', 'global', SWARM_IMAGE, 'sleep', '600'];
    await swarm.docker('service', 'create', '--detach', '--no-resolve-image', ...agent);
  });
  afterAll(() => swarm.remove());

  it('become a policy that observes, without those that have no count', async () => {
    const { text, notes } = await exportSwarm(
      { services: [], host: swarm.host, name: 'shop', env: {} },
      never,
    );
    const { resources, problems } = loadPolicies(text, 'f');
    expect(problems).toEqual([]);
    expect(resources[0]?.resource).toMatchObject({
      metadata: { name: 'shop' },
      spec: {
        mode: 'Observe',
        capacity: { slots: 3 },
        apps: [
          { name: 'batch', priority: 1, swarm: { service: 'batch', host: swarm.host } },
          { name: 'huge', priority: 2, swarm: { service: 'huge', host: swarm.host } },
          { priority: 3, remainder: { weight: 1 }, swarm: { service: 'shop_mailer', host: swarm.host } },
        ],
      },
    });
    expect(notes).toEqual([expect.stringMatching(/^Service agent is left out: Service agent is global/)]);
  });

  it('are taken in the order in which they are named, and asked for by their names', async () => {
    const env = { DOCKER_HOST: swarm.host };
    const { text } = await exportSwarm({ services: ['shop_mailer', 'batch'], env }, never);
    const [policy] = loadPolicies(text, 'f').resources;
    expect(policy?.resource.spec).toMatchObject({
      apps: [{ swarm: { service: 'shop_mailer' } }, { swarm: { service: 'batch' } }],
    });
    await expect(exportSwarm({ services: ['shop_mailr'], env }, never)).rejects.toThrow(
      `there is no service shop_mailr in the swarm of ${swarm.host}; did you mean shop_mailer?`,
    );
  });

  it('are looked at by the doctor', async () => {
    const env = { DOCKER_HOST: swarm.host };
    const names = ['shop_mailer', 'huge', 'agent', 'none'];
    const findings = await until('the swarm to say why a task waits', async () => {
      const now = await found(names, env);
      return now.length === 3 && now;
    });
    expect(findings).toEqual([
      expect.stringMatching(/^warning 1 of the 1 tasks of Service huge wait: .*insufficient resources/),
      expect.stringMatching(/^error Service agent is not ours to scale: Service agent is global/),
      'error there is no Service none',
    ]);
  });
});
