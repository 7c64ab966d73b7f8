import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitSource, type GitSourceConfig } from '../../src/policy-sources/git/index.ts';
import type { PolicySnapshot, PolicySource } from '../../src/policy-sources/source.ts';
import type { Logger } from '../../src/runtime/log.ts';
import { describePolicySource } from '../contract/policy-source.ts';
import { GitRepository, patientClock } from '../support/programs/git.ts';
import { until } from '../support/until.ts';
import { loadLines } from './line-loader.ts';

const never = new AbortController().signal;

let root: string;
let remote: GitRepository;
let logged: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'git-source-'));
  remote = new GitRepository(join(root, 'remote'));
  logged = [];
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const log: Logger = {
  debug: () => undefined,
  info: (message) => logged.push(`info ${message}`),
  warn: (message) => logged.push(`warn ${message}`),
  error: (message) => logged.push(`error ${message}`),
  child: () => log,
};

function sourceOf(repository: string, more: Partial<GitSourceConfig> = {}): PolicySource {
  return createGitSource(
    {
      repository,
      access: {},
      intervalMs: 50,
      suspended: false,
      allowEmpty: false,
      dataDir: join(root, 'data'),
      ...more,
    },
    { load: loadLines, clock: patientClock, log, env: process.env },
  );
}

/** `name=slots` of what is in effect, by name. */
function slots({ resources }: PolicySnapshot): string {
  return resources
    .map(({ resource }) => `${resource.metadata.name}=${resource.spec.capacity?.slots}`)
    .sort()
    .join(' ');
}

function errors({ problems }: PolicySnapshot): readonly string[] {
  return problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
}

describePolicySource('git', async () => {
  const home = mkdtempSync(join(tmpdir(), 'git-contract-'));
  const repository = new GitRepository(join(home, 'remote'));
  repository.commit({ 'readme.md': 'policies' });
  return {
    source: createGitSource(
      { repository: repository.url, access: {}, intervalMs: 50, suspended: false, allowEmpty: true },
      { load: loadLines, clock: patientClock, log, env: process.env },
    ),
    put: async (name, count) => void repository.commit({ [`${name}.yaml`]: `${name} ${count}\n` }),
    spoil: async (name) => void repository.commit({ [`${name}.yaml`]: '???\n' }),
    remove: async (name) => void repository.remove(`${name}.yaml`),
    hide: async () => renameSync(repository.dir, `${repository.dir}.hidden`),
    reveal: async () => renameSync(`${repository.dir}.hidden`, repository.dir),
    close: async () => rmSync(home, { recursive: true, force: true }),
  };
});

describe('git source: what is read', () => {
  it('says where a policy stands, and in which commit', async () => {
    const commit = remote.commit({ 'a.yaml': '\nshop 5\n' });
    const { resources } = await sourceOf(remote.url).list(never);
    expect(resources).toMatchObject([{ place: `${remote.url} a.yaml:2`, revision: `main@sha1:${commit}` }]);
  });

  it.each([
    ['the head', '', 'a=1 b=2 c=3'],
    ['a branch', '#other', 'o=9'],
    ['a tag', '#v1', 'a=1 b=2'],
    ['an annotated tag', '#v2', 'a=1 b=2'],
    ['a directory', '#main:dir', 'b=2 c=3'],
    ['a directory further down', '#main:/dir/deep/', 'c=3'],
    ['a file, whatever it is called', '#main:dir/policies.txt', 't=4'],
    ['a directory of the head', '#:dir/deep', 'c=3'],
  ])('follows %s', async (_, fragment, expected) => {
    remote.commit({ 'a.yaml': 'a 1', 'dir/b.json': 'b 2', 'dir/policies.txt': 't 4' });
    remote.git('tag', 'v1');
    remote.git('tag', '--annotate', '--message', 'two', 'v2');
    remote.git('branch', 'other');
    remote.commit({ 'dir/deep/c.yml': 'c 3' });
    remote.git('checkout', '--quiet', 'other');
    remote.remove('a.yaml', 'dir');
    remote.commit({ 'o.yaml': 'o 9' });
    remote.git('checkout', '--quiet', 'main');
    expect(slots(await sourceOf(`${remote.url}${fragment}`).list(never))).toBe(expected);
  });

  it('does nothing with links, hidden names, submodules and odd names', async () => {
    remote.commit({ 'sub/x.yaml': 'x 1' });
    const submodule = remote.head();
    remote.link('passwd.yaml', '/etc/passwd');
    remote.link('up.yaml', '../../outside.yaml');
    remote.git('update-index', '--add', '--cacheinfo', `160000,${submodule},module.yaml`);
    remote.commit({
      'a.yaml': 'a 1',
      '.github/ci.yaml': 'hidden 1',
      '.hidden.yaml': 'hidden 2',
      'new\nline.yaml': 'newline 3',
      '-b.yaml': 'dash 4',
      '*.yaml': 'star 5',
      '"quoted".yaml': 'quoted 6',
      '`id`$(id).yaml': 'shell 7',
    });
    remote.git('update-index', '--add', '--cacheinfo', `160000,${submodule},module.yaml`);
    remote.git('commit', '--quiet', '--message', 'a submodule');
    const snapshot = await sourceOf(remote.url).list(never);
    expect(slots(snapshot)).toBe('a=1 dash=4 newline=3 quoted=6 shell=7 star=5 x=1');
    expect(snapshot.complete).toBe(true);
    expect(snapshot.problems.map(({ severity, source }) => `${severity} ${source}`)).toEqual([
      `warning ${remote.url} passwd.yaml`,
      `warning ${remote.url} up.yaml`,
    ]);
    expect(snapshot.resources.every(({ place }) => !place.includes('\n'))).toBe(true);
  });

  it('takes a path with signs of a pattern as it is', async () => {
    remote.commit({ '[ab]/x.yaml': 'right 1', 'a/x.yaml': 'wrong 1', 'b/x.yaml': 'wrong 2' });
    expect(slots(await sourceOf(`${remote.url}#main:[ab]`).list(never))).toBe('right=1');
  });

  it('keeps the policies of files that cannot be read any more', async () => {
    remote.commit({ 'a.yaml': 'a 1', 'b.yaml': 'b 2', 'c.yaml': 'c 3', 'd.yaml': 'd 4' });
    const source = sourceOf(remote.url);
    await source.list(never);
    remote.commit({
      'a.yaml': 'a 10',
      'b.yaml': new Uint8Array([0xff, 0xfe]),
      'c.yaml': `c 3\n${'\n'.repeat(1024 * 1024)}`,
    });
    remote.remove('d.yaml');
    const snapshot = await source.list(never);
    expect(slots(snapshot)).toBe('a=10');
    expect(snapshot.invalid.map(({ key }) => key)).toEqual(['default/b', 'default/c']);
    expect(snapshot.complete).toBe(true);
    expect(errors(snapshot)).toEqual([
      expect.stringMatching(/not UTF-8/),
      expect.stringMatching(/has 1048580 bytes, more than the 1048576 \(1 MiB\)/),
    ]);
  });

  it.each([
    ['does not parse', { 'p1.yaml': '???\n' }],
    ['does not parse and has another name', { 'p1-moved.yaml': '???name:p1\n' }],
  ])('prunes the others while a file %s', async (_, broken) => {
    remote.commit({ 'p1.yaml': 'p1 1', 'p2.yaml': 'p2 1', 'p3.yaml': 'p3 1' });
    const source = sourceOf(remote.url);
    await source.list(never);
    remote.remove('p2.yaml');
    if (!('p1.yaml' in broken)) remote.remove('p1.yaml');
    remote.commit(broken);
    const snapshot = await source.list(never);
    expect(slots(snapshot)).toBe('p3=1');
    expect(snapshot.complete).toBe(true);
    expect([...snapshot.invalid.map(({ key }) => key), ...(snapshot.unsure ?? [])].join()).toMatch(
      /^(default\/)?p1$/,
    );
  });

  it('takes a link in the place of a file for what stood in the file, until it is gone', async () => {
    remote.commit({ 'p1.yaml': 'p1 1', 'p2.yaml': 'p2 1', 'kustomization.yaml': '' });
    const source = sourceOf(remote.url);
    await source.list(never);
    remote.remove('p1.yaml', 'p2.yaml');
    remote.link('p1.yaml', '../base/p1.yaml');
    remote.commit({ 'p3.yaml': 'p3 1' });
    const linked = await source.list(never);
    expect(linked.invalid.map(({ key }) => key)).toEqual(['default/p1']);
    expect(linked.complete).toBe(true);
    remote.remove('p1.yaml');
    expect(await source.list(never)).toMatchObject({ invalid: [], complete: true });
  });

  it('lets four of five policies go on when a commit breaks the fifth', async () => {
    remote.commit({ 'all.yaml': 'a 1\nb 1\nc 1\nd 1\ne 1\n' });
    const source = sourceOf(remote.url);
    await source.list(never);
    remote.commit({ 'all.yaml': 'a 2\nb 2\nc !\nd 2\ne 2\n' });
    const snapshot = await source.list(never);
    expect(slots(snapshot)).toBe('a=2 b=2 d=2 e=2');
    expect(snapshot.invalid).toMatchObject([{ key: 'default/c', place: `${remote.url} all.yaml:3` }]);
    expect(snapshot.complete).toBe(true);
  });
});

describe('git source: a start while the newest commit is bad', () => {
  it.each([
    ['an invalid document', { 'b.yaml': 'b !\n' }, 'a=2 b=1 c=1', ['default/b']],
    ['a file that does not parse', { 'b.yaml': '???\n' }, 'a=2 b=1 c=1', ['default/b']],
  ])('runs the last good version of %s, then says what is wrong', async (_, bad, first, invalid) => {
    const sound = remote.commit({ 'a.yaml': 'a 1', 'b.yaml': 'b 1', 'c.yaml': 'c 1', 'd.yaml': 'd 1' });
    await sourceOf(remote.url).list(never);
    remote.remove('d.yaml');
    const commit = remote.commit({ 'a.yaml': 'a 2', ...bad });
    const source = sourceOf(remote.url);
    const started = await source.list(never);
    expect(slots(started)).toBe(first);
    expect(started.invalid).toEqual([]);
    expect(started.resources.map(({ revision }) => revision.slice('main@sha1:'.length))).toEqual([
      commit,
      commit,
      sound,
    ]);
    const next = await source.list(never);
    expect(slots(next)).toBe('a=2 c=1');
    expect(next.invalid.map(({ key }) => key)).toEqual(invalid);
    expect(next.complete).toBe(true);
    expect(errors(next)).toHaveLength(1);
  });

  it('tells its watcher to look once more', async () => {
    remote.commit({ 'a.yaml': 'a 1' });
    await sourceOf(remote.url).list(never);
    remote.commit({ 'a.yaml': 'a !' });
    const source = sourceOf(remote.url);
    const abort = new AbortController();
    let listed: Promise<unknown> = Promise.resolve();
    let latest: PolicySnapshot | undefined;
    const watching = source.watch(() => {
      listed = listed.then(async () => {
        latest = await source.list(never);
      });
    }, abort.signal);
    await until('the truth', () => latest !== undefined && latest.invalid.length === 1);
    abort.abort(new Error('over'));
    await watching;
  });
});

describe('git source: a history that moves', () => {
  it('follows a commit at a time, and tells', async () => {
    remote.commit({ 'a.yaml': 'a 1' });
    const source = sourceOf(remote.url);
    await source.list(never);
    const second = remote.commit({ 'a.yaml': 'a 2' });
    const snapshot = await source.list(never);
    expect(slots(snapshot)).toBe('a=2');
    expect(snapshot.resources[0]?.revision).toBe(`main@sha1:${second}`);
    expect(logged).toEqual(['info git: following a branch', 'info git: new commit']);
  });

  it('follows a branch that was rewritten, and says so', async () => {
    remote.commit({ 'a.yaml': 'a 1' });
    const first = remote.head();
    remote.commit({ 'a.yaml': 'a 2' });
    const source = sourceOf(remote.url);
    expect(slots(await source.list(never))).toBe('a=2');
    remote.git('reset', '--quiet', '--hard', first);
    remote.commit({ 'a.yaml': 'a 3', 'b.yaml': 'b 1' });
    const snapshot = await source.list(never);
    expect(slots(snapshot)).toBe('a=3 b=1');
    expect(snapshot).toMatchObject({ complete: true, problems: [] });
    expect(logged.at(-1)).toMatch(/^warn git: the branch was rewritten/);
  });

  it('follows a branch that was replaced by one without common history', async () => {
    remote.commit({ 'a.yaml': 'a 1' });
    const source = sourceOf(remote.url);
    await source.list(never);
    remote.git('checkout', '--quiet', '--orphan', 'fresh');
    remote.commit({ 'a.yaml': 'a 7' });
    remote.git('branch', '--move', '--force', 'fresh', 'main');
    expect(slots(await source.list(never))).toBe('a=7');
    expect(logged.at(-1)).toMatch(/^warn git: the branch was rewritten/);
  });

  it('follows the head to another branch', async () => {
    remote.commit({ 'a.yaml': 'a 1' });
    const source = sourceOf(remote.url);
    await source.list(never);
    remote.git('checkout', '--quiet', '-b', 'trunk');
    const commit = remote.commit({ 'a.yaml': 'a 2' });
    expect((await source.list(never)).resources[0]?.revision).toBe(`trunk@sha1:${commit}`);
  });

  it('reads a repository that is shallow itself', async () => {
    remote.commit({ 'a.yaml': 'a 1' });
    remote.commit({ 'a.yaml': 'a 2' });
    execFileSync('git', ['clone', '--quiet', '--depth=1', remote.url, join(root, 'shallow')], {
      stdio: 'ignore',
    });
    expect(slots(await sourceOf(join(root, 'shallow')).list(never))).toBe('a=2');
  });

  it('keeps its own directory small over many commits', async () => {
    const source = sourceOf(remote.url);
    for (let i = 0; i < 12; i++) {
      remote.commit({ 'a.yaml': `a ${i}` });
      await source.list(never);
    }
    const [directory = ''] = readdirSync(join(root, 'data', 'git'));
    const count = execFileSync('git', [
      '--git-dir',
      join(root, 'data', 'git', directory),
      'rev-list',
      '--all',
      '--count',
    ]);
    expect(Number(count)).toBeLessThanOrEqual(12);
    expect(readdirSync(join(root, 'data', 'git', directory)).sort()).not.toContain('index');
  });
});

describe('git source: when the remote is not there', () => {
  it('goes on with the last commit, also after a restart', async () => {
    const commit = remote.commit({ 'a.yaml': 'a 1' });
    await sourceOf(remote.url).list(never);
    rmSync(remote.dir, { recursive: true });
    const snapshot = await sourceOf(remote.url).list(never);
    expect(slots(snapshot)).toBe('a=1');
    expect(snapshot.resources[0]?.revision).toBe(`main@sha1:${commit}`);
    expect(snapshot.complete).toBe(false);
    expect(errors(snapshot)).toEqual([
      expect.stringMatching(
        /cannot be followed: there is no such repository.*; commit \w{10} of main is the last one known/,
      ),
    ]);
  });

  it('goes on when its branch was deleted', async () => {
    remote.commit({ 'a.yaml': 'a 1' });
    remote.git('branch', 'prod');
    const source = sourceOf(`${remote.url}#prod`);
    await source.list(never);
    remote.git('branch', '--delete', '--force', 'prod');
    const snapshot = await source.list(never);
    expect(slots(snapshot)).toBe('a=1');
    expect(snapshot.complete).toBe(false);
    expect(errors(snapshot)).toEqual([expect.stringMatching(/it has no branch or tag 'prod'/)]);
  });

  it.each([
    ['an empty repository', () => undefined, /it has no commit yet/],
    [
      'a directory that is no repository',
      () => rmSync(join(remote.dir, '.git'), { recursive: true }),
      /no such repository/,
    ],
  ])('knows nothing of %s', async (_, arrange, message) => {
    arrange();
    const snapshot = await sourceOf(remote.url).list(never);
    expect(snapshot).toMatchObject({ resources: [], complete: false });
    expect(errors(snapshot)).toEqual([expect.stringMatching(message)]);
  });

  it('says that there is no git', async () => {
    const source = createGitSource(
      { repository: remote.url, access: {}, intervalMs: 50, suspended: false, allowEmpty: false },
      { load: loadLines, clock: patientClock, log, env: { PATH: root } },
    );
    expect(errors(await source.list(never))).toEqual([
      expect.stringMatching(/there is no git on this machine: install it/),
    ]);
  });

  it('fetches anew what was damaged', async () => {
    remote.commit({ 'a.yaml': 'a 1' });
    await sourceOf(remote.url).list(never);
    const objects = join(root, 'data', 'git', readdirSync(join(root, 'data', 'git'))[0] ?? '', 'objects');
    for (const entry of readdirSync(objects, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) rmSync(join(entry.parentPath, entry.name), { force: true });
    }
    const source = sourceOf(remote.url);
    await until('it is there again', () =>
      source
        .list(never)
        .then(slots, () => false)
        .then((now) => now === 'a=1'),
    );
  });

  it('is not stopped by the locks that a killed git left behind', async () => {
    remote.commit({ 'a.yaml': 'a 1' });
    await sourceOf(remote.url).list(never);
    const directory = join(root, 'data', 'git', readdirSync(join(root, 'data', 'git'))[0] ?? '');
    for (const name of ['shallow.lock', 'config.lock', 'refs/microscaling/newest.lock']) {
      writeFileSync(join(directory, name), '');
    }
    remote.commit({ 'a.yaml': 'a 2' });
    const snapshot = await sourceOf(remote.url).list(never);
    expect(slots(snapshot)).toBe('a=2');
    expect(snapshot.problems).toEqual([]);
  });
});

describe('git source: a commit that deletes everything', () => {
  it.each([
    ['removes the files', () => void remote.remove('a.yaml', 'b.yaml')],
    ['empties the files', () => void remote.commit({ 'a.yaml': '', 'b.yaml': '\n' })],
  ])('is held when it %s, over a restart too, until that is allowed', async (_, deleteAll) => {
    const before = remote.commit({ 'a.yaml': 'a 1', 'b.yaml': 'b 2' });
    const source = sourceOf(remote.url);
    await source.list(never);
    deleteAll();
    for (const asked of [source, source, sourceOf(remote.url)]) {
      const held = await asked.list(never);
      expect(slots(held)).toBe('a=1 b=2');
      expect(held.complete).toBe(false);
      expect(held.deletionHeld).toMatch(
        /^commit \w{10} of main leaves no policy at all: what commit \w{10} says \(2\) goes on; .*--allow-empty/,
      );
      expect(held.resources[0]?.revision).toBe(`main@sha1:${before}`);
    }
    const allowed = await sourceOf(remote.url, { allowEmpty: true }).list(never);
    expect(allowed).toMatchObject({ resources: [], invalid: [], complete: true });
    expect(allowed.deletionHeld).toBeUndefined();
    // What was let go is gone: there is nothing to hold any more.
    expect((await sourceOf(remote.url).list(never)).deletionHeld).toBeUndefined();
  });

  it('goes on with the commit before also when that was partly broken, over a restart too', async () => {
    remote.commit({ 'a.yaml': 'a 1', 'b.yaml': 'b 2', 'c.yaml': 'c 3' });
    const source = sourceOf(remote.url);
    await source.list(never);
    remote.commit({ 'a.yaml': 'a 5', 'b.yaml': '???' });
    expect(slots(await source.list(never))).toBe('a=5 c=3');
    remote.remove('a.yaml', 'b.yaml', 'c.yaml');
    const held = await source.list(never);
    expect(held.deletionHeld).toMatch(/leaves no policy at all/);
    expect(slots(held)).toBe('a=5 c=3');
    expect(held.complete).toBe(false);
    const restarted = await sourceOf(remote.url).list(never);
    expect(restarted.deletionHeld).toMatch(/says \(3\) goes on/);
    expect(slots(restarted)).toBe('a=5 b=2 c=3');
  });

  it('is over when there are policies again', async () => {
    remote.commit({ 'a.yaml': 'a 1', 'b.yaml': 'b 2' });
    const source = sourceOf(remote.url);
    await source.list(never);
    remote.remove('a.yaml', 'b.yaml');
    await source.list(never);
    remote.commit({ 'a.yaml': 'a 3' });
    const snapshot = await source.list(never);
    expect(slots(snapshot)).toBe('a=3');
    expect(snapshot).toMatchObject({ complete: true, problems: [] });
    expect(snapshot.deletionHeld).toBeUndefined();
  });

  it('holds a path that vanishes as well', async () => {
    remote.commit({ 'prod/a.yaml': 'a 1', 'x.yaml': 'x 1' });
    const source = sourceOf(`${remote.url}#main:prod`);
    await source.list(never);
    remote.remove('prod');
    expect((await source.list(never)).deletionHeld).toMatch(/leaves no policy at all/);
  });

  it('lets the last but one policy go', async () => {
    remote.commit({ 'a.yaml': 'a 1', 'b.yaml': 'b 2' });
    const source = sourceOf(remote.url);
    await source.list(never);
    remote.remove('a.yaml');
    const snapshot = await source.list(never);
    expect(slots(snapshot)).toBe('b=2');
    expect(snapshot).toMatchObject({ complete: true, problems: [] });
  });

  it('starts with a repository that has no policy yet', async () => {
    remote.commit({ 'readme.md': 'soon' });
    const source = sourceOf(remote.url);
    const snapshot = await source.list(never);
    expect(snapshot).toMatchObject({ resources: [], complete: true });
    expect(snapshot.problems).toMatchObject([
      { severity: 'warning', message: expect.stringMatching(/no policies here/) },
    ]);
    remote.commit({ 'a.yaml': 'a 1' });
    expect(slots(await source.list(never))).toBe('a=1');
  });
});

describe('git source: suspended', () => {
  it('stays at its commit, over a restart too', async () => {
    remote.commit({ 'a.yaml': 'a 1' });
    await sourceOf(remote.url).list(never);
    remote.commit({ 'a.yaml': 'a 2' });
    const snapshot = await sourceOf(remote.url, { suspended: true }).list(never);
    expect(slots(snapshot)).toBe('a=1');
    expect(snapshot).toMatchObject({ complete: true, problems: [] });
    expect(slots(await sourceOf(remote.url).list(never))).toBe('a=2');
  });

  it('says that there is nothing to stay at', async () => {
    remote.commit({ 'a.yaml': 'a 1' });
    const snapshot = await sourceOf(remote.url, { suspended: true }).list(never);
    expect(snapshot).toMatchObject({ resources: [], complete: false });
    expect(errors(snapshot)).toEqual([
      expect.stringMatching(/suspended, and there is no commit from before/),
    ]);
  });
});

describe('git source: bounds', () => {
  it('does not take a commit with too many policy files; the last one goes on', async () => {
    remote.commit({ 'a.yaml': 'a 1' });
    const source = sourceOf(remote.url);
    await source.list(never);
    manyFiles(10_001);
    const snapshot = await settled(source);
    expect(slots(snapshot)).toBe('a=1');
    expect(snapshot.complete).toBe(false);
    expect(errors(snapshot)).toEqual([
      expect.stringMatching(/is not taken: it holds more than 10000 policy files: name a path/),
    ]);
  });

  it('does not take a commit with more text than is read', async () => {
    const text = '\n'.repeat(1000 * 1024);
    remote.commit(Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`f${i}.yaml`, text])));
    const snapshot = await settled(sourceOf(remote.url));
    expect(snapshot).toMatchObject({ resources: [], complete: false });
    expect(errors(snapshot)).toEqual([
      expect.stringMatching(
        /is not taken: it holds 71680000 bytes of policy files, more than 67108864 \(64 MiB\)/,
      ),
    ]);
  });

  it('reads 10,000 files, and after a commit only what changed', async () => {
    manyFiles(10_000);
    const parsed: string[] = [];
    const source = createGitSource(
      { repository: remote.url, access: {}, intervalMs: 50, suspended: false, allowEmpty: false },
      {
        load: (text, place) => {
          parsed.push(place);
          return loadLines(text, place);
        },
        clock: patientClock,
        log,
        env: process.env,
      },
    );
    await until('all are there', () =>
      source.list(never).then(({ resources }) => resources.length === 10_000),
    );
    expect(parsed).toHaveLength(10_000);
    const commit = remote.commit({ 'f17.yaml': 'n17 99' });
    const snapshot = await source.list(never);
    expect(parsed.slice(10_000)).toEqual([`${remote.url} f17.yaml`]);
    expect(snapshot.resources.every(({ revision }) => revision === `main@sha1:${commit}`)).toBe(true);
  });
});

describe('git source: what it leaves alone', () => {
  it('runs no hook, filter or alias, and reads no configuration but its own', async () => {
    const bait = join(root, 'bait');
    const config = join(root, 'gitconfig');
    writeFileSync(
      config,
      `[core]\n hooksPath = ${root}/hooks\n fsmonitor = touch ${bait}\n sshCommand = touch ${bait}\n[alias]\n fetch = !touch ${bait}\n[url "file:///nowhere"]\n insteadOf = file://\n`,
    );
    remote.write({ '../hooks/reference-transaction': `#!/bin/sh\ntouch ${bait}\n` });
    execFileSync('chmod', ['+x', join(root, 'hooks', 'reference-transaction')]);
    remote.commit({
      'a.yaml': 'a 1',
      '.gitattributes': '*.yaml filter=evil\n',
      '.gitmodules': '[submodule "x"]\n path = x\n url = file:///x\n fetchRecurseSubmodules = true\n',
      '.lfsconfig': '[lfs]\n url = http://127.0.0.1:1/\n',
    });
    const source = createGitSource(
      { repository: remote.url, access: {}, intervalMs: 50, suspended: false, allowEmpty: false },
      {
        load: loadLines,
        clock: patientClock,
        log,
        env: {
          ...process.env,
          HOME: root,
          GIT_CONFIG_GLOBAL: config,
          GIT_EXTERNAL_DIFF: `touch ${bait}`,
          GIT_DIR: '/x',
        },
      },
    );
    expect(slots(await source.list(never))).toBe('a=1');
    expect(existsSync(bait)).toBe(false);
  });

  it('removes its temporary directory when the watch ends', async () => {
    remote.commit({ 'a.yaml': 'a 1' });
    const tmp = join(root, 'tmp');
    remote.write({ '../tmp/x': '' });
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = tmp;
    try {
      const source = sourceOf(remote.url, { dataDir: undefined });
      const abort = new AbortController();
      const watched = new Promise<void>((resolve) => {
        void source.watch(() => resolve(), abort.signal).then(() => undefined);
      });
      await watched;
      await source.list(never);
      expect(readdirSync(tmp).filter((name) => name.startsWith('microscaling-git-'))).toHaveLength(1);
      abort.abort(new Error('over'));
      await until('it is gone', () => readdirSync(tmp).length === 1);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });

  it('keeps nothing readable for others in the data directory', async () => {
    remote.commit({ 'a.yaml': 'a 1' });
    await sourceOf(remote.url).list(never);
    const directory = join(root, 'data', 'git', readdirSync(join(root, 'data', 'git'))[0] ?? '');
    const mode = execFileSync('stat', ['-c', '%a', directory], { encoding: 'utf8' }).trim();
    expect(mode).toBe('700');
    expect(readFileSync(join(directory, 'config'), 'utf8')).not.toMatch(/token|url/i);
  });
});

/** What it says once the remote was asked: with a large commit that takes longer than a list waits. */
function settled(source: PolicySource): Promise<PolicySnapshot> {
  return until('an answer', async () => {
    const snapshot = await source.list(never);
    return errors(snapshot).some((message) => !message.includes('first time')) && snapshot;
  });
}

/** One commit by `git fast-import`, which is quicker than ten thousand files on disk. */
function manyFiles(count: number): void {
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const files = Array.from(
    { length: count },
    (_, i) => `M 100644 inline f${i}.yaml\n${data(`n${i} ${i + 1}`)}`,
  );
  const commit = `commit refs/heads/main\ncommitter T <t@localhost> 1700000000 +0000\n${data('many')}`;
  execFileSync('git', ['-C', remote.dir, 'fast-import', '--quiet', '--force'], {
    input: `${commit}deleteall\n${files.join('')}`,
  });
  remote.git('reset', '--quiet', '--hard');
}
