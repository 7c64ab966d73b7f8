// Credentials: they reach the place they are for, and nothing else.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GitAccess } from '../../src/policy-sources/git/environment.ts';
import { createGitSource } from '../../src/policy-sources/git/index.ts';
import type { PolicySnapshot, PolicySource } from '../../src/policy-sources/source.ts';
import { type Clock, systemClock } from '../../src/runtime/clock.ts';
import { TerminalError } from '../../src/runtime/errors.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { GitRepository, type GitServer, patientClock, startGitServer } from '../support/programs/git.ts';
import { until } from '../support/until.ts';
import { loadLines } from './line-loader.ts';

const never = new AbortController().signal;
const TOKEN = 'glpat-hunter2hunter2';

let root: string;
let remote: GitRepository;
let servers: GitServer[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'git-access-'));
  remote = new GitRepository(join(root, 'served', 'policies.git'));
  remote.commit({ 'a.yaml': 'a 1' });
  servers = [];
});

afterEach(() => {
  for (const server of servers) server.close();
  rmSync(root, { recursive: true, force: true });
});

async function serve(options: Parameters<typeof startGitServer>[1] = {}): Promise<GitServer> {
  const server = await startGitServer(join(root, 'served'), options);
  servers.push(server);
  return server;
}

function sourceOf(
  repository: string,
  access: GitAccess = {},
  env: Record<string, string> = {},
  clock: Clock = patientClock,
): PolicySource {
  return createGitSource(
    { repository, access, intervalMs: 50, suspended: false, allowEmpty: false, dataDir: join(root, 'data') },
    { load: loadLines, clock, log: silentLogger, env: { PATH: process.env['PATH'], ...env } },
  );
}

function told({ resources, problems, complete }: PolicySnapshot): string {
  return `${resources.length} ${complete} ${problems.map(({ message }) => message).join('; ')}`;
}

/** What was shown to anybody. */
function everythingIn(snapshot: PolicySnapshot): string {
  return JSON.stringify(snapshot);
}

describe('a repository over HTTP', () => {
  it('is read without credentials where it needs none', async () => {
    const server = await serve();
    expect(told(await sourceOf(`${server.url}/policies.git`).list(never))).toBe('1 true ');
    expect(server.requests.every((request) => !request.includes('Basic'))).toBe(true);
  });

  it('is read with a token, which stands nowhere else', async () => {
    const server = await serve({ token: TOKEN });
    const source = sourceOf(`${server.url}/policies.git`, { token: () => `${TOKEN}\n` });
    const snapshot = await source.list(never);
    expect(told(snapshot)).toBe('1 true ');
    expect(everythingIn(snapshot)).not.toContain(TOKEN);
    const credentials = Buffer.from(`x-access-token:${TOKEN}`).toString('base64');
    expect(server.requests.at(-1)).toMatch(new RegExp(` Basic ${credentials}$`));
    expect(filesBelow(join(root, 'data'))).not.toMatch(/hunter2/);
  });

  it('is read with a user and a password', async () => {
    const server = await serve({ token: TOKEN });
    const source = sourceOf(`${server.url}/policies.git`, { token: () => `deploy:${TOKEN}` });
    expect(told(await source.list(never))).toBe('1 true ');
    const credentials = Buffer.from(`deploy:${TOKEN}`).toString('base64');
    expect(server.requests.at(-1)).toMatch(new RegExp(` Basic ${credentials}$`));
  });

  it('uses a token that was rotated', async () => {
    const server = await serve({ token: TOKEN });
    let token = 'glpat-old-old-old-old';
    const source = sourceOf(`${server.url}/policies.git`, { token: () => token });
    expect(told(await source.list(never))).toMatch(
      /^0 false the repository wants other credentials: check --git-token-file/,
    );
    token = TOKEN;
    expect(told(await source.list(never))).toBe('1 true ');
    token = 'glpat-old-old-old-old';
    expect(told(await source.list(never))).toMatch(
      /^1 false cannot be followed: the repository wants other credentials.*is the last one known$/,
    );
  });

  it('asks nobody when credentials are missing', async () => {
    const server = await serve({ token: TOKEN });
    const snapshot = await sourceOf(`${server.url}/policies.git`).list(never);
    expect(told(snapshot)).toMatch(/^0 false the repository wants other credentials: check --git-token-file/);
  });

  it('sends no token after a redirect', async () => {
    const thief = await serve();
    const server = await serve({ redirectTo: thief.url });
    const source = sourceOf(`${server.url}/policies.git`, { token: () => TOKEN });
    expect(told(await source.list(never))).toMatch(/^0 false it has moved: name its new address in --git/);
    expect(thief.requests).toEqual([]);
  });

  it('takes no credentials from elsewhere', async () => {
    const server = await serve({ token: TOKEN });
    writeFileSync(join(root, '.netrc'), `machine 127.0.0.1 login u password ${TOKEN}\n`, { mode: 0o600 });
    writeFileSync(join(root, '.git-credentials'), `http://u:${TOKEN}@127.0.0.1\n`);
    writeFileSync(join(root, '.gitconfig'), '[credential]\n helper = store\n');
    const source = sourceOf(`${server.url}/policies.git`, {}, { HOME: root, GIT_ASKPASS: '/bin/echo' });
    expect(told(await source.list(never))).toMatch(/wants other credentials/);
    expect(server.requests.every((request) => !request.includes('Basic'))).toBe(true);
  });

  it('sends no token in the clear beyond this machine', async () => {
    const source = sourceOf('http://git.example/policies.git', { token: () => TOKEN });
    expect(told(await source.list(never))).toBe(
      '0 false the token is not sent to http://git.example in the clear: use https',
    );
  });

  it.each(['', '\n', 'two\nlines', 'tökèn'])('refuses the token %j', async (token) => {
    const source = sourceOf('https://127.0.0.1:1/policies.git', { token: () => token });
    expect(told(await source.list(never))).toBe(
      '0 false the git token is empty or not one line of plain text',
    );
  });

  it('says when the token cannot be had', async () => {
    const token = (): string => {
      throw new TerminalError('file /run/token cannot be read');
    };
    expect(told(await sourceOf('https://127.0.0.1:1/policies.git', { token }).list(never))).toBe(
      '0 false file /run/token cannot be read',
    );
  });

  it.each([
    ['nobody listens', 'http://127.0.0.1:1/policies.git', /the host cannot be reached/],
    ['there is no such host', 'http://nowhere.invalid/policies.git', /the host cannot be (found|reached)/],
  ])('says when %s', async (_, url, message) => {
    const source = sourceOf(url);
    const first = told(await source.list(never));
    expect(first).toMatch(message);
    // The same trouble is told in the same words: it is logged once.
    expect(told(await source.list(never))).toBe(first);
  });

  it('says when there is no such repository', async () => {
    const server = await serve();
    expect(told(await sourceOf(`${server.url}/none.git`).list(never))).toMatch(/there is no such repository/);
  });

  it('does not hold up others while a server says nothing', async () => {
    const silent = createServer((socket) => void socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const abort = new AbortController();
    const source = sourceOf(`http://127.0.0.1:${port}/policies.git`, {}, {}, systemClock);
    const watching = source.watch(() => undefined, abort.signal);
    try {
      expect(told(await source.list(never))).toBe('0 false it is being fetched for the first time');
    } finally {
      // Its git ends with it, and with git whatever it has started.
      abort.abort(new Error('over'));
      await watching;
      silent.close();
    }
    await until(
      'no connection is left',
      () => new Promise<boolean>((resolve) => silent.getConnections((_, n) => resolve(n === 0))),
    );
  });
});

describe('a repository over ssh', () => {
  /** Stands in for ssh: notes how it was called, then does what the other side would. */
  function fakeSsh(): string {
    const bin = join(root, 'bin');
    mkdirSync(bin);
    const script = `#!/bin/sh\nprintf '%s\\n' "$@" > '${root}/arguments'\nfor last; do :; done\ncd '${root}/served' && eval "\${last#git-}" 2>/dev/null || eval "$last"\n`;
    writeFileSync(join(bin, 'ssh'), script);
    chmodSync(join(bin, 'ssh'), 0o755);
    return `${bin}:${process.env['PATH']}`;
  }

  it.each([
    ['a URL', 'ssh://git@git.example:2222'],
    ['the short form', 'git@git.example:'],
  ])('is read with its own key and known hosts, by %s', async (_, host) => {
    const repository = `${host}${remote.dir}`;
    const access = { sshKeyFile: "/keys/the operator's key", knownHostsFile: '/keys/known hosts' };
    const source = sourceOf(repository, access, { PATH: fakeSsh() });
    expect(told(await source.list(never))).toBe('1 true ');
    const words = readFileSync(join(root, 'arguments'), 'utf8').split('\n');
    expect(words.slice(0, 2)).toEqual(['-F', 'none']);
    expect(words).toContain('StrictHostKeyChecking=yes');
    expect(words).toContain('BatchMode=yes');
    expect(words).toContain('ForwardAgent=no');
    expect(words).toContain('UserKnownHostsFile="/keys/known hosts"');
    expect(words[words.indexOf('-i') + 1]).toBe("/keys/the operator's key");
    expect(words).toContain('git@git.example');
  });

  it('runs nothing that a name of a file would say', async () => {
    const bait = join(root, 'bait');
    const access = { sshKeyFile: `/k'; touch ${bait}; '`, knownHostsFile: `/h$(touch ${bait})` };
    await sourceOf(`git@git.example:${remote.dir}`, access, { PATH: fakeSsh() }).list(never);
    expect(existsSync(bait)).toBe(false);
    expect(readFileSync(join(root, 'arguments'), 'utf8')).toContain('touch');
  });

  it.each(['/key"s', '/key%h'])(
    'refuses the key file %s, which ssh would read as something else',
    async (sshKeyFile) => {
      expect(told(await sourceOf('git@git.example:x', { sshKeyFile }).list(never))).toMatch(
        /ssh cannot use a file of this name/,
      );
    },
  );

  it('says when nobody listens, with the real ssh', async () => {
    const snapshot = await sourceOf('ssh://git@127.0.0.1:1/policies.git').list(never);
    expect(told(snapshot)).toMatch(/^0 false the host cannot be reached/);
  });
});

function filesBelow(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}
