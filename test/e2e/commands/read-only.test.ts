// Commands where nothing can be written, and the check of an image whose operator does not answer.

import { expect, it } from 'vitest';
import { run } from '../../support/programs/command.ts';

const NOWHERE = { TMPDIR: '/nowhere/at/all' };
const RUN = [
  'run',
  '--git',
  'https://127.0.0.1:1/x.git',
  '--marathon',
  'http://127.0.0.1:1',
  '--api',
  '127.0.0.1:0',
];

it.each([
  ['run --git', RUN, /--data DIR.*--tmpfs \/nowhere\/at\/all.*TMPDIR/],
  ['marathon', ['marathon', '--port', '0'], /--tmpfs \/nowhere\/at\/all.*TMPDIR/],
  ['demo', ['demo', '--for', '1s'], /--tmpfs \/nowhere\/at\/all.*TMPDIR/],
])('%s says in one line what would help', async (_, args, words) => {
  const { code, stderr } = await run(args, { env: NOWHERE });
  const lines = stderr.trim().split('\n');
  expect([code, lines.length]).toEqual([1, 1]);
  expect(lines[0]).toMatch(words);
});

it('health says that nobody answers, and where it asked', async () => {
  const { code, stdout } = await run(['health', '--api', '127.0.0.1:1']);
  expect([code, stdout.trim()]).toEqual([1, expect.stringMatching(/^http:\/\/127\.0\.0\.1:1\/healthz: /)]);
});
