// bench: `npm run bench -- across`: how long five slots take from background work on the embedded Marathon to a service that is on
// the same Marathon, and to one that is containers of a Docker engine.

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMarathon } from '../../src/app/commands/marathon.ts';
import { type RunningOperator, startOperator } from '../../src/app/operator/operator.ts';
import { createGuardian } from '../../src/emulator/index.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { createRedactor } from '../../src/runtime/redact.ts';
import { EngineClient } from '../../src/schedulers/docker-engine/client.ts';
import {
  BUSYBOX_IMAGE,
  dockerMissing,
  startEngine,
} from '../../test/schedulers/docker-engine/real-engine.ts';
import { type Figure, share } from '../cost/measure.ts';

const SLOTS = 7;
const MOVED = 5;
const TIMES = 9;
const MOST = 1.5;
const PATIENCE_MS = 60_000;
const SLEEP = 'app: { cmd: exec sleep 1000, user: nobody, cpus: 0.01, mem: 8 }';
const CONTAINER = `docker: { container: { image: "${BUSYBOX_IMAGE}", command: [sleep, "1000"], stopSignal: SIGKILL, network: host } }`;

function policyOf(service: string, url: string): string {
  return `apiVersion: microscaling.io/v1alpha1
kind: MicroscalingPolicy
metadata: { name: across }
spec:
  interval: 100ms
  capacity: { slots: ${SLOTS} }
  apps:
  - name: service
    priority: 1
    instances: { min: 1, max: ${1 + MOVED} }
    targets: [{ perInstance: 1, metric: { http: { url: "${url}", pointers: { waiting: /waiting } } } }]
    behavior: { giveBackAfter: 0s }
    ${service}
  - { name: background, priority: 2, instances: { min: 1 }, remainder: {}, ${SLEEP} }
`;
}

/** Counts of instances that run, service first. */
function running({ state }: RunningOperator): readonly number[] {
  return state
    .view()
    .pools.flatMap(({ policies }) => policies.flatMap(({ apps }) => apps.map((app) => app.running)));
}

/** Resolves when both run with so many, as the operator sees it. */
async function until(operator: RunningOperator, service: number): Promise<void> {
  const wanted = `${service},${SLOTS - service}`;
  const late = new AbortController();
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (running(operator).join() !== wanted) return;
      late.abort();
      undo();
      resolve();
    };
    const undo = operator.state.subscribe(look);
    systemClock.sleep(PATIENCE_MS, late.signal).then(
      () => reject(new Error(`${wanted} did not run within ${PATIENCE_MS} ms: ${running(operator).join()}`)),
      () => undefined,
    );
    look();
  });
}

/** ms of each hand-over to the service. */
async function handOvers(service: string, env: Readonly<Record<string, string>>): Promise<readonly number[]> {
  const workDir = mkdtempSync(join(tmpdir(), 'bench-across-'));
  const guardian = await createGuardian();
  let waiting = 1;
  const queue = createServer((_, response) => response.end(JSON.stringify({ waiting }))).listen(
    0,
    '127.0.0.1',
  );
  await once(queue, 'listening');
  const url = `http://127.0.0.1:${(queue.address() as AddressInfo).port}/`;
  writeFileSync(join(workDir, 'policy.yaml'), policyOf(service, url));
  const deps = { clock: systemClock, log: silentLogger };
  const marathon = await startMarathon(
    {
      host: '127.0.0.1',
      port: 0,
      anyPort: true,
      cpus: 4,
      mem: 4096,
      taskStartDelayMs: 0,
      workDir,
      env: process.env,
    },
    { ...deps, guardian },
  );
  const stop = new AbortController();
  const operator = await startOperator(
    {
      policies: [join(workDir, 'policy.yaml')],
      marathon: [marathon.url],
      api: { host: '127.0.0.1', port: 0 },
      env: { ...process.env, ...env },
    },
    { ...deps, redactor: createRedactor() },
    stop.signal,
  );
  const times: number[] = [];
  try {
    await until(operator, 1);
    for (let i = 0; i < TIMES; i++) {
      const startMs = performance.now();
      waiting = 1 + MOVED;
      await until(operator, 1 + MOVED);
      times.push(performance.now() - startMs);
      waiting = 1;
      await until(operator, 1);
    }
  } finally {
    stop.abort();
    await operator.stopped;
    await marathon.close();
    await guardian.close();
    queue.close();
    queue.closeAllConnections();
    rmSync(workDir, { recursive: true, force: true });
  }
  return times;
}

/** ms that the engine takes to create as many containers and then to start them, all asked for at once. */
async function engineAlone(
  host: string,
): Promise<readonly { readonly create: number; readonly start: number }[]> {
  const client = new EngineClient({ block: 'docker', host }, { deadlineMs: 30_000, clock: systemClock });
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const body = { Image: BUSYBOX_IMAGE, Cmd: ['sleep', '1000'], HostConfig: { NetworkMode: 'host' } };
  const times: { readonly create: number; readonly start: number }[] = [];
  for (let i = 0; i < TIMES; i++) {
    const startMs = performance.now();
    const ids = await Promise.all(
      Array.from({ length: MOVED }, (_, n) => client.create(`alone-${i}-${n}`, body, signal)),
    );
    const createdMs = performance.now();
    await Promise.all(ids.map((id) => client.start(id, signal)));
    times.push({ create: createdMs - startMs, start: performance.now() - createdMs });
    await Promise.all(ids.map((id) => client.remove(id, signal)));
  }
  await client.close();
  return times;
}

export async function across(): Promise<readonly Figure[]> {
  if (dockerMissing()) return [];
  const engine = await startEngine();
  try {
    const inside = share(await handOvers(SLEEP, {}), 0.5);
    const between = share(await handOvers(CONTAINER, { DOCKER_HOST: engine.host }), 0.5);
    const alone = await engineAlone(engine.host);
    const ofEngine = (of: 'create' | 'start'): number =>
      share(
        alone.map((each) => each[of]),
        0.5,
      );
    const note = `${MOVED} slots, ${TIMES} times, median`;
    return [
      { name: 'hand-over inside Marathon', value: inside, unit: 'ms', note },
      { name: 'hand-over from Marathon to Docker', value: between, unit: 'ms', note },
      { name: 'the engine alone, to create as many containers', value: ofEngine('create'), unit: 'ms', note },
      { name: 'the engine alone, to start as many', value: ofEngine('start'), unit: 'ms', note },
      { name: 'between the two, as a multiple', value: between / inside, unit: '', limit: MOST, note },
    ];
  } finally {
    await engine.remove();
  }
}
