// The embedded Marathon as go-marathon sees it, the library below Traefik and others.

import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Laptop } from '../support/programs/laptop.ts';
import { missing, type Report, reportOf, threeAgents } from './foreign-client.ts';

const CLIENT = resolve(import.meta.dirname, 'go');
const DOWNLOAD_WITHIN_MS = 60_000;

const CHECKS = [
  'who is there',
  'create and wait for the application',
  'create twice',
  'an app that is not valid',
  'an app that is not there',
  'scale and wait for the deployment',
  'conflict and force',
  'cancel a deployment',
  'update and go back to an earlier version',
  'restart',
  'groups',
  'tasks on three agents',
  'kill and scale',
  'kill all on a host',
  'waiting in the queue',
  'health checks',
  'events',
  'delete',
];

const go = (args: readonly string[], timeout?: number): void => {
  execFileSync('go', args, { cwd: CLIENT, stdio: 'pipe', timeout });
};

// Debian does not package the library: it takes a Go toolchain and a module proxy, which CI need not have.
const skipped = missing(
  'go and module proxy for go-marathon',
  () => go(['mod', 'download'], DOWNLOAD_WITHIN_MS),
  { required: false },
);

describe.skipIf(skipped)('go-marathon', () => {
  const laptop = new Laptop();
  let report: Report;

  beforeAll(async () => {
    const program = laptop.path('client');
    go(['build', '-o', program, '.']);
    report = await reportOf(program, [(await threeAgents(laptop)).url]);
  });
  afterAll(() => laptop.end());

  it.each(CHECKS)('%s', (name) => {
    expect(report.get(name)).toBe('ok');
  });

  it('leaves no check out', () => {
    expect([...report.keys()]).toEqual(CHECKS);
  });
});
