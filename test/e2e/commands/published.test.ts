// `microscaling plan -f DIR` of definitions that people have published, against a Marathon that shows what a real one
// makes of them: nothing to do.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeMarathon } from '../../support/marathon/fake-marathon.ts';
import { PUBLISHED } from '../../support/marathon/published.ts';
import { run } from '../../support/programs/command.ts';

const marathon = new FakeMarathon();
const folder = mkdtempSync(join(tmpdir(), 'microscaling-published-'));

beforeAll(async () => {
  await marathon.start();
  const apps = PUBLISHED.map(({ name, request, echo }) => {
    const id = `/published/${name}`;
    marathon.addApp(id, 1).definition = {
      ...echo,
      id,
      labels: { 'microscaling.io/policy': 'default/published' },
    };
    return { name, id, instances: { fixed: 1 }, app: request };
  });
  const policy = {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name: 'published' },
    spec: { capacity: { slots: 9 }, apps },
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'published.yaml'), JSON.stringify(policy, undefined, 2));
});
afterAll(async () => {
  await marathon.stop();
  rmSync(folder, { recursive: true });
});

function plan(): ReturnType<typeof run> {
  return run(['plan', '-f', folder, '--marathon', marathon.url], { npm: true });
}

describe('a plan of published definitions', { concurrent: false }, () => {
  it('has no changes', async () => {
    const { code, stdout, stderr } = await plan();
    expect(stdout + stderr).toMatch(/no changes/i);
    expect(code).toBe(0);
  });

  it('names what somebody has changed since', async () => {
    const app = marathon.apps.get('/published/older-bridge');
    Object.assign(app?.definition ?? {}, { requirePorts: true });
    Object.assign(marathon.apps.get('/published/persistent')?.definition ?? {}, { user: 'root' });
    const { code, stdout } = await plan();
    expect(code).toBe(2);
    expect(stdout).toMatch(/requirePorts/);
    expect(stdout).toMatch(/user/);
    expect(stdout).toMatch(/2 to update/);
  });
});
