// Mistakes on the command line: one line that says which, exit code 1, and the process ends.

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../support/programs/command.ts';

const POLICY = 'specs/policies/queue-demo.yaml';
const RUN = ['run', '--policies', POLICY];

let taken: Server;
let takenPort = '';
beforeAll(async () => {
  taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  takenPort = String(typeof address === 'object' ? address?.port : '');
});
afterAll(() => taken.close());

const SECRET = 'swordfish';

describe('a mistake on the command line', () => {
  it.each([
    { args: ['marathon', '--port', '70000'], says: "--port: '70000' is not a port" },
    { args: ['demo', '--port', '70000'], says: "--port: '70000' is not a port" },
    { args: [...RUN, '--marathon', 'nonsense'], says: "marathon url 'nonsense' is not an http" },
    { args: [...RUN, '--marathon', `http://u:${SECRET}@127.0.0.1:1`], says: 'marathon.auth.basic' },
    {
      args: ['plan', '-f', POLICY, '--marathon', `http://u:${SECRET}@127.0.0.1:1`],
      says: 'marathon.auth.basic',
    },
    {
      args: ['get', '--server', `http://u:${SECRET}@127.0.0.1:1`],
      says: '--server: the URL for 127.0.0.1:1',
    },
    {
      args: ['plan', POLICY],
      says: `plan takes no arguments, but was given '${POLICY}'; name files and directories with -f: microscaling plan -f ${POLICY}`,
    },
    { args: ['validate', '-f', 'nosuch.yaml'], says: '-f nosuch.yaml: no such file or directory' },
    { args: ['apply', '-f', 'nosuch.yaml'], says: '-f nosuch.yaml: no such file or directory' },
    { args: ['get', '--server', 'not a host'], says: "--server: 'not a host' is not a URL" },
  ])('$says', async ({ args, says }) => {
    const { code, stdout, stderr } = await run(args);
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(says)]);
    expect(stdout + stderr).not.toContain(SECRET);
  });

  it.each(['plan', 'validate', 'apply'])('is to %s what is no policy at all', async (verb) => {
    const { code, stdout, stderr } = await run([verb, '-f', 'package.json']);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('there is no policy in what was given with -f');
  });

  it('ends although it listened for counters already', async () => {
    const args = [...RUN, '--marathon', 'http://127.0.0.1:1', '--statsd', '127.0.0.1:0'];
    const { code, stderr } = await run([...args, '--api', `127.0.0.1:${takenPort}`]);
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('the port is taken')]);
    expect(code).toBe(1);
  });
});
