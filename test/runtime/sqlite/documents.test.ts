import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DocumentStore } from '../../../src/runtime/document-store.ts';
import { TerminalError, TransientError } from '../../../src/runtime/errors.ts';
import { openDocumentStore } from '../../../src/runtime/sqlite/documents.ts';
import { describeDocumentStore } from '../../contract/document-store.ts';

let root: string;
const opened: DocumentStore[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'microscaling-store-'));
});
afterEach(() => {
  for (const store of opened.splice(0)) store.close();
  rmSync(root, { recursive: true, force: true });
});

const dir = (): string => join(root, 'data');
const file = (): string => join(dir(), 'microscaling.db');

function open(options: { holder?: string; maxBytes?: number } = {}): DocumentStore {
  const store = openDocumentStore(dir(), options);
  opened.push(store);
  return store;
}

function filled(count = 100): void {
  const store = open();
  store.write(
    Array.from({ length: count }, (_, i) => ({
      do: 'put',
      collection: 'a',
      key: `k${i}`,
      value: 'x'.repeat(200),
    })),
  );
  store.close();
}

describeDocumentStore('SQLite', () => open());

describe('the store on disk', () => {
  it('is there after it was closed and opened again', () => {
    filled(3);
    expect([...open().all('a').keys()]).toEqual(['k0', 'k1', 'k2']);
  });

  it('is for its owner only', () => {
    const store = open({ holder: 'a test' });
    store.write([{ do: 'put', collection: 'a', key: 'x', value: 1 }]);
    expect(statSync(dir()).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(dir())) {
      expect([name, statSync(join(dir(), name)).mode & 0o077]).toEqual([name, 0]);
    }
  });

  it('keeps everything in one file when it is closed', () => {
    filled();
    expect(readdirSync(dir())).toEqual(['microscaling.db']);
  });

  it('has in its files what was written soon, once that is durable, and all of it when it is closed', async () => {
    const store = open({ holder: 'an operator' });
    store.writeSoon([{ do: 'put', collection: 'a', key: 'x', value: 1 }]);
    await store.durable();
    store.writeSoon([{ do: 'put', collection: 'a', key: 'y', value: 2 }]);
    const late = store.durable();
    store.close();
    await late;
    expect(readdirSync(dir()).filter((name) => name.endsWith('-wal'))).toEqual([]);
    expect([...open().all('a')]).toEqual([
      ['x', 1],
      ['y', 2],
    ]);
  });

  it('lets another one pass by and write while it is held', () => {
    const operator = open({ holder: 'an operator' });
    const token = open();
    token.write([{ do: 'put', collection: 'token', key: 't', value: 1 }]);
    operator.write([{ do: 'put', collection: 'a', key: 'x', value: 2 }]);
    expect(operator.get('token', 't')).toBe(1);
    expect(token.get('a', 'x')).toBe(2);
  });

  it('is held by one at a time, which the refusal names', () => {
    const first = open({ holder: 'the first operator' });
    const again = (): DocumentStore => open({ holder: 'the second operator' });
    expect(again).toThrow(TerminalError);
    expect(again).toThrow(/in use by the first operator \(process \d+ on .*, since .*Z\).*--data/);
    first.close();
    again().close();
  });
});

describe('a store that cannot be used is left as it is', () => {
  const corruptions: Readonly<Record<string, () => void>> = {
    'random bytes': () =>
      writeFileSync(file(), Buffer.from(Array.from({ length: 9000 }, (_, i) => (i * 131) % 251))),
    text: () => writeFileSync(file(), 'not a database\n'),
    'nothing at all': () => truncateSync(file(), 0),
    'half of it': () => truncateSync(file(), Math.floor(statSync(file()).size / 2)),
    'another header': () => {
      const bytes = readFileSync(file());
      bytes.write('SQLite format 9\0', 0, 'latin1');
      writeFileSync(file(), bytes);
    },
    'pages overwritten': () => {
      const bytes = readFileSync(file());
      bytes.fill(0xa5, 8192, 20_000);
      writeFileSync(file(), bytes);
    },
  };

  it.each(Object.keys(corruptions))('damaged: %s', (name) => {
    filled();
    corruptions[name]?.();
    const before = readFileSync(file());
    expect(() => open({ holder: 'an operator' })).toThrow(TerminalError);
    expect(() => open()).toThrow(/microscaling\.db is damaged .*move it away/);
    expect(readFileSync(file()).equals(before)).toBe(true);
  });

  it('written by a newer version', () => {
    filled();
    const db = new DatabaseSync(file());
    db.exec('PRAGMA user_version = 99; CREATE TABLE future (a)');
    db.close();
    const before = readFileSync(file());
    expect(() => open()).toThrow(/newer microscaling \(version 99 of the store; this one knows 1\)/);
    expect(readFileSync(file()).equals(before)).toBe(true);
  });

  it('when another program made it', () => {
    open().close();
    rmSync(file());
    const db = new DatabaseSync(file());
    db.exec('CREATE TABLE cookies (a)');
    db.close();
    expect(() => open()).toThrow(/database of another program/);
  });

  it('when its place is no directory', () => {
    writeFileSync(dir(), '');
    expect(() => open()).toThrow(/data directory .* cannot be made/);
  });

  it('with the lock freed that was taken', () => {
    filled();
    truncateSync(file(), 0);
    expect(() => open({ holder: 'an operator' })).toThrow(/damaged/);
    rmSync(file());
    open({ holder: 'an operator' });
    expect(existsSync(file())).toBe(true);
  });
});

describe('a store that is full', () => {
  it('refuses the batch whole, and the store goes on', () => {
    const store = open({ maxBytes: 65_536 });
    store.write([{ do: 'put', collection: 'a', key: 'x', value: 1 }]);
    const large = 'x'.repeat(100_000);
    const batch = (): void =>
      store.write([
        { do: 'put', collection: 'a', key: 'x', value: 2 },
        { do: 'put', collection: 'a', key: 'y', value: large },
      ]);
    expect(batch).toThrow(TransientError);
    expect(batch).toThrow(/writing to the store .*microscaling\.db: .*full/);
    expect([...store.all('a')]).toEqual([['x', 1]]);
    store.write([{ do: 'put', collection: 'a', key: 'x', value: 3 }]);
    expect(store.get('a', 'x')).toBe(3);
  });
});
