import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MicroscalingPolicy } from '../../../../src/api/policy.ts';
import { type ExportConfig, exportPolicy } from '../../../../src/app/commands/export/export.ts';
import { policyText } from '../../../../src/app/commands/export/policy-text.ts';
import { planFiles } from '../../../../src/app/commands/plan.ts';
import { loadPolicies } from '../../../../src/app/policies/schema.ts';
import { MemoryProcesses } from '../../../../src/emulator/mesos/memory-processes.ts';
import { TerminalError } from '../../../../src/runtime/errors.ts';
import { silentLogger } from '../../../../src/runtime/log.ts';
import { aServer, type Server } from '../../../emulator/support/server.ts';

const never = new AbortController().signal;
const dir = mkdtempSync(join(tmpdir(), 'export-'));
let server: Server;

const HEALTH = [{ protocol: 'TCP', portIndex: 0, intervalSeconds: 5 }];
const APPS = [
  {
    id: '/shop/api',
    cmd: 'exec sleep 600',
    instances: 3,
    healthChecks: HEALTH,
    env: { RATE: '5', API_KEY: 'hunter2' },
    labels: { team: 'shop' },
  },
  { id: '/shop/batch', cmd: 'exec sleep 600', instances: 4, constraints: [['hostname', 'GROUP_BY']] },
  {
    id: '/shop/leader',
    cmd: 'exec sleep 600',
    labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' },
    upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
  },
  { id: '/other/idle', cmd: 'exec run --password hunter2', instances: 0 },
  {
    id: '/other/made',
    cmd: 'exec sleep 600',
    instances: 1,
    labels: { 'microscaling.io/policy': 'default/other' },
  },
];

beforeAll(async () => {
  server = await aServer({ runner: new MemoryProcesses() });
  for (const app of APPS) await server.call('POST', '/v2/apps', { cpus: 0.1, mem: 32, ...app });
});
afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true });
});

const exported = (
  apps: readonly string[],
  more: Partial<ExportConfig> = {},
): ReturnType<typeof exportPolicy> =>
  exportPolicy({ marathon: [server.emulator.url], apps, definitions: false, env: {}, ...more }, never);

function loaded(text: string): MicroscalingPolicy {
  const { resources, problems } = loadPolicies(text, 'test');
  expect(problems).toEqual([]);
  return resources[0]?.resource as MicroscalingPolicy;
}

/** Every variable that the policy names has a value: that of the app that runs, where one has it. */
function everythingSet(text: string): Readonly<Record<string, string>> {
  const running: Record<string, string> = Object.assign(
    {},
    ...APPS.map((app) => ('env' in app ? app.env : {})),
  );
  const named = [...text.matchAll(/fromEnv: (\w+)/g)].map(
    ([, name = '']) => [name, running[name] ?? 'c2VjcmV0'] as const,
  );
  return Object.fromEntries([
    ...named,
    ['AZURE_STORAGE_ACCOUNT_NAME', 'shop'],
    ['AZURE_STORAGE_ACCOUNT_KEY', 'c2VjcmV0'],
  ]);
}

async function planned(text: string): Promise<readonly string[]> {
  const path = join(dir, `${Math.random()}.yaml`);
  writeFileSync(path, text);
  const config = { files: [path], marathon: [server.emulator.url], env: everythingSet(text) };
  const { changes, troubles } = await planFiles(config, silentLogger, never);
  expect(troubles).toEqual([]);
  return changes.map(({ kind, app }) => `${kind} ${app}`);
}

describe('exporting running apps', () => {
  it('gives all but the last a target and the last the rest, in the order named', async () => {
    const { text, notes } = await exported(['/shop/api', '/other/idle', 'shop/batch/']);
    const { metadata, spec } = loaded(text);
    expect(metadata.name).toBe('api');
    expect(spec.mode).toBe('Observe');
    expect(spec.capacity).toEqual({ slots: 7 });
    expect(
      spec.apps.map(({ name, id, priority, instances, remainder, targets, adopt, app }) => [
        name,
        id,
        priority,
        instances.min,
        remainder !== undefined,
        targets?.length,
        adopt,
        app,
      ]),
    ).toEqual([
      ['api', '/shop/api', 1, 1, false, 1, true, undefined],
      ['idle', '/other/idle', 2, 0, false, 1, true, undefined],
      ['batch', '/shop/batch', 3, 1, true, undefined, true, undefined],
    ]);
    expect(text.match(/FILL IN/g)?.length).toBeGreaterThan(4);
    expect(notes).toEqual([]);
  });

  it('leaves an app that may have one instance to people', async () => {
    const { spec } = loaded((await exported(['/shop/*'])).text);
    expect(spec.apps.map(({ id, instances }) => [id, instances.fixed])).toEqual([
      ['/shop/api', undefined],
      ['/shop/batch', undefined],
      ['/shop/leader', 1],
    ]);
    expect(spec.capacity).toEqual({ slots: 7 });
  });

  it.each([false, true])('plans adoptions and nothing else, with definitions: %s', async (definitions) => {
    const { text } = await exported(['/*'], { definitions });
    expect(await planned(text)).toEqual(APPS.map(({ id }) => `adopt ${id}`).sort());
    const reconciling = text.replace('mode: Observe', 'mode: Reconcile');
    expect(await planned(reconciling)).toEqual(APPS.map(({ id }) => `adopt ${id}`).sort());
  });

  it('writes definitions without what may be secret', async () => {
    const { text, notes } = await exported(['/shop/api', '/other/idle'], { definitions: true });
    const [api, idle] = loaded(text).spec.apps;
    expect(api?.app).toMatchObject({ cmd: 'exec sleep 600', env: { RATE: '5' }, labels: { team: 'shop' } });
    expect(api?.envFrom).toEqual([{ name: 'API_KEY', from: { fromEnv: 'API_KEY' }, optional: false }]);
    expect(idle?.app).toBeUndefined();
    expect(notes).toEqual([expect.stringMatching(/\/other\/idle is left out: cmd may hold a secret/)]);
    expect(text + notes.join()).not.toContain('hunter2');
  });

  it('says of an app that another policy has made it', async () => {
    const { text, notes } = await exported(['/other/made'], { definitions: true, name: 'mine' });
    expect(notes).toEqual([expect.stringMatching(/\/other\/made was created by policy default\/other/)]);
    expect(text).not.toContain('microscaling.io/policy');
  });

  it('writes nothing to Marathon', async () => {
    const before = server.emulator.stats;
    await exported(['/*'], { definitions: true });
    expect(server.emulator.stats).toEqual(before);
  });

  it.each([
    [['/shop/apy'], {}, /there is no app \/shop\/apy at http.*did you mean \/shop\/api\?/],
    [['/shop'], {}, /there is no app \/shop at .*there are 5 apps/],
    [['/none/*'], {}, /there is no app below \/none\//],
    [['/shop/api'], { name: 'Not A Name' }, /no valid policy can be made of this: .*name/],
    [['/shop/api'], { marathon: [] }, /no Marathon is named/],
  ] as const)('refuses %j %j', async (apps, more, words) => {
    const refused = exported(apps, more);
    await expect(refused).rejects.toThrow(TerminalError);
    await expect(refused).rejects.toThrow(words);
  });
});

describe('the text of a policy', () => {
  const segment = fc.oneof(
    fc.constantFrom('null', 'true', '1e3', '007', 'on', 'y'),
    fc.stringMatching(/^[a-z0-9]{1,8}$/),
  );
  const app = fc.record({
    id: fc.tuple(segment, segment).map((path) => `/${path.join('/')}`),
    instances: fc.nat(50),
    labels: fc.constantFrom({}, { MARATHON_SINGLE_INSTANCE_APP: 'true' }),
    env: fc.dictionary(fc.stringMatching(/^[A-Z_]{1,9}$/), fc.string()),
    cmd: fc.string({ minLength: 2 }),
  });

  it('is valid whatever the apps, and means them', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(app, { minLength: 1, maxLength: 6, selector: ({ id }) => id }),
        fc.boolean(),
        (apps, definitions) => {
          const running = apps.map(({ id, instances, labels, env, cmd }) => ({
            id,
            instances,
            labels,
            tasks: [],
            deployments: [],
            hasHealthChecks: false,
            definition: { id, instances, labels, env, cmd },
          }));
          const text = policyText({ name: 'p', url: 'http://m', apps: running, definitions });
          const policy = loaded(text);
          expect(policy.spec.apps.map(({ id }) => id)).toEqual(apps.map(({ id }) => id));
          for (const [i, { app: definition }] of policy.spec.apps.entries()) {
            if (definition !== undefined) expect(definition['cmd']).toBe(apps[i]?.cmd);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
