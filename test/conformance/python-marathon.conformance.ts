// The embedded Marathon as Debian's python3-marathon sees it.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printed } from '../support/programs/command.ts';
import { Laptop } from '../support/programs/laptop.ts';
import { missing, type Report, reportOf, threeAgents } from './foreign-client.ts';

/** The system's own, whatever a version manager puts in front of it: Debian's packages are only there. */
const PYTHON = '/usr/bin/python3';
const SCRIPTS = resolve(import.meta.dirname, 'python');

const OF_A_CLIENT = [
  'who is there',
  'create and wait for the deployment',
  'create twice',
  'an app that is not valid',
  'scale by number and by difference',
  'conflict and force',
  'cancel a deployment',
  'revert a deployment',
  'versions and rollback',
  'restart',
  'several apps at once',
  'groups',
  'tasks on three agents',
  'a killed task comes back',
  'kill and scale',
  'kill all',
  'waiting in the queue',
  'a failing app',
  'health checks',
  'delete',
  'events',
];

const OF_A_CLUSTER = [
  'a password that is not right',
  'the next server',
  'through the standby',
  'events through the standby',
  'another leader',
];

const skipped = missing('python3-marathon: apt-get install python3-marathon', () =>
  execFileSync(PYTHON, ['-c', 'import marathon'], { stdio: 'pipe' }),
);

/** Its constructors refuse keys that are newer than they are. */
const LOOK = ['--look', '1.8'];

const script = (name: string, args: readonly string[]): Promise<Report> =>
  reportOf(PYTHON, ['-B', resolve(SCRIPTS, name), ...args]);

describe.skipIf(skipped)('python3-marathon', () => {
  const laptop = new Laptop();
  let report: Report;

  beforeAll(async () => {
    report = await script('client.py', [(await threeAgents(laptop, LOOK)).url]);
  });
  afterAll(() => laptop.end());

  it.each(OF_A_CLIENT)('%s', (name) => {
    expect(report.get(name)).toBe('ok');
  });

  it('leaves no check out', () => {
    expect([...report.keys()]).toEqual(OF_A_CLIENT);
  });
});

describe.skipIf(skipped)('python3-marathon before two nodes with a password', () => {
  const laptop = new Laptop();
  let report: Report;

  beforeAll(async () => {
    const credentials = laptop.path('credentials');
    writeFileSync(credentials, 'operator:not-a-secret\n', { mode: 0o600 });
    const more = ['--standby', '0', '--http-credentials-file', credentials];
    const { url, command } = await threeAgents(laptop, [...LOOK, ...more]);
    const standby = (await printed(command, /standby at (http:\S+)/))[1] ?? '';
    report = await script('cluster.py', [url, standby, credentials]);
  });
  afterAll(() => laptop.end());

  it.each(OF_A_CLUSTER)('%s', (name) => {
    expect(report.get(name)).toBe('ok');
  });

  it('leaves no check out', () => {
    expect([...report.keys()]).toEqual(OF_A_CLUSTER);
  });
});
