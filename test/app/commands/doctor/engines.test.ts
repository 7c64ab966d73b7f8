import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askEngines } from '../../../../src/app/commands/doctor/engines.ts';
import { loadPolicies } from '../../../../src/app/policies/schema.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import {
  BUSYBOX_IMAGE,
  dockerMissing,
  startEngine,
  type TestEngine,
} from '../../../schedulers/docker-engine/real-engine.ts';

const never = new AbortController().signal;

function asked(images: readonly string[], env: Readonly<Record<string, string>>) {
  const apps = images.map((image, i) => ({
    ...{ name: `app${i}`, priority: 1, remainder: {}, instances: { min: 1 } },
    docker: { container: { image } },
  }));
  const text = JSON.stringify({
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'shop' },
    spec: { capacity: { slots: 4 }, apps },
  });
  const policies = loadPolicies(text, 'f').resources.flatMap(({ resource }) =>
    resource.kind === 'MicroscalingPolicy' ? [resource] : [],
  );
  return askEngines(policies, { env, clock: systemClock }, never);
}

it('says why an engine cannot be asked', async () => {
  const [app] = await asked(['a:1'], { DOCKER_HOST: 'unix:///nowhere/s' });
  expect(app).toMatchObject({ app: 'container shop/app0', image: 'a:1', answer: { ok: false } });
  expect(JSON.stringify(app)).toContain('there is no socket /nowhere/s');
});

describe.skipIf(dockerMissing())('a real engine', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.remove());

  it('is asked whether it has the image of each app', async () => {
    const answers = await asked([BUSYBOX_IMAGE, 'shop/none:1'], { DOCKER_HOST: engine.host });
    expect(answers.map(({ answer }) => answer)).toEqual([
      { ok: true, value: { hasImage: true } },
      { ok: true, value: { hasImage: false } },
    ]);
  });
});
