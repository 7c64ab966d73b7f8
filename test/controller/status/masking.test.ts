// A secret that somebody uses as a plain value, too, is masked wherever people would read it.

import { afterEach, expect, it } from 'vitest';
import { createRedactor, MASK } from '../../../src/runtime/redact.ts';
import { aFiller, anApp, aPolicy, World, wants } from '../../support/fakes.ts';

const SECRET = 'hunter2-hunter2';

let world: World;
afterEach(() => world.stop());

it('masks a secret in labels, readings, conditions and events', async () => {
  const redactor = createRedactor();
  redactor.add(SECRET);
  world = new World({}, { redact: redactor.redact, describeMetric: () => `queue ${SECRET}` });
  world.policies.put('demo.yaml', aPolicy('demo', [anApp('consumer', wants(1)), aFiller('filler')]));
  world.metrics.set(1, 4);
  await world.start(5_000);
  world.metrics.set(1, `the queue ${SECRET} does not exist`);
  await world.after(20_000);
  const seen = JSON.stringify(world.view);
  expect(seen).toContain(`the queue ${MASK} does not exist`);
  expect(seen).not.toContain(SECRET);
});
