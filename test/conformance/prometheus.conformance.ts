// The embedded Marathon as the service discovery of a real Prometheus sees it.

import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Laptop } from '../support/programs/laptop.ts';
import { launchPrometheus, type Prometheus, prometheusMissing } from '../support/programs/prometheus.ts';
import { until } from '../support/until.ts';
import { threeAgents } from './foreign-client.ts';

const CONFIG = (marathon: string): string => `
scrape_configs:
- job_name: marathon
  scrape_interval: 250ms
  marathon_sd_configs:
  - servers: [ '${marathon}' ]
    refresh_interval: 500ms
  relabel_configs:
  - { source_labels: [ __meta_marathon_app ], target_label: app }
  - { source_labels: [ __meta_marathon_task ], target_label: task }
  - { source_labels: [ __meta_marathon_port_index ], target_label: port_index }
  - { source_labels: [ __meta_marathon_app_label_team ], target_label: team }
  - { source_labels: [ __meta_marathon_port_definition_label_use ], target_label: use }
`;

/** Answers on each of its ports, with one metric. */
const ANSWERING = `for (const index of [0, 1])
  require('node:http')
    .createServer((_, answer) => answer.end('answering_port ' + index + '\\n'))
    .listen(process.env['PORT' + index], process.env.HOST)`;

const APP = {
  id: '/shop/api',
  cmd: `exec '${process.execPath}' -e "${ANSWERING}"`,
  cpus: 0.1,
  mem: 64,
  instances: 3,
  labels: { team: 'red' },
  portDefinitions: [
    { port: 0, name: 'http', labels: { use: 'shop' } },
    { port: 0, name: 'admin' },
  ],
};

interface Task {
  readonly id: string;
  readonly host: string;
  readonly ports: readonly number[];
}

interface Target {
  readonly scrapeUrl: string;
  readonly health: string;
  readonly labels: Readonly<Record<string, string>>;
}

describe.skipIf(prometheusMissing())('marathon_sd_configs of Prometheus', () => {
  const laptop = new Laptop();
  let marathon: string;
  let prometheus: Prometheus;

  beforeAll(async () => {
    marathon = (await threeAgents(laptop)).url;
    mkdirSync(laptop.path('prometheus'));
    writeFileSync(laptop.path('prometheus', 'prometheus.yaml'), CONFIG(marathon));
    prometheus = await launchPrometheus(laptop.path('prometheus'));
  });
  afterAll(async () => {
    await prometheus?.stop();
    await laptop.end();
  });

  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(marathon + path, { method, headers, body: JSON.stringify(body) ?? null });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const tasks = async (): Promise<readonly Task[]> =>
    (await ask<{ tasks: readonly Task[] }>('GET', `/v2/apps${APP.id}/tasks`)).tasks;

  /** Waits until Prometheus scrapes exactly the ports of that many running tasks, and each answers. */
  const scraped = (count: number): Promise<readonly Target[]> =>
    until(`the ports of ${count} tasks to be scraped`, async () => {
      const { activeTargets } = await prometheus.ask<{ activeTargets: readonly Target[] }>('/api/v1/targets');
      const running = await tasks();
      const expected = running.flatMap(({ host, ports }) => ports.map((p) => `http://${host}:${p}/metrics`));
      const found = activeTargets.filter(({ health }) => health === 'up').map(({ scrapeUrl }) => scrapeUrl);
      const same = expected.toSorted().join() === found.toSorted().join();
      return same && running.length === count && activeTargets.length === found.length && activeTargets;
    });

  it('finds every port of every task, with the labels of app and port', async () => {
    await ask('POST', '/v2/apps', APP);
    // A task without ports is nothing to scrape.
    await ask('POST', '/v2/apps', { id: '/quiet', cmd: 'exec sleep 1000', cpus: 0.1, portDefinitions: [] });
    const targets = await scraped(3);
    const [{ id } = { id: '' }] = await tasks();
    const ofOne = targets.filter(({ labels }) => labels['task'] === id).map(({ labels }) => labels);
    const common = { job: 'marathon', app: '/shop/api', task: id, team: 'red' };
    expect(ofOne).toHaveLength(2);
    expect(ofOne).toContainEqual(expect.objectContaining({ ...common, port_index: '0', use: 'shop' }));
    expect(ofOne).toContainEqual(expect.objectContaining({ ...common, port_index: '1' }));
  });

  it('reads what the tasks say on the ports that they were given', async () => {
    for (const index of [0, 1])
      await until(`port ${index} of three tasks to be read`, async () => {
        const series = await prometheus.query(`answering_port{port_index="${index}"}`);
        return series.length === 3 && series.every(({ value }) => value === index);
      });
  });

  it('drops the tasks that a scale takes away', async () => {
    const before = (await scraped(3)).map(({ labels }) => labels['task']);
    await ask('PUT', `/v2/apps${APP.id}`, { instances: 1 });
    const [kept] = await scraped(1);
    expect(before).toContain(kept?.labels['task']);
  });

  it('follows a killed task to its new place', async () => {
    const victims = (await tasks()).map(({ id }) => id);
    await ask('POST', '/v2/tasks/delete', { ids: victims });
    await until('another task to be scraped', async () => {
      const now = await scraped(1);
      return now.every(({ labels }) => !victims.includes(labels['task'] ?? ''));
    });
  });

  it('forgets an app that is deleted', async () => {
    await ask('DELETE', `/v2/apps${APP.id}`);
    await until('no target', async () => {
      const { activeTargets } = await prometheus.ask<{ activeTargets: readonly Target[] }>('/api/v1/targets');
      return activeTargets.length === 0;
    });
  });
});
