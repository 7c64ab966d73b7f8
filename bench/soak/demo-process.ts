// bench: `microscaling demo` as a process of its own, and what a soak does to it and reads of it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { packageFile } from '../../src/app/package-root.ts';
import { nodeArguments } from '../cost/process.ts';
import { type Action, BAD_EDIT, edited } from './actions.ts';
import type { Sample } from './measures.ts';
import type { SoakedWorld } from './soak.ts';

const POLICY = '/apis/microscaling.io/v1alpha1/namespaces/default/microscalingpolicies/queue-demo';
const MB = 1_024 * 1_024;
const LAST_LINES = 20;

export interface SoakedDemo extends SoakedWorld {
  /** Aborts when the demo ends by itself, with its last lines. */
  readonly ended: AbortSignal;
  close(): Promise<void>;
}

/** Resolves when the demo is ready. Everything that it writes is in a directory that goes with it. */
export async function startDemo(seed: number, signal: AbortSignal): Promise<SoakedDemo> {
  const dir = mkdtempSync(join(tmpdir(), 'microscaling-soak-'));
  const text = readFileSync(packageFile('specs/policies/queue-demo.yaml'), 'utf8');
  const file = join(dir, 'queue-demo.yaml');
  writeFileSync(file, text);
  const places = ['--policy', file, '--api', '127.0.0.1:0', '--port', '0'];
  const collecting = ['--expose-gc', '--import', join(import.meta.dirname, 'collect-garbage.ts')];
  const demo = ['demo', ...places, '--seed', String(seed)];
  const child = spawn(process.execPath, [...collecting, ...nodeArguments(), ...demo], {
    cwd: packageFile('.'),
    env: { ...process.env, TMPDIR: dir },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C is for the soak, which ends the demo itself.
    detached: true,
  });
  const ended = new AbortController();
  const closed = once(child, 'close');
  const lines: string[] = [];
  const found = new Map<string, string>();
  const ready = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > LAST_LINES) lines.shift();
      const [, name, url] = /^(page|marathon) +(http\S+)/.exec(line) ?? [];
      if (name !== undefined && url !== undefined) found.set(name, url);
      if (found.size === 2) ready.resolve();
    });
  void closed.then(() => {
    const error = new Error(`the demo ended:\n${lines.join('\n')}`);
    ended.abort(error);
    ready.reject(error);
  });
  const close = async (): Promise<void> => {
    child.kill('SIGTERM');
    await closed;
    rmSync(dir, { recursive: true, force: true });
  };
  const onAbort = (): void => ready.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await ready.promise;
  } catch (error) {
    await close();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  const [page = '', marathon = ''] = [found.get('page'), found.get('marathon')];
  return {
    ended: ended.signal,
    close,
    perform: (action, within) => perform(action, { page, marathon, file, text }, within),
    measure: async (atS, within) => ({
      atS,
      ...processOf(await read(`${page}/metrics`, within)),
      ...sizesIn(dir),
    }),
  };
}

interface Places {
  readonly page: string;
  readonly marathon: string;
  readonly file: string;
  readonly text: string;
}

async function perform(
  action: Action,
  { page, marathon, file, text }: Places,
  signal: AbortSignal,
): Promise<void> {
  switch (action.kind) {
    case 'edit':
      return replace(file, edited(text, action.edit));
    case 'bad edit':
      return replace(file, BAD_EDIT);
    case 'override': {
      const { app, instances, forS } = action;
      return await send('PUT', `${page}${POLICY}/overrides/${app}`, { instances, for: `${forS}s` }, signal);
    }
    case 'pause':
      return await send('PUT', `${page}${POLICY}/pause`, { for: `${action.forS}s` }, signal);
    case 'fault':
      return await send('POST', `${marathon}/admin/faults`, action.settings, signal);
  }
}

/** In one step, as editors do. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

async function send(method: string, url: string, body: object, signal: AbortSignal): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body), signal });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text.slice(0, 200)}`);
}

async function read(url: string, signal: AbortSignal): Promise<string> {
  const answer = await fetch(url, { signal });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text.slice(0, 200)}`);
  return text;
}

/** NaN where the system does not say. */
export function processOf(metrics: string): Pick<Sample, 'heapMb' | 'rssMb' | 'handles' | 'resources'> {
  const value = (name: string): number =>
    Number(new RegExp(`^${name} ([\\d.e+]+)`, 'm').exec(metrics)?.[1] ?? Number.NaN);
  return {
    heapMb: value('nodejs_heap_size_used_bytes') / MB,
    rssMb: value('process_resident_memory_bytes') / MB,
    handles: value('process_open_fds'),
    resources: value('nodejs_active_resources_total'),
  };
}

/** Of the store and of the record in a folder below it, of the one demo that keeps its things in the directory. */
export function sizesIn(dir: string): Pick<Sample, 'storeMb' | 'recordMb'> {
  const data = readdirSync(dir)
    .map((name) => join(dir, name, 'data'))
    .find((folder) => existsSync(folder));
  if (data === undefined) return { storeMb: 0, recordMb: 0 };
  const entries = readdirSync(data, { recursive: true, encoding: 'utf8' });
  const mb = (some: readonly string[]): number =>
    some.reduce((sum, name) => sum + sizeOf(join(data, name)), 0) / MB;
  const isInFolder = (name: string): boolean => name.includes(sep);
  return {
    storeMb: mb(entries.filter((name) => !isInFolder(name))),
    recordMb: mb(entries.filter(isInFolder)),
  };
}

/** Folders, and what has gone meanwhile, count nothing. */
function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true ? found.size : 0;
}
