// Policies of several files that mean one app, whichever scheduler it is of.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readPolicyFiles } from '../../../src/app/policies/policy-files.ts';

async function problemsOf(...policies: readonly { name: string; app: object }[]): Promise<readonly string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'policy-files-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  policies.forEach(({ name, app }, i) => {
    const document = {
      apiVersion: 'microscaling.io/v1alpha1',
      kind: 'MicroscalingPolicy',
      metadata: { name },
      spec: { capacity: { slots: 4 }, apps: [{ name: 'front', priority: 1, remainder: {}, ...app }] },
    };
    writeFileSync(join(dir, `${i}.yaml`), JSON.stringify(document));
  });
  const { problems } = await readPolicyFiles([dir], new AbortController().signal);
  return problems.map(({ message }) => message);
}

const docker = { docker: { container: { image: 'a:1' } } };
const scaled = {
  kubernetes: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'front' } },
};

it('are two where each is containers of its own', async () => {
  expect(await problemsOf({ name: 'one', app: docker }, { name: 'two', app: docker })).toEqual([]);
});

it('are refused where they scale one Deployment, and where they are one app of Marathon', async () => {
  const twice = [
    expect.stringMatching(/^Deployment default\/front is also in .*1\.yaml:1; it may have one home only$/),
    expect.stringMatching(/^Deployment default\/front is also in .*0\.yaml:1; /),
  ];
  expect(await problemsOf({ name: 'one', app: scaled }, { name: 'two', app: scaled })).toEqual(twice);
  const marathon = { id: '/shop/front', app: { cmd: 'true', user: 'nobody' } };
  const [first] = await problemsOf({ name: 'one', app: marathon }, { name: 'two', app: marathon });
  expect(first).toMatch(/^Marathon app \/shop\/front is also in /);
});
