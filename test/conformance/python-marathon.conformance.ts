// The embedded Marathon as Debian's python3-marathon sees it.

import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Laptop } from '../support/laptop.ts';
import { missing, type Report, reportOf, threeAgents } from './foreign-client.ts';

/** The system's own, whatever a version manager puts in front of it: Debian's packages are only there. */
const PYTHON = '/usr/bin/python3';
const CLIENT = resolve(import.meta.dirname, 'python/client.py');

const CHECKS = [
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

const skipped = missing('python3-marathon: apt-get install python3-marathon', () =>
  execFileSync(PYTHON, ['-c', 'import marathon'], { stdio: 'pipe' }),
);

describe.skipIf(skipped)('python3-marathon', () => {
  const laptop = new Laptop();
  let report: Report;

  beforeAll(async () => {
    // Its constructors refuse keys that are newer than they are.
    const url = await threeAgents(laptop, ['--look', '1.8']);
    report = await reportOf(PYTHON, ['-B', CLIENT, url]);
  });
  afterAll(() => laptop.end());

  it.each(CHECKS)('%s', (name) => {
    expect(report.get(name)).toBe('ok');
  });

  it('leaves no check out', () => {
    expect([...report.keys()]).toEqual(CHECKS);
  });
});
