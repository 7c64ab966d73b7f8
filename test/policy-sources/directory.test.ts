import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resourceKey } from '../../src/api/policy.ts';
import { loadPolicies } from '../../src/app/policies/schema.ts';
import { createDirectorySource } from '../../src/policy-sources/directory/index.ts';
import { reason } from '../../src/policy-sources/directory/walk.ts';
import type { PolicySnapshot, PolicySource } from '../../src/policy-sources/source.ts';
import { systemClock, VirtualClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { describePolicySource } from '../contract/policy-source.ts';
import { until } from '../support/until.ts';
import { loadLines } from './line-loader.ts';

const never = new AbortController().signal;
const LONG_AGO = new Date('2020-01-01');

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'policies-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

/** Writes the way a careful program does; the age spares the list its wait for a half-written file. */
async function put(path: string, text: string | Uint8Array): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.tmp`, text);
  await utimes(`${file}.tmp`, LONG_AGO, LONG_AGO);
  await rename(`${file}.tmp`, file);
}

function sourceOf(path = root, clock = systemClock): PolicySource {
  return createDirectorySource(path, { load: loadLines, clock, log: silentLogger });
}

const PAUSE = `apiVersion: microscaling.io/v1alpha1
kind: Intervention
metadata: { name: night }
spec: { policyRef: { name: shop }, type: Pause, for: 1h }
`;

it('does not miss policies in a folder of interventions', async () => {
  const source = createDirectorySource(root, { load: loadPolicies, clock: systemClock, log: silentLogger });
  await put('night.yaml', PAUSE);
  expect(await source.list(never)).toMatchObject({ resources: [], problems: [], complete: true });
});

function keys(snapshot: PolicySnapshot): string[] {
  return snapshot.resources.map(({ resource }) => resourceKey(resource.metadata));
}

describePolicySource('directory', async () => {
  const home = await mkdtemp(join(tmpdir(), 'contract-'));
  const dir = join(home, 'policies');
  await mkdir(dir);
  const write = async (name: string, text: string): Promise<void> => {
    await writeFile(join(dir, `${name}.tmp`), text);
    await utimes(join(dir, `${name}.tmp`), LONG_AGO, LONG_AGO);
    await rename(join(dir, `${name}.tmp`), join(dir, `${name}.yaml`));
  };
  return {
    source: sourceOf(dir),
    put: (name, slots) => write(name, `${name} ${slots}\n`),
    spoil: (name) => write(name, '???\n'),
    remove: (name) => rm(join(dir, `${name}.yaml`)),
    hide: () => rename(dir, `${dir}.hidden`),
    reveal: () => rename(`${dir}.hidden`, dir),
    close: () => rm(home, { recursive: true, force: true }),
  };
});

describe('directory source: which files', () => {
  it('reads yaml, yml and json below the directory in the order of their names, and nothing else', async () => {
    for (const [path, name] of [
      ['b.yaml', 'b'],
      ['a.yml', 'a'],
      ['c/d.json', 'd'],
      ['c/e.YAML', 'e'],
      ['c/notes.txt', 'notes'],
      ['.hidden.yaml', 'hidden'],
      ['.git/f.yaml', 'f'],
      ['g.yaml~', 'g'],
    ] as const) {
      await put(path, `${name} 1\n`);
    }
    const snapshot = await sourceOf().list(never);
    expect(keys(snapshot)).toEqual(['default/a', 'default/b', 'default/d', 'default/e']);
    expect(snapshot).toMatchObject({ problems: [], complete: true });
  });

  it('says file and line, and hashes the file', async () => {
    await put('a.yaml', '\na 1\nb 2\n');
    const { resources } = await sourceOf().list(never);
    expect(resources.map((r) => r.place)).toEqual([join(root, 'a.yaml:2'), join(root, 'a.yaml:3')]);
    const hash = '113e1a1e31349c6fefce726ef6fc43dba2e0c11674af86933ce5ae791b876bc7';
    expect(resources.map((r) => r.revision)).toEqual([`sha256:${hash}`, `sha256:${hash}`]);
  });

  it('reads a single file whatever it is called', async () => {
    await put('shop.txt', 'shop 1\n');
    await put('other.yaml', 'other 1\n');
    const source = sourceOf(join(root, 'shop.txt'));
    expect(keys(await source.list(never))).toEqual(['default/shop']);
  });

  it('follows a ConfigMap mount through its swap', async () => {
    await put('..v1/shop.yaml', 'shop 1\n');
    await symlink('..v1', join(root, '..data'));
    await symlink('..data/shop.yaml', join(root, 'shop.yaml'));
    const source = sourceOf();
    const first = await source.list(never);
    expect(first.resources.map((r) => r.place)).toEqual([join(root, 'shop.yaml:1')]);
    await put('..v2/shop.yaml', 'shop 2\n');
    await symlink('..v2', join(root, '..data_tmp'));
    await rename(join(root, '..data_tmp'), join(root, '..data'));
    const second = await source.list(never);
    expect(second.resources.map((r) => r.resource.spec.capacity)).toEqual([{ slots: 2 }]);
    expect(second).toMatchObject({ invalid: [], problems: [], complete: true });
  });

  it('reads a file once that several names lead to, and survives a circle', async () => {
    await put('dir/a.yaml', 'a 1\n');
    await symlink('a.yaml', join(root, 'dir/b.yaml'));
    await symlink('..', join(root, 'dir/up'));
    expect(keys(await sourceOf().list(never))).toEqual(['default/a']);
  });

  it('warns about a directory with nothing in it', async () => {
    const snapshot = await sourceOf().list(never);
    expect(snapshot).toMatchObject({ resources: [], complete: true, problems: [{ severity: 'warning' }] });
  });
});

describe('directory source: trouble', () => {
  const mib = 1024 * 1024;
  const spoilers: readonly {
    readonly name: string;
    readonly spoil: (file: string) => Promise<void>;
    readonly words: RegExp;
    /** Another file may hold it by now: nobody knows where the link leads. */
    readonly complete?: false;
  }[] = [
    {
      name: '50 MB',
      spoil: async (file) => {
        await truncate(file, 50 * mib);
        await utimes(file, LONG_AGO, LONG_AGO);
      },
      words: /52428800 bytes, more than the 1048576 \(1 MiB\)/,
    },
    {
      name: 'one byte too large',
      spoil: () => put('shop.yaml', `${'#'.repeat(mib)}\n`),
      words: /1048577 bytes, more than the 1048576/,
    },
    {
      name: 'no UTF-8',
      spoil: () => put('shop.yaml', Uint8Array.of(0x73, 0xff, 0xfe, 0x0a)),
      words: /not UTF-8/,
    },
    {
      name: 'a link to nowhere',
      spoil: async (file) => {
        await rm(file);
        await symlink('nowhere.yaml', file);
      },
      words: /does not exist/,
      complete: false,
    },
    {
      name: 'a link to itself',
      spoil: async (file) => {
        await rm(file);
        await symlink('shop.yaml', file);
      },
      words: /circle/,
      complete: false,
    },
    {
      name: 'a pipe',
      spoil: async (file) => {
        await rm(file);
        execFileSync('mkfifo', [file]);
        await utimes(file, LONG_AGO, LONG_AGO);
      },
      words: /not a regular file/,
    },
  ];

  it.each(spoilers)(
    'keeps what was last seen in a file that is now $name',
    async ({ spoil, words, complete = true }) => {
      await put('good.yaml', 'good 1\n');
      await put('shop.yaml', 'shop 1\nstall 1\n');
      const source = sourceOf();
      await source.list(never);
      await spoil(join(root, 'shop.yaml'));
      const broken = await source.list(never);
      expect(keys(broken)).toEqual(['default/good']);
      expect(broken.complete).toBe(complete);
      expect(broken.invalid.map((i) => i.key)).toEqual(['default/shop', 'default/stall']);
      expect(broken.invalid[0]).toMatchObject({
        kind: 'CapacityPool',
        message: expect.stringMatching(words),
      });
      expect(broken.problems).toMatchObject([{ severity: 'error', message: expect.stringMatching(words) }]);
      expect(broken.problems[0]?.source).toBe(join(root, 'shop.yaml'));
      await rm(join(root, 'shop.yaml'));
      await put('shop.yaml', 'shop 2\n');
      expect(await source.list(never)).toMatchObject({ invalid: [], problems: [], complete: true });
    },
  );

  it('reads a file of exactly 1 MiB', async () => {
    await put('shop.yaml', `shop 1\n${'\n'.repeat(mib - 7)}`);
    expect(keys(await sourceOf().list(never))).toEqual(['default/shop']);
  });

  it('names the good documents of a file with a bad one', async () => {
    await put('shop.yaml', 'shop 1\nstall !\n');
    const snapshot = await sourceOf().list(never);
    expect(keys(snapshot)).toEqual(['default/shop']);
    expect(snapshot.invalid).toEqual([
      {
        kind: 'CapacityPool',
        key: 'default/stall',
        message: 'slots must be a number',
        place: join(root, 'shop.yaml:2'),
      },
    ]);
    expect(snapshot.complete).toBe(true);
  });

  it('remembers what was seen before through several broken versions, and forgets after a good one', async () => {
    const source = sourceOf();
    const invalidAfter = async (text: string): Promise<string[]> => {
      await put('shop.yaml', text);
      return (await source.list(never)).invalid.map((i) => i.key);
    };
    expect(await invalidAfter('shop 1\nstall 1\n')).toEqual([]);
    expect(await invalidAfter('???\n')).toEqual(['default/shop', 'default/stall']);
    expect(await invalidAfter('shop 2\n????\n')).toEqual(['default/stall']);
    expect(await invalidAfter('shop 2\n')).toEqual([]);
    expect(await invalidAfter('????\n')).toEqual(['default/shop']);
  });

  it('knows a document that moved out of a broken file', async () => {
    await put('shop.yaml', 'shop 1\n');
    const source = sourceOf();
    await source.list(never);
    await put('shop.yaml', '???\n');
    await put('moved.yaml', 'shop 2\n');
    const snapshot = await source.list(never);
    expect(keys(snapshot)).toEqual(['default/shop']);
    expect(snapshot.invalid).toEqual([]);
  });

  it('lets an emptied file take its policies with it', async () => {
    await put('shop.yaml', 'shop 1\n');
    await put('good.yaml', 'good 1\n');
    const source = sourceOf();
    await source.list(never);
    await put('shop.yaml', '');
    const snapshot = await source.list(never);
    expect(keys(snapshot)).toEqual(['default/good']);
    expect(snapshot).toMatchObject({ invalid: [], complete: true });
  });

  it('says what to do about a directory that was never there', async () => {
    const snapshot = await sourceOf(join(root, 'missing')).list(never);
    expect(snapshot).toMatchObject({
      resources: [],
      invalid: [],
      complete: false,
      problems: [{ severity: 'error', source: join(root, 'missing') }],
    });
    expect(snapshot.problems[0]?.message).toMatch(/does not exist; put it right or remove it$/);
  });

  it('keeps what lay below a linked directory that vanished', async () => {
    await put('good.yaml', 'good 1\n');
    await put('.real/shop.yaml', 'shop 1\n');
    await symlink('.real', join(root, 'team'));
    const source = sourceOf();
    expect(keys(await source.list(never))).toEqual(['default/good', 'default/shop']);
    await rename(join(root, '.real'), join(root, '.gone'));
    const snapshot = await source.list(never);
    expect(keys(snapshot)).toEqual(['default/good']);
    expect(snapshot.invalid.map((i) => i.key)).toEqual(['default/shop']);
    expect(snapshot.complete).toBe(false);
  });

  it.each([
    ['ENOENT', /does not exist/],
    ['EACCES', /may not read/],
    ['EPERM', /may not read/],
    ['ELOOP', /circle/],
    ['EIO', /broken disk/],
  ])('puts %s into words', (code, words) => {
    expect(reason(Object.assign(new Error('broken disk'), { code }))).toMatch(words);
  });
});

describe('directory source: with the real loader', () => {
  const pool = (slots: number): string =>
    `apiVersion: microscaling.io/v1alpha1\nkind: CapacityPool\nmetadata: { name: shop }\nspec: { capacity: { slots: ${slots} } }\n`;

  it.each([
    { name: 'is no YAML', text: 'kind: [', complete: true, invalid: ['default/shop'], severity: 'error' },
    {
      name: 'has a wrong type',
      text: pool(-1),
      complete: true,
      invalid: ['default/shop'],
      severity: 'error',
    },
    { name: 'is empty', text: '', complete: true, invalid: [], severity: 'warning' },
  ])('tells what becomes of a policy whose file $name', async ({ text, complete, invalid, severity }) => {
    const source = createDirectorySource(root, {
      load: loadPolicies,
      clock: systemClock,
      log: silentLogger,
    });
    await put('shop.yaml', pool(5));
    expect(keys(await source.list(never))).toEqual(['default/shop']);
    await put('shop.yaml', text);
    const snapshot = await source.list(never);
    expect(snapshot.complete).toBe(complete);
    expect(snapshot.invalid.map((i) => i.key)).toEqual(invalid);
    expect(snapshot.problems.map((p) => p.severity)).toContain(severity);
  });
});

describe('directory source: files being saved', () => {
  it.each([10, 0, -1])('waits until a file that was touched %i ms ago has settled', async (ageMs) => {
    const clock = new VirtualClock(LONG_AGO.getTime() + ageMs);
    await put('shop.yaml', 'sh');
    const listing = sourceOf(root, clock).list(never);
    await until('it to wait', () => clock.pending === 1);
    await put('shop.yaml', 'shop 1\n');
    await clock.advance(100 - ageMs);
    expect(keys(await listing)).toEqual(['default/shop']);
  });

  it('reads a file that never settles all the same', async () => {
    const clock = new VirtualClock(Date.now());
    await put('shop.yaml', 'shop 1\n');
    const file = join(root, 'shop.yaml');
    let done = false;
    const listing = sourceOf(root, clock).list(never);
    void listing.finally(() => {
      done = true;
    });
    await vi.waitFor(
      async () => {
        await utimes(file, new Date(clock.now()), new Date(clock.now()));
        await clock.advance(100);
        expect(done).toBe(true);
      },
      { timeout: 30_000, interval: 1 },
    );
    expect(keys(await listing)).toEqual(['default/shop']);
  });

  it('looks twice before a missing file is gone', async () => {
    const clock = new VirtualClock(Date.now());
    await put('shop.yaml', 'shop 1\n');
    const source = sourceOf(root, clock);
    await source.list(never);
    for (const comesBack of [true, false]) {
      await rename(join(root, 'shop.yaml'), join(root, 'shop.bak'));
      const listing = source.list(never);
      await until('it to wait', () => clock.pending === 1);
      if (comesBack) await rename(join(root, 'shop.bak'), join(root, 'shop.yaml'));
      await clock.advance(100);
      const snapshot = await listing;
      expect(keys(snapshot)).toEqual(comesBack ? ['default/shop'] : []);
      expect(snapshot.complete).toBe(true);
    }
  });
});

describe('directory source: watching', () => {
  it('looks again by itself when no event comes', async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    let wakes = 0;
    const source = createDirectorySource(join(root, 'missing'), {
      load: loadLines,
      clock,
      log: silentLogger,
      relistMs: 1000,
    });
    const ended = source.watch(() => {
      wakes += 1;
    }, abort.signal);
    await until('four wakes', async () => {
      await clock.advance(1050);
      return wakes > 3;
    });
    abort.abort(new Error('test over'));
    await ended;
  });

  it('wakes for the swap of a ConfigMap mount', async () => {
    await put('..v1/shop.yaml', 'shop 1\n');
    await put('..v2/shop.yaml', 'shop 2\n');
    await symlink('..v1', join(root, '..data'));
    await symlink('..data/shop.yaml', join(root, 'shop.yaml'));
    await expectWake(async () => {
      await symlink('..v2', join(root, '..data_tmp'));
      await rename(join(root, '..data_tmp'), join(root, '..data'));
    });
  });

  it('wakes for a directory that is created after the start', async () => {
    const path = join(root, 'later');
    await expectWake(async () => {
      await mkdir(path);
      await writeFile(join(path, 'shop.yaml'), 'shop 1\n');
    }, path);
  });

  /** `relistMs` is out of reach, so only an event can wake. */
  async function expectWake(change: () => Promise<void>, path = root): Promise<void> {
    const abort = new AbortController();
    let wakes = 0;
    const deps = { load: loadLines, clock: systemClock, log: silentLogger, relistMs: 3_600_000 };
    const ended = createDirectorySource(path, deps).watch(() => {
      wakes += 1;
    }, abort.signal);
    try {
      await until('the first wake', () => wakes > 0);
      const before = wakes;
      await change();
      await until('the next one', () => wakes > before);
    } finally {
      abort.abort(new Error('test over'));
      await ended;
    }
  }
});
