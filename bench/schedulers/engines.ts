// bench: `npm run bench -- engines`: how soon a container that runs is seen as running, on a Docker engine and in a swarm of one node.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { createDockerScheduler } from '../../src/schedulers/docker/index.ts';
import { SwarmScheduler } from '../../src/schedulers/swarm/index.ts';
import {
  BUSYBOX_IMAGE,
  dockerMissing,
  startEngine,
} from '../../test/schedulers/docker-engine/real-engine.ts';
import { startSwarm } from '../../test/schedulers/swarm/real-swarm.ts';
import { fakeValues } from '../../test/support/values.ts';
import type { Figure } from '../cost/measure.ts';
import { seenRunning } from './seen-running.ts';

const TIMES = 10;
const APP = '/bench/swing';
const SERVICE = 'swing';
const CONFIG = { deadlineMs: 30_000, resyncMs: 60_000 };
const never = new AbortController().signal;
const deps = { clock: systemClock, log: silentLogger, values: fakeValues() };

/** Needs root and Debian's docker.io. Amazon ECS is not measured: moto, which stands for it here, runs no tasks. */
export async function engines(): Promise<readonly Figure[]> {
  return dockerMissing() ? [] : [...(await onDocker()), ...(await inSwarm())];
}

async function onDocker(): Promise<readonly Figure[]> {
  const engine = await startEngine();
  const starts = startsOn(engine.host);
  const scheduler = createDockerScheduler({ ...CONFIG, host: engine.host }, deps);
  try {
    const definition = { image: BUSYBOX_IMAGE, command: ['sleep', '600'], stopSignal: 'SIGKILL' };
    const made = {
      kind: 'create',
      app: APP,
      instances: 1,
      definition,
      envFrom: [],
      owner: 'bench/swing',
    } as const;
    await scheduler.apply({ ...made, reason: 'bench' }, never);
    const how = 'ready when the engine says that it started';
    return await seenRunning({ scheduler, app: APP, instance: 'container', how, ...starts }, TIMES);
  } finally {
    await scheduler.close();
    starts.end();
    await engine.remove();
  }
}

async function inSwarm(): Promise<readonly Figure[]> {
  const swarm = await startSwarm();
  const starts = startsOn(swarm.host);
  const scheduler = new SwarmScheduler({ ...CONFIG, host: swarm.host }, deps);
  try {
    await swarm.runService(SERVICE, 1);
    const how = 'ready when the engine of its node says that its container started';
    return await seenRunning({ scheduler, app: SERVICE, instance: 'swarm task', how, ...starts }, TIMES);
  } finally {
    await scheduler.close();
    starts.end();
    await swarm.remove();
  }
}

/** Follows when containers start, by the engine's own account. */
function startsOn(host: string): { lastReadyMs(): number; end(): void } {
  const args = ['events', '--filter', 'event=start', '--format', '{{json .}}'];
  const child = spawn('docker', args, {
    env: { ...process.env, DOCKER_HOST: host },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let lastMs = Number.NaN;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { timeNano } = JSON.parse(line) as { readonly timeNano: number };
    lastMs = timeNano / 1e6 - performance.timeOrigin;
  });
  return { lastReadyMs: () => lastMs, end: () => void child.kill() };
}
