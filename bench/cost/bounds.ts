// bench: what strangers can do to the operator's attention: the worst answer of /healthz while the largest legal and
// illegal bodies, files and unread streams come in one after the other, beside the worst one at rest.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, type ClientRequest, get, request } from 'node:http';
import { join } from 'node:path';
import { systemClock } from '../../src/runtime/clock.ts';
import { preciseNow } from './marathon.ts';
import { type Figure, share } from './measure.ts';
import { type OperatorProcess, startOperatorProcess } from './process.ts';

const POLICIES = '/apis/microscaling.io/v1alpha1/namespaces/default/microscalingpolicies';
const LOAD_MS = 4_000;
const PROBE_EVERY_MS = 10;
const SENDERS = 2;
const UNREAD_STREAMS = 1_500;
const FILES = 20;

interface Load {
  readonly name: string;
  /** Runs until the signal aborts; returns what to tell of it. */
  readonly run: (operator: OperatorProcess, signal: AbortSignal) => Promise<string>;
}

/** What stays under a mebibyte is read; what is above is refused by its size. */
const ALMOST_A_MEBIBYTE = 1_020_000;

function policy(name: string, spec: object): string {
  const apps = [{ name: 'a', priority: 1, instances: { min: 1 }, remainder: {} }];
  return JSON.stringify({
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name },
    spec: { mode: 'Observe', capacity: { slots: 1 }, apps, ...spec },
  });
}

function numbered(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, 1]));
}

function manyApps(): object {
  const env = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`NAME_${i}`, 'value']));
  const app = { cmd: 'x'.repeat(500), user: 'nobody', cpus: 0.01, mem: 1, portDefinitions: [], env };
  const apps = Array.from({ length: 1_000 }, (_, i) => ({
    name: `app-${i}`,
    priority: 1,
    instances: { min: 1 },
    remainder: {},
    app,
  }));
  return { capacity: { slots: 2_000 }, apps };
}

const BODIES: readonly (readonly [name: string, body: string])[] = [
  ['a policy with 1,000 apps', policy('large', manyApps())],
  ['90,000 unknown fields', policy('fields', numbered(90_000))],
  ['1.4 M brackets', '['.repeat(1_400_000)],
  ['1.4 M values', `[${'1,'.repeat(1_400_000)}1]`],
  ['190,000 values', `[${'1,'.repeat(190_000)}1]`],
  ['a key of 1 MB', policy('key', { ['x'.repeat(ALMOST_A_MEBIBYTE)]: 1 })],
  ['a name of 1 MB', policy('x'.repeat(ALMOST_A_MEBIBYTE), {})],
  ['3 MiB of text', policy('text', { pool: 'x'.repeat(3_000_000) })],
];

/** What a folder or a repository may hold besides. */
const TEXTS: readonly (readonly [name: string, text: string])[] = [
  ['unknown fields', policy('fields', numbered(85_000))],
  ['brackets', '['.repeat(ALMOST_A_MEBIBYTE)],
  ['values', `[${'1,'.repeat(500_000)}1]`],
  ['nearly YAML', `${'a: b\n'.repeat(200_000)}x: [`],
  ['documents', Array.from({ length: 2_000 }, (_, i) => `---\n${policy(`p${i}`, numbered(8))}\n`).join('')],
];

const agent = new Agent({ keepAlive: true });

/** The status of the answer, or the code of what broke. */
function post(url: string, body: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const call = request(url, { agent, method: 'POST', headers: { 'content-type': 'application/json' } });
    call.on('response', (response) => {
      response.resume();
      response.on('close', () => resolve(String(response.statusCode)));
    });
    call.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    call.end(body);
  });
}

function bodies(name: string, body: string): Load {
  const bytes = Buffer.from(body);
  return {
    name,
    run: async ({ url }, signal) => {
      const answers = new Map<string, number>();
      const send = async (): Promise<void> => {
        while (!signal.aborted) {
          const status = await post(`${url}${POLICIES}`, bytes);
          answers.set(status, (answers.get(status) ?? 0) + 1);
        }
      };
      await Promise.all(Array.from({ length: SENDERS }, send));
      return [...answers].map(([status, count]) => `${count}× ${status}`).join(', ');
    },
  };
}

function files(name: string, text: string): Load {
  return {
    name: `${FILES} files: ${name}`,
    run: async ({ dir }, signal) => {
      const names = Array.from({ length: FILES }, (_, i) => join(dir, 'policies', `${i}.yaml`));
      for (const [i, path] of names.entries()) writeFileSync(path, `${text}\n# ${i}`);
      await untilAborted(signal);
      for (const path of names) rmSync(path);
      return `${(Buffer.byteLength(text) / 1_024 / 1_024).toFixed(1)} MiB each`;
    },
  };
}

function unreadStreams(count: number): Load {
  return {
    name: `${count} unread streams of the page`,
    run: async ({ url }, signal) => {
      const statuses = new Map<number, number>();
      const calls = Array.from({ length: count }, (): ClientRequest => {
        const call = get(`${url}/ui/stream`, { agent: new Agent() }, (response) => {
          response.pause();
          const { statusCode = 0 } = response;
          statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
        });
        call.on('error', () => undefined);
        return call;
      });
      await untilAborted(signal);
      for (const call of calls) call.destroy();
      return [...statuses].map(([status, number]) => `${number}× ${status}`).join(', ');
    },
  };
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

/** Latencies of /healthz in ms, until the signal aborts: asked again and again, also while an answer is out. */
async function probe(url: string, signal: AbortSignal): Promise<readonly number[]> {
  const probes = new Agent({ keepAlive: true });
  const latencies: number[] = [];
  while (!signal.aborted) {
    const startMs = preciseNow();
    await new Promise<void>((resolve) => {
      get(`${url}/healthz`, { agent: probes }, (response) => {
        response.resume();
        response.on('close', resolve);
      }).on('error', () => resolve());
    });
    latencies.push(preciseNow() - startMs);
    await systemClock.sleep(PROBE_EVERY_MS);
  }
  probes.destroy();
  return latencies;
}

interface Measured {
  readonly latencies: readonly number[];
  readonly told: string;
}

async function under(load: Load, operator: OperatorProcess): Promise<Measured> {
  const signal = AbortSignal.timeout(LOAD_MS);
  const [latencies, told] = await Promise.all([probe(operator.url, signal), load.run(operator, signal)]);
  return { latencies, told };
}

const REST: Load = {
  name: 'rest',
  run: async (_, signal) => {
    await untilAborted(signal);
    return '';
  },
};

/** The worst answer of /healthz under each load; the note has its ratio to the worst one at rest, of the same run. */
export async function bounds(step: (doing: string) => void): Promise<readonly Figure[]> {
  const operator = await startOperatorProcess((dir) => {
    mkdirSync(join(dir, 'policies'));
    const folders = ['--policies', join(dir, 'policies'), '--data', join(dir, 'data')];
    return [...folders, '--marathon', 'http://127.0.0.1:1'];
  });
  try {
    step('rest');
    await under(REST, operator);
    const idle = Math.max(...(await under(REST, operator)).latencies);
    const figures: Figure[] = [
      { name: '/healthz at rest, worst', value: idle, unit: 'ms', note: `asked every ${PROBE_EVERY_MS} ms` },
    ];
    const loads = [
      ...BODIES.map(([name, body]) => bodies(name, body)),
      ...TEXTS.map(([name, text]) => files(name, text)),
      unreadStreams(UNREAD_STREAMS),
    ];
    for (const load of loads) {
      step(load.name);
      const before = operator.cpuMs() ?? 0;
      const { latencies, told } = await under(load, operator);
      const worst = Math.max(...latencies);
      const cpuS = ((operator.cpuMs() ?? 0) - before) / 1_000;
      const ratio = `×${(worst / idle).toFixed(1)} of rest, median ${share(latencies, 0.5).toFixed(1)} ms, ${cpuS.toFixed(1)} s of a processor`;
      figures.push({
        name: `/healthz, worst: ${load.name}`,
        value: worst,
        unit: 'ms',
        note: `${ratio}; ${told}`,
      });
    }
    const peakMb = operator.peakMb();
    if (peakMb !== undefined)
      figures.push({
        name: 'operator under these: most memory',
        value: peakMb,
        unit: 'MB',
        limit: 512,
        note: 'of the process',
      });
    return figures;
  } finally {
    agent.destroy();
    await operator.stop();
  }
}
