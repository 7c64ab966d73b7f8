import { describe, expect, it } from 'vitest';
import { type App, installationApps } from '../../../../src/app/commands/install/definitions.ts';
import { install } from '../../../../src/app/commands/install/install.ts';
import type { InstallSettings } from '../../../../src/app/commands/install/settings.ts';
import { uninstall } from '../../../../src/app/commands/install/uninstall.ts';
import { TerminalError, TransientError } from '../../../../src/runtime/errors.ts';
import { EagerClock, FakeCluster } from './fake-cluster.ts';

const signal = new AbortController().signal;
const GROUP = '/demo';
const IDS = ['/demo/consumer', '/demo/remainder', '/demo/producer', '/demo/operator'];
const SETTINGS: InstallSettings = {
  group: GROUP,
  image: 'microscaling:1',
  marathonFromInside: ['http://m:8080'],
  storage: {
    AZURE_STORAGE_ACCOUNT_NAME: 'account',
    AZURE_STORAGE_ACCOUNT_KEY: 'c2VjcmV0',
    AZURE_STORAGE_QUEUE_NAME: 'queue',
  },
};

function aWorld() {
  const clock = new EagerClock();
  const cluster = new FakeCluster(clock);
  const lines: string[] = [];
  const deps = { cluster, clock, progress: (line: string) => void lines.push(line) };
  return {
    clock,
    cluster,
    lines,
    install: (settings = SETTINGS) => install(settings, deps, signal),
    uninstall: () => uninstall(GROUP, deps, signal),
  };
}

describe('install', () => {
  it('writes all four at once and tells each as it comes up', async () => {
    const { install, cluster, lines } = aWorld();
    const { changed, addresses, newToken } = await install();
    expect(cluster.log).toEqual([`put ${IDS.join(' ')}`]);
    expect(lines).toEqual([
      ...IDS.map((id) => `creating ${id}`),
      '/demo/consumer: 0 of 1 running',
      '/demo/remainder: 0 of 1 running',
      '/demo/producer: 0 of 3 running',
      '/demo/operator: 0 of 1 running',
      ...IDS.map((id) => `${id}: running`),
    ]);
    expect({ changed, addresses }).toEqual({ changed: true, addresses: ['http://a1:31005'] });
    expect(newToken).toMatch(/^[\w-]{32}$/);
  });

  it('writes nothing the second time, and keeps the token to itself', async () => {
    const { install, cluster } = aWorld();
    await install();
    expect(await install()).toEqual({ changed: false, addresses: ['http://a1:31005'] });
    expect(cluster.puts).toHaveLength(1);
  });

  it('updates the operator alone when the image changed, and keeps its count and its token', async () => {
    const { install, cluster, lines } = aWorld();
    const { newToken } = await install();
    cluster.apps.set('/demo/operator', { ...(cluster.apps.get('/demo/operator') as App), instances: 2 });
    lines.length = 0;
    expect(await install({ ...SETTINGS, image: 'microscaling:2' })).toMatchObject({ changed: true });
    expect(lines[0]).toBe('updating /demo/operator (env, container); it restarts');
    const [, second = []] = cluster.puts;
    expect(second).toHaveLength(1);
    expect(second[0]).not.toHaveProperty('instances');
    expect(second[0]).toMatchObject({
      id: '/demo/operator',
      container: { docker: { image: 'microscaling:2' } },
      env: { MICROSCALING_API_TOKEN: newToken },
    });
    // It brings the new image to the others, as its policy says.
    expect(JSON.stringify(second[0])).toMatch(/MICROSCALING_POLICY_YAML.*image: microscaling:2/);
  });

  it('creates what is missing and leaves the counts of the others', async () => {
    const { install, cluster } = aWorld();
    await install();
    cluster.apps.delete('/demo/remainder');
    cluster.apps.set('/demo/consumer', { ...(cluster.apps.get('/demo/consumer') as App), instances: 7 });
    cluster.apps.set('/demo/producer', { ...(cluster.apps.get('/demo/producer') as App), instances: 0 });
    await install();
    expect(cluster.puts[1]).toMatchObject([{ id: '/demo/remainder', instances: 1 }]);
    expect(cluster.apps.get('/demo/consumer')?.instances).toBe(7);
    expect(cluster.apps.get('/demo/producer')?.instances).toBe(0);
  });

  it('touches nothing when one of the names is taken', async () => {
    const { install, cluster } = aWorld();
    cluster.apps.set('/demo/consumer', { id: '/demo/consumer', instances: 1, cmd: 'sleep 9' });
    await expect(install()).rejects.toThrow(TerminalError);
    await expect(install()).rejects.toThrow(/^\/demo\/consumer exists and was not made by install/);
    expect(cluster.puts).toEqual([]);
  });

  it('goes on waiting while Marathon is away', async () => {
    const { install, cluster, lines } = aWorld();
    cluster.failures.push(new TransientError('connection refused'), new TransientError('502'));
    await install();
    expect(lines.at(-1)).toBe('/demo/operator: running');
  });

  it('gives up after five minutes, and says what is in the way', async () => {
    const { install, cluster, clock } = aWorld();
    cluster.oddities.set('/demo/consumer', {
      running: 0,
      ready: 0,
      waiting: 1,
      waitingFor: [{ reason: 'NoRoom', text: 'InsufficientMemory' }],
    });
    cluster.oddities.set('/demo/producer', { ready: 0 });
    cluster.oddities.set('/demo/operator', { running: 0, ready: 0, backoffMs: 2_000 });
    await expect(install()).rejects.toThrow(
      /not everything runs after 5 min: \/demo\/consumer: 0 of 1 running \(1 waiting InsufficientMemory\); \/demo\/producer: 3 of 3 running \(not healthy yet\); \/demo\/operator: 0 of 1 running \(backing off.*uninstall/,
    );
    expect(clock.now()).toBeGreaterThan(5 * 60_000);
  });
});

describe('uninstall', () => {
  it('waits for the end of the operator before it removes the others, then the group', async () => {
    const { install, uninstall, cluster } = aWorld();
    cluster.groups.add(GROUP);
    await install();
    cluster.log.length = 0;
    expect(await uninstall()).toBe(true);
    expect(cluster.log.slice(0, 3)).toEqual([
      'remove /demo/operator',
      'ended stop /demo/operator',
      'remove /demo/consumer',
    ]);
    expect([...cluster.apps.keys(), ...cluster.groups]).toEqual([]);
    expect(await uninstall()).toBe(false);
  });

  it('removes by label: what others made stays, what carries another group’s label as well', async () => {
    const { install, uninstall, cluster, lines } = aWorld();
    await install();
    const other = { ...SETTINGS, group: '/demo/inner' };
    for (const app of installationApps(other, 'token')) cluster.apps.set(app.id, app);
    cluster.apps.set('/demo/guest', { id: '/demo/guest', instances: 1 });
    expect(await uninstall()).toBe(true);
    expect([...cluster.apps.keys()].sort()).toEqual([
      '/demo/guest',
      '/demo/inner/consumer',
      '/demo/inner/operator',
      '/demo/inner/producer',
      '/demo/inner/remainder',
    ]);
    expect(lines).toContain('/demo/guest: not made by install, it stays');
  });

  it('gives up waiting after two minutes, and says for whom', async () => {
    const { install, uninstall, cluster } = aWorld();
    await install();
    cluster.stopMs = 10 * 60_000;
    await expect(uninstall()).rejects.toThrow(/^\/demo\/operator: tasks still run after 2 min/);
    expect(cluster.apps.has('/demo/consumer')).toBe(true);
  });
});
