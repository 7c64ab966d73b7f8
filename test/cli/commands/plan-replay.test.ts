// A plan of many policies, with a replay of each.

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { planReplays } from '../../../src/cli/commands/files/plan-replay.ts';
import { RECORD_FOLDER } from '../../../src/recorder/files/segment-files.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { recordedOn, scratchFolder } from '../../recorder/recorded.ts';
import { T0 } from '../../support/builders.ts';
import { aCommandContext, optionsOf } from '../../support/command-context.ts';
import { aFiller, aPolicy } from '../../support/fakes.ts';

it.each([
  { policies: 10, last: /^default\/p9 was not replayed: / },
  { policies: 11, last: /^1 more policy was not replayed: 10 at most are$/ },
  { policies: 13, last: /^3 more policies were not replayed: 10 at most are$/ },
])('says of $policies policies which were not replayed', async ({ policies, last }) => {
  const resources = Array.from({ length: policies }, (_, i) => ({
    resource: aPolicy(`p${i}`, [aFiller('filler')]),
    place: 'p.yaml:1',
    revision: '1',
  }));
  const report = { resources, problems: [], policies: [], changes: [], troubles: [], notes: [] };
  const data = scratchFolder();
  const { recorder, settle } = recordedOn(new VirtualClock(T0), { folder: join(data, RECORD_FOLDER) });
  recorder.event({ atMs: T0, type: 'Normal', reason: 'Created', object: 'operator', message: 'x' });
  await settle();
  const options = optionsOf({ replay: '1h', data });
  const texts = await planReplays(report, options, aCommandContext().context);
  expect(texts.at(-1)).toMatch(last);
});
