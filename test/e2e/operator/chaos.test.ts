// The operator is killed as the kernel kills, again and again, in the middle of creating, updating, scaling and
// deleting. Whatever it left half done, the next one ends with the world that the policy describes.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processesBy } from '../../support/programs/command.ts';
import { Laptop, type MarathonServer, type Operator } from '../../support/programs/laptop.ts';
import { busyWorker, fixedApp, policyText, rest } from '../../support/programs/policies.ts';
import { seeded } from '../../support/seeded.ts';
import { until } from '../../support/until.ts';

const SEED = 20_261_121;
const KILLS = 20;
/** A kill comes at a random moment within this time after a change of the policy, or after the start. */
const WITHIN_MS = 500;
const SLOTS = 8;
/** Of this run alone: the tasks of others on this machine are told apart by it. */
const NAME = `chaos-${process.pid}`;

/** What the policy asks for. The worker's metric always asks for more than its maximum. */
interface Wish {
  readonly workers: number;
  readonly version: number;
  readonly jobs: readonly string[];
}

function document({ workers, version, jobs }: Wish): string {
  const task = `{ cmd: exec sleep ${1000 + version}, cpus: 0.01, mem: 8 }`;
  const worker = `${busyWorker(workers, task)}    behavior: { giveBackAfter: 0s }\n`;
  const text = policyText(NAME, SLOTS, worker, rest(task), ...jobs.map((job) => fixedApp(job, 1, task)));
  return `${text}  onDelete: Delete\n`;
}

/** Requested counts by app id, as the policy wants them. */
function countsOf({ workers, jobs }: Wish): Record<string, number> {
  return Object.fromEntries([
    [idOf('worker'), workers],
    [idOf('rest'), SLOTS - workers],
    ...jobs.map((job) => [idOf(job), 1] as const),
  ]);
}

function idOf(app: string): string {
  return `/${NAME}/${app}`;
}

const DEEDS = {
  create: (wish: Wish, n: number): Wish => ({ ...wish, jobs: [...wish.jobs, `job-${n}`] }),
  update: (wish: Wish, n: number): Wish => ({ ...wish, version: n }),
  scale: (wish: Wish): Wish => ({ ...wish, workers: wish.workers === 2 ? 6 : 2 }),
  delete: (wish: Wish): Wish => ({ ...wish, jobs: wish.jobs.slice(1) }),
} as const;
const ORDER = ['create', 'scale', 'update', 'delete'] as const;

const laptop = new Laptop();
const dir = laptop.path('policies');
const random = seeded(SEED);
let marathon: MarathonServer;
let operator: Operator | undefined;
let wish: Wish = { workers: 6, version: 0, jobs: ['job-a', 'job-b'] };

/** As editors do, so that nobody reads half a file. */
function put(next: Wish): void {
  wish = next;
  const draft = laptop.path('draft');
  writeFileSync(draft, document(next));
  renameSync(draft, laptop.path('policies', 'chaos.yaml'));
}

function start(): Promise<Operator> {
  return laptop.operator({ policies: dir, marathon: marathon.url });
}

interface ListedApp {
  readonly id: string;
  readonly instances: number;
  readonly cmd: string;
  readonly tasks: readonly { readonly state: string }[];
  readonly deployments: readonly unknown[];
}

async function listed(): Promise<readonly ListedApp[]> {
  const response = await fetch(`${marathon.url}/v2/apps?embed=apps.tasks&embed=apps.deployments`);
  return ((await response.json()) as { apps: readonly ListedApp[] }).apps;
}

/** What differs from the wish; apart from the wish, only apps in `left` may exist, as they were. */
function differences(apps: readonly ListedApp[], left: ReadonlySet<string>): readonly string[] {
  const wanted = countsOf(wish);
  const running = processesBy('MARATHON_APP_ID');
  const missing = Object.keys(wanted).filter((id) => !apps.some((app) => app.id === id));
  return [
    ...missing.map((id) => `${id} is missing`),
    ...apps.flatMap((app) => {
      if (wanted[app.id] === undefined && !left.has(app.id)) return [`${app.id} is too many`];
      return difference(app, running.get(app.id)?.length ?? 0, wanted[app.id]);
    }),
  ];
}

/** @param count undefined for what was left over: one instance of any version */
function difference(app: ListedApp, processes: number, count: number | undefined): readonly string[] {
  const counts = [app.instances, app.tasks.length, processes];
  const cmd = count === undefined ? app.cmd : `exec sleep ${1000 + wish.version}`;
  const right = counts.every((n) => n === (count ?? 1)) && app.cmd === cmd && app.deployments.length === 0;
  const seen = `${app.instances} asked, ${app.tasks.length} tasks, ${processes} processes of '${app.cmd}'`;
  return right ? [] : [`${app.id} has ${seen}, not ${count ?? 1} of '${cmd}'`];
}

async function converged(left: ReadonlySet<string> = new Set()): Promise<void> {
  let wrong: readonly string[] = [];
  await until('the world to be as the policy says', async () => {
    wrong = differences(await listed(), left);
    return wrong.length === 0;
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${wrong.join('; ')}\n${operator?.log()}`);
  });
}

/** The change comes while the operator runs or before it starts; the kill, soon after both. */
async function changeAndKill(n: number): Promise<void> {
  const deed = DEEDS[ORDER[n % ORDER.length] ?? 'scale'];
  const early = random() < 0.5;
  if (early) put(deed(wish, n));
  operator = await start();
  if (!early) put(deed(wish, n));
  await pause(random() * WITHIN_MS);
  await operator?.kill();
}

/** A job that the policy loses while no operator runs, and an operator after that. */
async function leaveAnOrphan(): Promise<void> {
  await operator?.kill();
  const without = wish;
  put({ ...without, jobs: [...without.jobs, 'job-lost'] });
  const left = new Set((await listed()).map(({ id }) => id));
  operator = await start();
  await converged(left);
  await operator.kill();
  put(without);
  operator = await start();
  await converged(left.add(idOf('job-lost')));
}

beforeAll(async () => {
  mkdirSync(dir);
  put(wish);
  marathon = await laptop.marathon();
});
afterAll(() => laptop.end());

describe('an operator that is killed at any moment', { concurrent: false }, () => {
  it('twenty times: the last one ends with what the policy says, and says what was left over', async () => {
    operator = await start();
    await converged();
    await operator?.kill();
    let interrupted = 0;
    for (let n = 1; n <= KILLS; n++) {
      await changeAndKill(n);
      if (differences(await listed(), new Set()).length > 0) interrupted++;
    }
    expect(interrupted, 'kills in the middle of something').toBeGreaterThan(0);
    const last = await start();
    operator = last;
    const known = new Set(Object.keys(countsOf(wish)));
    const left = new Set((await listed()).map(({ id }) => id).filter((id) => !known.has(id)));
    await converged(left);
    const orphans = async (): Promise<string> => (await last.ask('orphans')).stdout;
    for (const id of left) await until(`${id} to be listed`, async () => (await orphans()).includes(id));
  }, 400_000);

  it('takes up an orphan again when the policy names it, and deletes it when it does not', async () => {
    await leaveAnOrphan();
    const jobs = (await listed())
      .map(({ id }) => id.replace(`/${NAME}/`, ''))
      .filter((name) => /^job/.test(name));
    expect(jobs).toContain('job-lost');
    put({ ...wish, jobs });
    await converged();
    put({ ...wish, jobs: [] });
    await converged();
  });
});
