// test support: an operator, a Marathon and numbers that tests set, for the troubles that runbooks are about.

import { once } from 'node:events';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Laptop, type MarathonServer, type Operator } from '../../support/programs/laptop.ts';

const TASK = { cmd: 'exec sleep 1000', user: 'nobody', cpus: 0.01, mem: 8 };

/** Numbers behind `http` metrics, by name; a number that is not there is answered with 503. */
class Numbers {
  readonly #values = new Map<string, number>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const value = this.#values.get((request.url ?? '').slice(1));
      response.writeHead(value === undefined ? 503 : 200, { 'content-type': 'application/json' });
      // Ten a second are worked off, whoever asks.
      const done = Math.floor(performance.now() / 100);
      response.end(JSON.stringify(value === undefined ? { error: 'the queue is away' } : { n: value, done }));
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  set(name: string, value: number | undefined): void {
    if (value === undefined) this.#values.delete(name);
    else this.#values.set(name, value);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** One instance for each. */
  target(name: string): object {
    const pointers = { waiting: '/n', completedTotal: '/done' };
    return { perInstance: 1, metric: { http: { url: `${this.origin}/${name}`, pointers } } };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export interface PolicyParts {
  readonly worker?: object;
  /** Further apps. */
  readonly apps?: readonly object[];
  readonly spec?: object;
}

export class RunbookWorld {
  readonly laptop = new Laptop();
  readonly numbers = new Numbers();
  readonly dir: string;
  marathon!: MarathonServer;
  operator!: Operator;

  constructor(dir: string) {
    this.dir = this.laptop.path(dir);
  }

  /** Of an app `worker`, whose count is the number with the policy's name, and an app `rest`, which takes what is left. */
  policy(name: string, { worker = {}, apps, spec = {} }: PolicyParts = {}): object {
    const base = {
      name: 'worker',
      priority: 1,
      instances: { min: 1, max: 9 },
      targets: [this.numbers.target(name)],
      behavior: { giveBackAfter: '0s', onMetricFailure: { staleAfter: '2s' } },
      app: TASK,
    };
    const rest = { name: 'rest', priority: 2, instances: { min: 1 }, remainder: {}, app: TASK };
    return {
      apiVersion: 'microscaling.io/v1alpha1',
      kind: 'MicroscalingPolicy',
      metadata: { name },
      spec: {
        interval: '200ms',
        capacity: { slots: 10 },
        apps: [{ ...base, ...worker }, ...(apps ?? [rest])],
        ...spec,
      },
    };
  }

  /** The path of the file, which is written whole. */
  write(path: string, ...documents: readonly object[]): string {
    const next = this.laptop.path('next');
    writeFileSync(next, documents.map((each) => JSON.stringify(each)).join('\n---\n'));
    renameSync(next, path);
    return path;
  }

  file(name: string): string {
    return `${this.dir}/${name}.yaml`;
  }

  put(name: string, ...documents: readonly object[]): string {
    return this.write(this.file(name), ...documents);
  }

  remove(name: string): void {
    rmSync(this.file(name), { force: true });
  }

  async close(): Promise<void> {
    await this.laptop.end();
    await this.numbers.close();
  }
}
