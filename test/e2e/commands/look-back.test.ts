// Looking back in a real demo: a moment of it, and its record replayed.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReplayTable } from '../../../src/api/words/replay-table.ts';
import type { History } from '../../../src/recorder/read/history.ts';
import type { ReplayResult } from '../../../src/simulator/replay/result.ts';
import { killGroup, printed, type RunningCommand, run, start } from '../../support/programs/command.ts';
import { until } from '../../support/until.ts';

interface Moment {
  readonly items: readonly {
    readonly status?: { readonly apps?: readonly { readonly wanted?: number }[] };
  }[];
}

const POLICY = '/apis/microscaling.io/v1alpha1/namespaces/default/microscalingpolicies/queue-demo';
const ROUNDS = 20;

let demo: RunningCommand;
let server: readonly string[];
/** Where the demo has what it writes: its temporary directory is in here. */
const folder = mkdtempSync(join(tmpdir(), 'look-back-'));
/** When the demo had something to do. */
let busyAt: string;

async function historyOf(page: string): Promise<History> {
  const response = await fetch(`${page}${POLICY}/history?step=500ms`);
  return (await response.json()) as History;
}

/** Rounds were recorded, and the law has asked for more consumers in one of them. */
function isBusy({ apps, decisions }: History): boolean {
  const [consumer] = apps;
  const known = consumer?.running.filter((n) => n !== null) ?? [];
  return known.length >= ROUNDS && decisions.some(({ app, from, to }) => app === consumer?.id && to > from);
}

beforeAll(async () => {
  demo = start(['demo', '--api', '127.0.0.1:0', '--port', '0'], { env: { TMPDIR: folder } });
  const [, page = ''] = await printed(demo, /page +(http:\S+)/);
  server = ['--server', page];
  await until('recorded rounds with something to do', async () => isBusy(await historyOf(page)), 240_000);
  busyAt = new Date().toISOString();
}, 300_000);
afterAll(async () => {
  demo.child.kill('SIGTERM');
  await demo.ended;
  killGroup(demo);
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

const ask = (...words: readonly string[]): ReturnType<typeof run> => run([...words, ...server], { env: {} });

describe('a demo that runs', { concurrent: false }, () => {
  it('explains a moment that is over', async () => {
    const { code, stdout } = await ask('explain', 'queue-demo', '--at', busyAt);
    expect(stdout).toMatch(
      /^as it was at \d{4}-\d\d-\d\d .+\n\npolicy default\/queue-demo\n\nconsumer \(\/queue-demo\/consumer, scaled\): .+/,
    );
    expect(stdout).toContain('input: queue demo-queue: ');
    expect(code).toBe(0);
  });

  it('lists it as it was, and what happened', async () => {
    const table = await ask('get', '--at', busyAt);
    expect(table.stdout).toMatch(/^as it was at \d{4}-\d\d-\d\d .+\n\nNAMESPACE /);
    const told = await ask('explain', 'queue-demo', '--at', busyAt, '-o', 'json');
    expect(JSON.parse(told.stdout)).toMatchObject({ at: expect.stringMatching(/^\d{4}-.+Z$/), notes: [] });
    const { stdout } = await ask('get', '--at', busyAt, '-o', 'json');
    const [policy] = (JSON.parse(stdout) as Moment).items;
    expect(policy?.status?.apps?.map(({ wanted }) => typeof wanted)).toEqual(['number', 'number', 'number']);
    const events = await ask('events', '--since', '10m');
    expect(events.stdout).toContain('Created');
    const before = await ask('events', 'queue-demo', '--since', '3h', '--until', '2h');
    expect(before.stdout).toMatch(
      /^no events from \S+ \S+Z to \S+ \S+Z; why counts were as they were: microscaling explain queue-demo --at \S+Z\n$/,
    );
  });

  it('is replayed with its own policy to the same counts in every round', async () => {
    const { code, stdout } = await ask(
      'replay',
      '--since',
      '10m',
      '-f',
      'specs/policies/queue-demo.yaml',
      '-o',
      'json',
    );
    const result = JSON.parse(stdout) as ReplayResult;
    expect(code).toBe(0);
    expect(result.parting).toBeUndefined();
    const [recorded, replayed] = result.rows;
    expect({ ...replayed, who: 'recorded' }).toEqual(recorded);
  });

  it('is replayed with another law, which asks for something else', async () => {
    const { code, stdout } = await ask(
      'replay',
      '--since',
      '10m',
      '--law',
      'SimpleQueue',
      '--service-rate',
      '3',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nrecorded +[\d.]+.*\nreplayed +[\d.]+/);
    expect(stdout).toContain('instances are modelled');
  });

  it('is replayed from the page as by the command, in a thread of the operator', async () => {
    const [page = ''] = server.slice(1);
    // All of its rounds are recorded by now, so that both are told of the same.
    const toMs = Date.parse(busyAt);
    const question = { policy: 'default/queue-demo', fromMs: toMs - 600_000, toMs, law: 'SimpleQueue' };
    const answered = await fetch(`${page}/ui/replay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(question),
    });
    const table = (await answered.json()) as ReplayTable;
    expect([answered.status, table.rows.map(({ name }) => name)]).toEqual([200, ['recorded', 'replayed']]);
    const [since, until] = [question.fromMs, question.toMs].map((ms) => new Date(ms).toISOString());
    const span = ['--since', since ?? '', '--until', until ?? '', '--law', question.law];
    const { stdout } = await ask('replay', ...span);
    for (const cell of table.rows.flatMap(({ cells }) => cells)) expect(stdout).toContain(cell);
    const wrong = await fetch(`${page}/ui/replay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...question, text: 'kind: Nothing' }),
    });
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('no policy in it')]);
  });

  it('is read without asking it, in its directory', async () => {
    const [dir = ''] = readdirSync(folder).filter((name) => name.startsWith('microscaling-demo-'));
    const data = join(folder, dir, 'data');
    const read = await run(['explain', 'queue-demo', '--at', busyAt, '--data', data], { env: {} });
    const asked = await ask('explain', 'queue-demo', '--at', busyAt);
    expect(read.stdout).toContain('policy default/queue-demo');
    expect(read.stdout).toBe(asked.stdout);
  });
});
