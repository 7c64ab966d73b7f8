// test support: a real Prometheus with the shipped configuration, and questions to it.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort } from '../suite/free-port.ts';
import { until } from '../until.ts';
import { ROOT } from './command.ts';

export const SHIPPED = resolve(ROOT, 'deploy/prometheus');

/**
 * Why tests with Prometheus cannot run here: prints it. Under CI a missing program is a failure, so there they are
 * never skipped.
 */
export function prometheusMissing(): boolean {
  if (process.env['CI'] === 'true') return false;
  try {
    for (const program of ['prometheus', 'promtool'])
      execFileSync(program, ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    console.warn('Prometheus tests skipped: no prometheus and promtool (apt-get install prometheus)');
    return true;
  }
}

/** What promtool prints; throws with it when promtool objects. */
export function promtool(args: readonly string[], input?: string): string {
  return execFileSync('promtool', args, { cwd: SHIPPED, encoding: 'utf8', stdio: 'pipe', input });
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export class Prometheus {
  readonly url: string;
  readonly #child: ChildProcess;

  constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** What an expression gives now. */
  async query(expression: string): Promise<readonly Series[]> {
    const { result } = await this.ask<{
      result: readonly { metric: Record<string, string>; value: readonly [number, string] }[];
    }>(`/api/v1/query?query=${encodeURIComponent(expression)}`);
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  async ask<T>(path: string): Promise<T> {
    const response = await fetch(this.url + path);
    const body = (await response.json()) as { status: string; data: T; error?: string };
    if (body.status !== 'success') throw new Error(body.error);
    return body.data;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** Scrapes `target` (`host:port`) four times a second, otherwise as shipped; keeps everything under `dir`. */
export async function startPrometheus(target: string, dir: string): Promise<Prometheus> {
  mkdirSync(dir, { recursive: true });
  cpSync(join(SHIPPED, 'rules.yaml'), join(dir, 'rules.yaml'));
  const shipped = readFileSync(join(SHIPPED, 'prometheus.yaml'), 'utf8');
  const config = shipped.replace('127.0.0.1:8090', target).replaceAll(/_interval: 5s/g, '_interval: 250ms');
  writeFileSync(join(dir, 'prometheus.yaml'), config);
  return await launchPrometheus(dir);
}

/** With the `prometheus.yaml` of `dir`, which also holds its data. */
export async function launchPrometheus(dir: string): Promise<Prometheus> {
  const address = `127.0.0.1:${await freePort()}`;
  const args = [
    `--config.file=${join(dir, 'prometheus.yaml')}`,
    `--storage.tsdb.path=${join(dir, 'data')}`,
    `--web.listen-address=${address}`,
    '--log.level=warn',
  ];
  const child = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk;
  });
  const prometheus = new Prometheus(`http://${address}`, child);
  await until('Prometheus to be ready', async () => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended: ${complaints}`);
    return (await fetch(`${prometheus.url}/-/ready`).catch(() => undefined))?.ok;
  });
  return prometheus;
}
