// `microscaling demo --scheduler kubernetes`: the tutorial in a cluster. Its nodes pretend, so that what runs in pods runs here.

import { hostname } from 'node:os';
import { CoreV1Api } from '@kubernetes/client-node';
import { afterEach, describe, expect, it } from 'vitest';
import type { DemoResult } from '../../src/app/commands/demo/recorder.ts';
import { configOf } from '../support/kubernetes/control-plane.ts';
import { PodProcesses } from '../support/kubernetes/pod-processes.ts';
import { killGroup, printed, type RunningCommand, run, start } from '../support/programs/command.ts';
import { until } from '../support/until.ts';

const NAMESPACE = 'microscaling-demo';
const kubeconfig = process.env['TEST_KUBECONFIG'] ?? '';
const { currentContext } = configOf(kubeconfig);
const DEMO = [
  ...['demo', '--scheduler', 'kubernetes', '--kubeconfig', kubeconfig, '--context', currentContext],
  ...['--api', '127.0.0.1:0'],
];
const core = configOf(kubeconfig).makeApiClient(CoreV1Api);

const isGone = (): Promise<boolean> =>
  core.readNamespace({ name: NAMESPACE }).then(
    () => false,
    () => true,
  );

describe('microscaling demo --scheduler kubernetes', { concurrent: false, timeout: 180_000 }, () => {
  let running: RunningCommand | undefined;
  let nodes: PodProcesses | undefined;
  afterEach(async () => {
    killGroup(running);
    running = undefined;
    await nodes?.stop();
    nodes = undefined;
    await core.deleteNamespace({ name: NAMESPACE }).catch(() => undefined);
    await until('no namespace to be left', isGone, 60_000);
  });

  it('moves slots between Deployments until Ctrl-C, and takes its namespace away', async () => {
    nodes = new PodProcesses(kubeconfig, NAMESPACE);
    running = start([...DEMO, '-o', 'json']);
    const page = (await printed(running, /page +(http:\S+)/))[1] ?? '';
    expect((await fetch(page)).status).toBe(200);
    const { items } = await core.listNamespacedPod({ namespace: NAMESPACE });
    expect(new Set(items.map(({ metadata }) => metadata?.labels?.['app']))).toEqual(
      new Set(['consumer', 'remainder', 'producer']),
    );
    const second = await run([...DEMO, '--for', '1s']);
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringMatching(/another demo \(process \d+ on \S+\) runs in this cluster: end it first/),
    ]);
    await printed(running, /remainder .*work \d/);
    process.kill(-(running.child.pid ?? 0), 'SIGINT');
    expect(await running.ended).toBe(0);
    const result = JSON.parse(running.stdout()) as DemoResult;
    expect(result).toMatchObject({
      policy: 'queue-demo',
      apps: { producer: { min: 3, max: 3, last: 3 } },
      leftProcesses: 0,
    });
    expect(result.messages.produced).toBeGreaterThan(0);
    expect(result.remainder.work).toBeGreaterThan(0);
    expect(await isGone()).toBe(true);
  });

  it('says that the nodes only pretend where nothing is heard of the programs, and takes away what a killed demo left', async () => {
    await core.createNamespace({
      body: {
        metadata: {
          name: NAMESPACE,
          labels: { 'microscaling.demo': 'true' },
          annotations: {
            'microscaling.io/demo-machine': hostname(),
            'microscaling.io/demo-process': '0',
          },
        },
      },
    });
    const { code, stderr } = await run([...DEMO, '--for', '1s']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('or the nodes only pretend to run pods')]);
    expect(await isGone()).toBe(true);
  });

  it("leaves a namespace of this name alone that is not a demo's", async () => {
    await core.createNamespace({ body: { metadata: { name: NAMESPACE } } });
    const { code, stderr } = await run([...DEMO, '--for', '1s']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("the cluster has a namespace microscaling-demo that is not a demo's"),
    ]);
    expect(await isGone()).toBe(false);
  });
});
