// An intervention in a folder of policies: it is passed over with a warning, and the policies beside it run.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { PlainVariables } from '../../../src/app/operator/plain-variables.ts';
import { createSources } from '../../../src/app/operator/sources.ts';
import { createTrust } from '../../../src/app/operator/trust.ts';
import { loadPolicies } from '../../../src/app/policies/schema.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';
import { fakeValues } from '../../support/values.ts';

const PAUSE = `apiVersion: microscaling.io/v1alpha1
kind: Intervention
metadata: { name: night }
spec: { policyRef: { name: shop }, type: Pause, for: 1h }
`;

it('is passed over with a warning that says where it belongs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'interventions-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'night.yaml'), PAUSE);
  const [source] = createSources(
    { policies: [folder], env: {} },
    {
      ...{ clock: systemClock, log: silentLogger, values: fakeValues(), plain: new PlainVariables() },
      trust: createTrust({}, { env: {}, marathon: [] }),
      loadTrusted: loadPolicies,
      withUnresolved: (result) => result,
    },
  );
  const snapshot = await source?.list(new AbortController().signal);
  expect(snapshot).toMatchObject({ resources: [], invalid: [], complete: true });
  expect(snapshot?.problems.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
    expect.stringMatching(
      /^warning: Intervention default\/night is passed over: it is applied to the operator/,
    ),
  ]);
});
