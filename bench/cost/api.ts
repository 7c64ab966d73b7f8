// bench: a thousand policies in the operator's own API, and how soon an edit reaches Marathon.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/runtime/clock.ts';
import { type BenchMarathon, preciseNow } from './marathon.ts';
import { type Figure, share } from './measure.ts';
import { type OperatorProcess, startOperatorProcess } from './process.ts';
import { startBenchMarathonThread } from './threads.ts';

const MANY = 1_000;
/** Policies that are changed once all are there, one after the other as people do it. */
const CHANGED = 100;
const BETWEEN_CHANGES_MS = 100;
const LISTS = 20;
const EDITS = 15;
/** Until Marathon has carried out what the edit before asked for. */
const BETWEEN_EDITS_MS = 700;

const PATH = '/apis/microscaling.io/v1alpha1/namespaces/default/microscalingpolicies';
const JSON_TYPE = 'application/json';
const MERGE_TYPE = 'application/merge-patch+json';
const TABLE = 'application/json;as=Table;g=meta.k8s.io;v=v1';

interface BenchPolicy {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/** One app with one instance, whose environment the edits change; without ports, of which a machine has not enough. */
export function policy(name: string, revision: number): BenchPolicy {
  const env = { REVISION: `${revision}` };
  const app = { cmd: 'work', user: 'nobody', cpus: 0.01, mem: 1, portDefinitions: [], env };
  return {
    apiVersion: 'microscaling.io/v1alpha1',
    kind: 'MicroscalingPolicy',
    metadata: { name },
    spec: {
      interval: '10s',
      capacity: { slots: 1 },
      apps: [{ name: 'app', priority: 1, instances: { min: 1 }, remainder: { weight: 1 }, app }],
    },
  };
}

/** List, apply and memory with a thousand policies. */
export async function manyPolicies(): Promise<readonly Figure[]> {
  const marathon = await startBenchMarathonThread();
  const operator = await startOperatorProcess((dir) => [
    ...['--data', join(dir, 'data'), '--marathon', marathon.url],
  ]);
  try {
    const creates: number[] = [];
    for (let n = 0; n < MANY; n++)
      creates.push(await timed(() => send(operator, 'POST', '', policy(`p-${n}`, 0))));
    await reachedAsync('a thousand policies to run', async () => (await readyPolicies(operator)) === MANY);
    const applies: number[] = [];
    for (let n = 0; n < CHANGED; n++) {
      const { spec } = policy(`p-${n}`, 1) as { spec: object };
      applies.push(await timed(() => send(operator, 'PATCH', `/p-${n}`, { spec })));
      await systemClock.sleep(BETWEEN_CHANGES_MS);
    }
    const lists: number[] = [];
    const tables: number[] = [];
    for (let n = 0; n < LISTS; n++) {
      lists.push(await timed(() => list(operator, JSON_TYPE)));
      tables.push(await timed(() => list(operator, TABLE)));
    }
    return figuresOf({ creates, applies, lists, tables, peakMb: operator.peakMb() });
  } finally {
    await operator.stop();
    await marathon.close();
  }
}

interface Measured {
  readonly creates: readonly number[];
  readonly applies: readonly number[];
  readonly lists: readonly number[];
  readonly tables: readonly number[];
  readonly peakMb: number | undefined;
}

function figuresOf({ creates, applies, lists, tables, peakMb }: Measured): readonly Figure[] {
  const note = `${MANY} policies`;
  const median = (name: string, samples: readonly number[], limit?: number): Figure => ({
    name,
    value: share(samples, 0.5),
    unit: 'ms',
    ...(limit !== undefined && { limit }),
    note: `${note}; p95 ${share(samples, 0.95).toFixed(0)} ms`,
  });
  return [
    median('list of all policies, median', lists, 500),
    median('table of all policies, median', tables, 500),
    median('apply of a changed policy, median', applies, 50),
    median('apply of a new policy while all are made', creates),
    ...(peakMb === undefined
      ? []
      : [{ name: 'operator: most memory', value: peakMb, unit: 'MB', limit: 512, note }]),
  ];
}

/** From an edit to the first write that Marathon receives for it. */
export async function edits(): Promise<readonly Figure[]> {
  const marathon = await startBenchMarathonThread();
  const operator = await startOperatorProcess((dir) => {
    mkdirSync(join(dir, 'policies'));
    writePolicy(join(dir, 'policies'), policy('folder', 0));
    return [
      ...['--data', join(dir, 'data'), '--policies', join(dir, 'policies'), '--marathon', marathon.url],
    ];
  });
  try {
    await send(operator, 'POST', '', policy('api', 0));
    await reachedAsync('two policies to run', async () => (await readyPolicies(operator)) === 2);
    const byApi = await latencies(marathon, '/v2/apps/api/app', (n) =>
      send(operator, 'PATCH', '/api', { spec: policy('api', n).spec }),
    );
    const byFolder = await latencies(marathon, '/v2/apps/folder/app', async (n) =>
      writePolicy(join(operator.dir, 'policies'), policy('folder', n)),
    );
    return [editFigure('the API', byApi, 300), editFigure('a folder', byFolder, 1_000)];
  } finally {
    await operator.stop();
    await marathon.close();
  }
}

export function editFigure(place: string, samples: readonly number[], limit: number): Figure {
  const name = `edit in ${place} to write, median`;
  return { name, value: share(samples, 0.5), unit: 'ms', limit, note: `${EDITS} edits of a definition` };
}

/** Replaced in one step, as editors do. */
function writePolicy(dir: string, document: BenchPolicy): void {
  const { name } = document.metadata;
  writeFileSync(join(dir, `.${name}.tmp`), JSON.stringify(document));
  renameSync(join(dir, `.${name}.tmp`), join(dir, `${name}.yaml`));
}

export async function latencies(
  marathon: BenchMarathon,
  path: string,
  edit: (revision: number) => Promise<void>,
): Promise<readonly number[]> {
  const found: number[] = [];
  for (let n = 1; n <= EDITS; n++) {
    await systemClock.sleep(BETWEEN_EDITS_MS);
    await marathon.requests();
    const atMs = preciseNow();
    await edit(n);
    await reachedAsync('the edit to reach Marathon', async () => {
      const write = (await marathon.requests()).find((seen) => seen.path === path && seen.method !== 'GET');
      if (write !== undefined) found.push(write.atMs - atMs);
      return write !== undefined;
    });
  }
  return found;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startMs = preciseNow();
  await work();
  return preciseNow() - startMs;
}

export async function send(
  { url }: Pick<OperatorProcess, 'url'>,
  method: string,
  path: string,
  body: object,
): Promise<void> {
  const response = await fetch(`${url}${PATH}${path}`, {
    method,
    headers: { 'content-type': method === 'PATCH' ? MERGE_TYPE : JSON_TYPE },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
}

async function list({ url }: OperatorProcess, accept: string): Promise<void> {
  const response = await fetch(`${url}${PATH}`, { headers: { accept } });
  await response.text();
  if (!response.ok) throw new Error(`list: ${response.status}`);
}

export async function readyPolicies({ url }: OperatorProcess): Promise<number> {
  const response = await fetch(`${url}${PATH}`, { headers: { accept: TABLE } });
  const { rows } = (await response.json()) as { rows: readonly { cells: readonly unknown[] }[] };
  return rows.filter(({ cells }) => cells[1] === 'True').length;
}

export async function reachedAsync(what: string, holds: () => Promise<boolean>): Promise<void> {
  const endMs = preciseNow() + 120_000;
  while (!(await holds())) {
    if (preciseNow() > endMs) throw new Error(`the benchmark waited in vain for ${what}`);
    await systemClock.sleep(10);
  }
}
