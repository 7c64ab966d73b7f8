import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type DoctorConfig,
  type DoctorReport,
  runDoctor,
} from '../../../../src/app/commands/doctor/doctor.ts';
import { MemoryProcesses } from '../../../../src/emulator/mesos/memory-processes.ts';
import { aServer } from '../../../emulator/support/server.ts';
import { FakeMarathon, type SeenRequest } from '../../../support/marathon/fake-marathon.ts';

const never = new AbortController().signal;
const dir = mkdtempSync(join(tmpdir(), 'doctor-'));
afterAll(() => rmSync(dir, { recursive: true }));

function files(text: string): { files: readonly string[] } {
  const path = join(dir, `${Math.random()}.yaml`);
  writeFileSync(path, text);
  return { files: [path] };
}

function found({ findings }: DoctorReport): string[] {
  return findings.map(({ check, severity, what }) => `${severity} ${check}: ${what}`);
}

describe('the doctor and the embedded server', () => {
  it('finds no trouble there and leaves no trace', async () => {
    const server = await aServer({ runner: new MemoryProcesses() });
    try {
      await server.call('POST', '/v2/apps', { id: '/a', cmd: 'sleep 60', cpus: 0.1, mem: 32 });
      const before = { stats: server.emulator.stats, app: await server.call('GET', '/v2/apps/a') };
      const report = await runDoctor({ marathon: [server.emulator.url], env: {} }, never);
      expect(report.marathon?.version).toMatch(/^1\.10\./);
      expect(report.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
      expect(report.unchecked.map(({ check }) => check)).toEqual([
        'apps',
        'adoption',
        'labels',
        'metrics',
        'engines',
        'targets',
      ]);
      expect(report.findings.filter(({ check }) => check === 'mesos')).toEqual([]);
      expect({ stats: server.emulator.stats, app: await server.call('GET', '/v2/apps/a') }).toEqual(before);
      expect((await server.call('GET', '/v2/apps')).body['apps']).toHaveLength(1);
    } finally {
      await server.stop();
    }
  });

  it('finds an app that cannot be made and one that was left behind', async () => {
    const server = await aServer({ runner: new MemoryProcesses() });
    try {
      const label = { labels: { 'microscaling.io/policy': 'default/gone' } };
      await server.call('POST', '/v2/apps', { id: '/left', cmd: 'sleep 60', cpus: 0.1, mem: 32, ...label });
      const policies = files(POLICY.replace('WHERE', server.emulator.url));
      const report = await runDoctor({ marathon: [], ...policies, env: {} }, never);
      expect(report.problems).toEqual([]);
      expect(found(report).filter((line) => !line.startsWith('note'))).toEqual([
        expect.stringContaining('error adoption: /shop/api of policy default/shop does not exist'),
        expect.stringContaining('warning labels: /left was created by policy default/gone'),
      ]);
    } finally {
      await server.stop();
    }
  });
});

describe('the doctor without a Marathon', () => {
  const NOWHERE = { DOCKER_HOST: 'unix:///nowhere/s' };
  const examine = (text: string): Promise<DoctorReport> =>
    runDoctor({ marathon: [], ...files(text), env: NOWHERE }, never);

  it('looks at the metrics and engines of policies that have no app there', async () => {
    const report = await examine(ON_DOCKER);
    expect(report.marathon).toBeUndefined();
    expect(report.problems).toEqual([]);
    expect(found(report)).toEqual([
      expect.stringMatching(/^error metrics: .* cannot be read: .*127\.0\.0\.1:1/),
      expect.stringMatching(/^error engines: .*there is no socket \/nowhere\/s/),
    ]);
    expect(new Set(report.unchecked.map(({ reason }) => reason))).toEqual(
      new Set(['no app of the policies is on Marathon']),
    );
    expect(report.unchecked.map(({ check }) => check)).toContain('access');
  });

  it('needs one as soon as one app is there', async () => {
    const mixed = `${ON_DOCKER}    - { name: api, priority: 2, instances: { min: 1 }, remainder: {} }\n`;
    await expect(examine(mixed)).rejects.toThrow(/no Marathon is named/);
    await expect(runDoctor({ marathon: [], env: NOWHERE }, never)).rejects.toThrow(/no Marathon is named/);
  });

  it('looks at engines where Marathon cannot be asked', async () => {
    const here = ON_DOCKER.replace('spec:', 'spec:\n  marathon: { urls: [http://127.0.0.1:1] }');
    const report = await examine(here);
    expect(report.marathon).toEqual({ url: 'http://127.0.0.1:1' });
    expect(report.findings.map(({ check }) => check)).toEqual(['access', 'metrics', 'engines']);
  });

  it('says what is wrong with policies when none can be read', async () => {
    const report = await examine('kind: MicroscalingPolicy\n');
    expect(report.problems.map(({ severity }) => severity)).toContain('error');
    expect(report.findings).toEqual([]);
  });
});

const ON_DOCKER = `
apiVersion: microscaling.io/v1alpha1
kind: MicroscalingPolicy
metadata: { name: boxes }
spec:
  capacity: { slots: 4 }
  apps:
    - name: box
      priority: 1
      instances: { min: 1 }
      docker: { container: { image: "shop/box:1" } }
      targets: [{ perInstance: 1, metric: { http: { url: "http://127.0.0.1:1/", pointers: { waiting: /n } } } }]
`;

const POLICY = `
apiVersion: microscaling.io/v1alpha1
kind: MicroscalingPolicy
metadata: { name: shop }
spec:
  marathon: { urls: [WHERE] }
  capacity: { slots: 4 }
  apps:
    - { name: api, priority: 1, instances: { min: 1 }, remainder: {} }
`;

const WITH_TOKEN = POLICY.replace('[WHERE]', '[WHERE], auth: { token: { fromEnv: SHOP_TOKEN } }');

describe('the doctor and a scripted Marathon', () => {
  let marathon: FakeMarathon;
  beforeEach(async () => {
    marathon = new FakeMarathon();
    await marathon.start();
  });
  afterEach(() => marathon.stop());

  const examine = (config: Partial<DoctorConfig> = {}): Promise<DoctorReport> =>
    runDoctor({ marathon: [marathon.url], env: {}, ...config }, never);
  const at =
    (path: string) =>
    (request: SeenRequest): boolean =>
      request.path === path;
  const isWrite = (request: SeenRequest): boolean => request.method !== 'GET';

  it('writes once, to an app that cannot be, what cannot be meant', async () => {
    await examine();
    expect(marathon.writes().map(({ method, path, body }) => ({ method, path, body }))).toEqual([
      { method: 'PATCH', path: '/v2/apps/microscaling-doctor/no-such-app', body: { instances: 'none' } },
    ]);
  });

  it('hears the greeting of the event stream, and closes the stream', async () => {
    expect(found(await examine()).filter((line) => line.includes('event stream'))).toEqual([]);
    expect(marathon.reads('/v2/events')).toBe(1);
    await expect.poll(() => marathon.openStreams).toBe(0);
  });

  it('finds a proxy that lets nothing but reads through', async () => {
    marathon.scripts.push((request) =>
      isWrite(request) ? { status: 405, body: '<html><title>405 Not Allowed</title></html>' } : undefined,
    );
    expect(found(await examine())[0]).toMatch(
      /^error access: a write: marathon \S+ answered 405: 405 Not Allowed/,
    );
  });

  it('finds a proxy that ends the event stream', async () => {
    marathon.next(at('/v2/events'), {
      status: 200,
      body: '',
      headers: { 'content-type': 'text/event-stream' },
    });
    expect(found(await examine())).toContainEqual(
      'warning access: the event stream opens, but its first event does not arrive',
    );
  });

  it('finds a clock that is an hour ahead, and takes it as the time of the locks', async () => {
    // However long the questions take: half a second of them would be told as of the clocks.
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const nowThere = new Date(Date.now() + 3_600_000);
    marathon.scripts.push((request) =>
      request.path === '/v2/info'
        ? {
            status: 200,
            body: { version: '1.10.26', marathon_config: {} },
            headers: { Date: nowThere.toUTCString() },
          }
        : request.path === '/v2/deployments'
          ? {
              status: 200,
              body: ['old', 'young'].map((id, i) => ({
                id,
                version: new Date(nowThere.getTime() - (i === 0 ? 90_000 : 20_000)).toISOString(),
                affectedApps: [`/${id}`],
                steps: [{ actions: [{ action: 'RestartApplication', app: `/${id}` }] }],
              })),
            }
          : undefined,
    );
    const lines = found(await examine());
    expect(lines.filter((line) => line.includes('clock'))).toEqual([
      expect.stringContaining("warning clock: Marathon's clock is 3600.5 s ahead of"),
    ]);
    expect(lines.filter((line) => line.includes('locks'))).toEqual([
      expect.stringContaining('warning locks: deployment old has held /old for 90.5 s (restart)'),
    ]);
  });

  it('finds refused credentials, and shows none', async () => {
    const seen: unknown[] = [];
    marathon.scripts.push((request) => {
      seen.push(request.headers.authorization);
      return { status: 401, body: '<html><title>401 Unauthorized</title></html>' };
    });
    const policies = files(WITH_TOKEN.replace('WHERE', marathon.url));
    const report = await examine({ marathon: [], ...policies, env: { SHOP_TOKEN: 'tok-s3same-0pen' } });
    expect(seen).toEqual(['token=tok-s3same-0pen']);
    expect(found(report)).toEqual([
      expect.stringMatching(/^error access: reading \/v2\/info: .* 401.*marathon\.auth/),
    ]);
    expect(JSON.stringify(report)).not.toContain('s3same-0pen');
    expect(report.unchecked.length).toBeGreaterThan(5);
  });

  it('says which variable is missing for the credentials', async () => {
    const policies = files(WITH_TOKEN.replace('WHERE', marathon.url));
    expect(found(await examine({ marathon: [], ...policies }))).toEqual([
      expect.stringMatching(/^error access: environment variable SHOP_TOKEN is not set/),
    ]);
    expect(marathon.requests).toEqual([]);
  });

  it('goes on where only a part cannot be read', async () => {
    marathon.scripts.push((request) => (at('/v2/queue')(request) ? { status: 403, body: 'no' } : undefined));
    const report = await examine();
    expect(found(report)[0]).toMatch(/^error access: \/v2\/queue cannot be read: .*403/);
    expect(report.unchecked.map(({ check }) => check)).toContain('room');
  });

  it('reads the reasons of the queue as Marathon gives them', async () => {
    const delay = { timeLeftSeconds: 0, overdue: true };
    const since = new Date(Date.now() - 60_000).toISOString();
    const row = (id: string, processedOffersCount: number, declined: number) => ({
      app: { id },
      count: 3,
      delay,
      since,
      processedOffersSummary: {
        processedOffersCount,
        rejectSummaryLastOffers: [
          { reason: 'UnfulfilledRole', declined: 0, processed: 9 },
          { reason: 'InsufficientCpus', declined, processed: 9 },
        ],
      },
    });
    marathon.next(at('/v2/queue'), { status: 200, body: { queue: [row('/big', 9, 9), row('/poor', 0, 0)] } });
    expect(found(await examine()).filter((line) => line.includes('room'))).toEqual([
      expect.stringMatching(/^warning room: 3 instances of \/big wait for .* refused \(InsufficientCpus\)$/),
      expect.stringMatching(
        /^warning room: 3 instances of \/poor wait for .*: Mesos sends Marathon no offers$/,
      ),
    ]);
  });

  it('says what is wrong with a policy file and looks at the rest', async () => {
    const report = await examine(
      files(`${POLICY.replace('WHERE', marathon.url)}---\nkind: MicroscalingPolicy\n`),
    );
    expect(report.problems.map(({ severity }) => severity)).toContain('error');
    expect(found(report)).toContainEqual(expect.stringMatching(/^error adoption: \/shop\/api/));
  });

  it('knows what is no Marathon', async () => {
    marathon.next(at('/v2/info'), { status: 200, body: { hello: 1 } });
    expect(found(await examine())).toEqual([expect.stringMatching(/does not answer as a Marathon does/)]);
  });

  it('asks the Mesos master that is configured', async () => {
    const mesos = new FakeMarathon();
    await mesos.start();
    mesos.scripts.push(({ path }) =>
      path === '/flags'
        ? { status: 200, body: { flags: { allocation_interval: '5secs' } } }
        : path === '/slaves'
          ? {
              status: 200,
              body: { slaves: [{ active: true }, { active: false }, { active: true, deactivated: true }] },
            }
          : undefined,
    );
    try {
      expect(found(await examine({ mesosUrl: mesos.url })).filter((line) => line.includes('mesos'))).toEqual([
        'warning mesos: --allocation_interval of the Mesos master is 5 s',
        'note mesos: 2 of 3 agents are not active',
      ]);
      expect(mesos.writes()).toEqual([]);
    } finally {
      await mesos.stop();
    }
  });

  it('says why Mesos was not looked at', async () => {
    expect((await examine()).unchecked).toContainEqual({
      check: 'mesos',
      reason: expect.stringContaining('--mesos'),
    });
    const gone = await examine({ mesosUrl: 'http://127.0.0.1:1' });
    expect(gone.unchecked).toContainEqual({
      check: 'mesos',
      reason: expect.stringMatching(/127\.0\.0\.1:1\/flags: .*refused/),
    });
  });
});
