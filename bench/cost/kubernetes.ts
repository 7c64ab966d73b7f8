// bench: how soon an edit in a Kubernetes cluster reaches Marathon. The cluster is the tests' small API
// server: a real one adds what it takes to store an object, some ten milliseconds.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageFile } from '../../src/app/package-root.ts';
import { editFigure, latencies, policy, reachedAsync, readyPolicies, send } from './api.ts';
import type { Figure } from './measure.ts';
import { startOperatorProcess } from './process.ts';
import { startBenchMarathonThread } from './threads.ts';

/** From an edit to the first write that Marathon receives for it. */
export async function editsInKubernetes(): Promise<readonly Figure[]> {
  const cluster = await startCluster();
  const marathon = await startBenchMarathonThread();
  const operator = await startOperatorProcess((dir) => [
    ...['--kubernetes', '--kubeconfig', kubeconfig(dir, cluster.url), '--marathon', marathon.url],
  ]);
  try {
    await send(cluster, 'POST', '', policy('kubernetes', 0));
    await reachedAsync('the policy to run', async () => (await readyPolicies(operator)) === 1);
    const found = await latencies(marathon, '/v2/apps/kubernetes/app', (n) =>
      send(cluster, 'PATCH', '/kubernetes', { spec: policy('kubernetes', n).spec }),
    );
    return [editFigure('Kubernetes', found, 1_000)];
  } finally {
    await operator.stop();
    await marathon.close();
    await cluster.stop();
  }
}

async function startCluster(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [packageFile('test/support/kubernetes/kube-server-process.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    url,
    stop: async () => {
      const ended = once(child, 'close');
      child.stdin.end();
      await ended;
    },
  };
}

function kubeconfig(dir: string, server: string): string {
  const path = join(dir, 'kubeconfig');
  const config = {
    'current-context': 'bench',
    clusters: [{ name: 'bench', cluster: { server } }],
    users: [{ name: 'bench', user: {} }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}
