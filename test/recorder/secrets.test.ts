// No secret comes into the record: neither one that a scheduler gives back, nor one that a message repeats.

import { expect, it } from 'vitest';
import { segmentPieces, segmentsIn } from '../../src/recorder/files/segment-files.ts';
import { VirtualClock } from '../../src/runtime/clock.ts';
import { createRedactor } from '../../src/runtime/redact.ts';
import { T0 } from '../support/builders.ts';
import { anApp, aPolicy, World, wants } from '../support/fakes.ts';
import { recordedOn } from './recorded.ts';

const SECRET = 'hunter2-of-the-queue';

it('holds references where a policy has them, and masks what a message says', async () => {
  const clock = new VirtualClock(T0);
  const redactor = createRedactor();
  redactor.add(SECRET);
  const redact = (text: string): string => redactor.redact(text);
  const { recorder, folder, settle } = recordedOn(clock, { redact });
  const world = new World({}, { clock, recorder, redact });
  const consumer = anApp('consumer', {
    ...wants(1),
    envFrom: [{ name: 'QUEUE_KEY', from: { fromEnv: 'THE_KEY' }, optional: false }],
    app: { cmd: 'consume', cpus: 1, mem: 100 },
  });
  const shop = aPolicy('shop', [consumer]);
  const labels = { [SECRET]: 'as a name' };
  world.policies.put('shop.yaml', { ...shop, metadata: { ...shop.metadata, labels } });
  // What is in its cluster has the secret in its definition, as Marathon gives it back.
  world.marathon.others.create('/other', 1, { cmd: 'x', env: { KEY: SECRET } });
  world.policies.put(
    'other.yaml',
    aPolicy('other', [
      { ...anApp('other', { ...wants(2), adopt: true }), app: { cmd: 'x', env: { KEY: 'plain' } } },
    ]),
  );
  await world.start(5_000);
  world.metrics.set(1, `401 for key ${SECRET}`);
  world.marathon.failNext('apply', new Error(`refused: ${SECRET}`));
  await world.after(700_000);
  world.metrics.set(1, 3);
  await world.after(5_000);
  await world.stop();
  await settle();
  const texts = await Promise.all(
    segmentsIn(folder).map(async (file) => {
      const pieces = await Array.fromAsync(segmentPieces(file, () => true));
      return pieces.flatMap(({ lines }) => lines).join('\n');
    }),
  );
  const all = texts.join('\n');
  expect(all).toContain('THE_KEY');
  expect(all).toContain('401 for key [redacted]');
  expect(all).toContain('as a name');
  expect(all).not.toContain(SECRET);
});
