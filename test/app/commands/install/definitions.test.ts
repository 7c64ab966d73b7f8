import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createdBy } from '../../../../src/api/labels/creation-label.ts';
import type { AppDefinition } from '../../../../src/api/policy.ts';
import {
  installationApps,
  secretsOf,
  withoutSecrets,
} from '../../../../src/app/commands/install/definitions.ts';
import { INSTALLATION_LABEL, installedPolicy } from '../../../../src/app/commands/install/policy.ts';
import {
  checkedGroup,
  type InstallSettings,
  installSettings,
} from '../../../../src/app/commands/install/settings.ts';
import { generatedExamples } from '../../../../src/app/tools/generated.ts';
import type { AppObservation } from '../../../../src/core/observation.ts';
import { diffDefinition } from '../../../../src/schedulers/marathon/definition/drift.ts';
import { toObservation } from '../../../../src/schedulers/marathon/observation.ts';
import { parseSingleApp } from '../../../../src/schedulers/marathon/schema.ts';
import { fakeValues } from '../../../support/values.ts';

const root = resolve(import.meta.dirname, '../../../..');
const ENV = {
  AZURE_STORAGE_ACCOUNT_NAME: 'account',
  AZURE_STORAGE_ACCOUNT_KEY: 'c2VjcmV0LWtleQ==',
  AZURE_STORAGE_QUEUE_NAME: 'queue',
};
const TOKEN = 'a-token-of-some-length';
const SETTINGS: InstallSettings = {
  group: '/team/demo',
  marathonFromInside: ['http://m1:8080', 'http://m2:8080'],
  storage: ENV,
};

function apps(over: Partial<InstallSettings> = {}) {
  const list = installationApps({ ...SETTINGS, ...over }, TOKEN);
  return new Map(list.map((app) => [app.id.split('/').at(-1), app]));
}

describe('settings of an installation', () => {
  it('come from the tutorial’s variables and the flags', () => {
    expect(installSettings({ marathon: ['http://m:8080'], process: true }, ENV)).toEqual({
      group: '/microscaling-demo',
      marathonFromInside: ['http://m:8080'],
      storage: ENV,
    });
    const endpoint = { AZURE_STORAGE_QUEUE_ENDPOINT: 'http://127.0.0.1:10001/account' };
    const wish = {
      marathon: ['http://tunnel'],
      operatorMarathonUrl: ['http://inside'],
      image: 'i',
      group: '/g',
    };
    expect(installSettings(wish, { ...ENV, ...endpoint })).toEqual({
      group: '/g',
      image: 'i',
      marathonFromInside: ['http://inside'],
      storage: { ...ENV, ...endpoint },
    });
  });

  const marathon = ['http://m:8080'];
  it.each([
    {
      name: 'no Marathon',
      wish: { process: true },
      env: ENV,
      words: /no Marathon is named.*--operator-marathon-url/,
    },
    {
      name: 'neither image nor process',
      wish: { marathon },
      env: ENV,
      words: /either --image IMAGE.*or --process/,
    },
    {
      name: 'both',
      wish: { marathon, image: 'i', process: true },
      env: ENV,
      words: /either --image IMAGE.*or --process/,
    },
    {
      name: 'no variables',
      wish: { marathon, process: true },
      env: {},
      words: /^AZURE_STORAGE_ACCOUNT_NAME, AZURE_STORAGE_ACCOUNT_KEY, AZURE_STORAGE_QUEUE_NAME not set/,
    },
    {
      name: 'a blank variable',
      wish: { marathon, process: true },
      env: { ...ENV, AZURE_STORAGE_QUEUE_NAME: ' ' },
      words: /^AZURE_STORAGE_QUEUE_NAME not set/,
    },
  ])('are refused with $name', ({ wish, env, words }) => {
    expect(() => installSettings(wish, env)).toThrow(words);
  });

  it.each(['demo', '/', '/Demo', '/a//b', '/a/', '/a b'])('take no %j as a group', (group) => {
    expect(() => checkedGroup(group)).toThrow(`--group: '${group}' is not a group of Marathon`);
  });
});

describe('the four apps', () => {
  it('are in the group, carry its label, and three of them the label of the policy', () => {
    for (const [name, app] of apps()) {
      const labels = app['labels'] as Record<string, string>;
      expect(app.id).toBe(`/team/demo/${name}`);
      expect(labels[INSTALLATION_LABEL]).toBe('/team/demo');
      expect(createdBy(labels)).toBe(name === 'operator' ? undefined : 'default/team-demo');
    }
    expect([...apps().keys()].sort()).toEqual(['consumer', 'operator', 'producer', 'remainder']);
  });

  it('the operator carries the policy, Marathon and the token, and never overlaps itself', () => {
    const operator = apps().get('operator');
    expect(operator).toMatchObject({
      cmd: 'exec microscaling run',
      instances: 1,
      env: {
        ...ENV,
        MICROSCALING_MARATHON: 'http://m1:8080,http://m2:8080',
        MICROSCALING_POLICY_YAML: installedPolicy(SETTINGS).text,
        MICROSCALING_API_TOKEN: TOKEN,
      },
      upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0 },
      healthChecks: [{ path: '/healthz', portIndex: 0 }],
      portDefinitions: [{ port: 0 }],
    });
    expect(operator).not.toHaveProperty('container');
  });

  it('the policy is the tutorial’s, in the group, without a secret', () => {
    const { text, policy } = installedPolicy(SETTINGS);
    expect(policy.metadata.name).toBe('team-demo');
    expect(policy.spec.apps.map(({ id, instances }) => [id, instances])).toEqual([
      ['/team/demo/consumer', { min: 1, max: 10 }],
      ['/team/demo/remainder', expect.objectContaining({ min: 1 })],
      ['/team/demo/producer', { fixed: 3 }],
    ]);
    expect(text).not.toContain(ENV.AZURE_STORAGE_ACCOUNT_KEY);
  });

  it('run the image where there is one, all of them', () => {
    for (const app of apps({ image: 'microscaling:1' }).values()) {
      expect(app).toMatchObject({
        cmd: expect.stringMatching(/^exec microscaling /),
        container: { type: 'DOCKER', docker: { image: 'microscaling:1' } },
      });
    }
  });

  it('are shown without key and token', () => {
    const list = [...apps().values()];
    const shown = JSON.stringify(list.map(withoutSecrets));
    expect(JSON.stringify(list)).toContain(ENV.AZURE_STORAGE_ACCOUNT_KEY);
    for (const secret of [ENV.AZURE_STORAGE_ACCOUNT_KEY, TOKEN]) expect(shown).not.toContain(secret);
    expect(shown).toContain('"AZURE_STORAGE_ACCOUNT_KEY":"***"');
    expect(new Set(secretsOf(list))).toEqual(new Set([ENV.AZURE_STORAGE_ACCOUNT_KEY, TOKEN]));
  });

  it.each([...generatedExamples()])('%s is up to date (npm run gen)', (path, text) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(text);
  });
});

describe('an installation that is there', () => {
  /** As 1.11 shows it: its own delay, whatever was asked for. */
  function shown(app: AppDefinition): AppObservation {
    const checks = (app['healthChecks'] ?? []) as readonly Record<string, unknown>[];
    const echo = {
      ...app,
      tasks: [],
      networks: [{ mode: 'host' }],
      role: '*',
      ...(checks.length > 0 && {
        healthChecks: checks.map((check) => ({
          ...check,
          delaySeconds: 15,
          ignoreHttp1xx: false,
          ipProtocol: 'IPv4',
        })),
      }),
    };
    const parsed = parseSingleApp({ app: echo });
    return toObservation(parsed, { deployments: [] });
  }

  it.each(['operator', 'consumer', 'remainder', 'producer'])('leaves nothing to do for the %s', (name) => {
    const app = apps({ image: 'example.test/microscaling:1' }).get(name);
    expect(app).toBeDefined();
    const { id: _id, instances: _instances, ...definition } = app ?? {};
    const own = { ...definition, labels: { [INSTALLATION_LABEL]: '/team/demo' } };
    const found = diffDefinition({ definition: own, envFrom: [] }, shown(app ?? {}), fakeValues({}));
    expect(found).toEqual([]);
  });
});
