// The demo on a Docker engine: the same programs, page and result, as containers of an image made from this checkout.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DemoResult } from '../../../src/app/commands/demo/recorder.ts';
import { dockerMissing, startEngine, type TestEngine } from '../../schedulers/docker-engine/real-engine.ts';
import { killGroup, printed, type RunningCommand, run, start } from '../../support/programs/command.ts';
import { until } from '../../support/until.ts';

const DEMO = ['demo', '--scheduler', 'docker', '--api', '127.0.0.1:0'];

let running: RunningCommand | undefined;
afterEach(() => {
  killGroup(running);
  running = undefined;
});

describe.skipIf(dockerMissing())('microscaling demo --scheduler docker', { timeout: 180_000 }, () => {
  let engine: TestEngine;
  let env: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    engine = await startEngine();
    env = { DOCKER_HOST: engine.host };
  });
  afterAll(() => engine.remove());

  const left = async (): Promise<readonly string[]> => [
    await engine.docker('ps', '--all', '--quiet', '--filter', 'label=microscaling.demo'),
    await engine.docker('images', '--quiet', 'microscaling/demo'),
  ];

  it('moves slots between containers until Ctrl-C, and takes everything away', async () => {
    running = start([...DEMO, '-o', 'json'], { env });
    const page = (await printed(running, /page +(http:\S+)/))[1] ?? '';
    await printed(running, new RegExp(`docker +${engine.host}`));
    const ours = await until('containers of both', async () => {
      const names = await engine.docker(
        'ps',
        '--filter',
        'label=microscaling.demo',
        '--format',
        '{{.Names}}',
      );
      return /queue-demo-consumer-/.test(names) && /queue-demo-remainder-/.test(names) && names;
    });
    const [name = ''] = ours.split('\n');
    expect(await engine.docker('inspect', '--format', '{{.Config.User}}', name)).toBe('1000:1000');
    expect((await fetch(page)).status).toBe(200);
    const second = await run([...DEMO, '--for', '1s'], { env });
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringMatching(/another demo \(process \d+\) runs on the engine at .*: end it first/),
    ]);
    // Until the containers have worked: their counters reach the page.
    await printed(running, /remainder .*work \d/);
    process.kill(-(running.child.pid ?? 0), 'SIGINT');
    expect(await running.ended).toBe(0);
    const result = JSON.parse(running.stdout()) as DemoResult;
    expect(Object.keys(result)).toEqual([
      'policy',
      'seconds',
      'queue',
      'messages',
      'remainder',
      'apps',
      'decisions',
      'marathon',
      'leftProcesses',
    ]);
    expect(result.policy).toBe('queue-demo');
    expect(result.remainder.work).toBeGreaterThan(0);
    expect(result.apps['producer']).toEqual({ min: 3, max: 3, last: 3 });
    expect(result.leftProcesses).toBe(0);
    expect(await left()).toEqual(['', '']);
  });

  it('takes away what a demo left that was killed', async () => {
    running = start(DEMO, { env });
    await printed(running, /page +http/);
    await until('containers of it', async () => ((await left())[0]?.split('\n').length ?? 0) > 3);
    process.kill(-(running.child.pid ?? 0), 'SIGKILL');
    await running.ended;
    expect((await left())[0]?.split('\n').length).toBeGreaterThan(3);
    const { code } = await run([...DEMO, '--for', '1s'], { env });
    expect(code).toBe(0);
    await until('nothing to be left', async () => (await left()).every((each) => each === ''));
  });

  it('says what it needs where there is no engine, and starts nothing', async () => {
    const nowhere = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    const { code, stderr } = await run(DEMO, { env: nowhere });
    expect(code).toBe(1);
    expect(stderr).toContain('the demo needs a Docker engine on this Linux machine');
    expect(stderr).toContain('there is no socket /nowhere/docker.sock');
  });

  it('names the schedulers that it knows', async () => {
    const { code, stderr } = await run(['demo', '--scheduler', 'nomad']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("--scheduler: 'nomad' is not one of docker, kubernetes, marathon"),
    ]);
  });
});
