// A store that can be read and not written is one operator's all the same.

import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import type { DocumentStore } from '../../../src/runtime/document-store.ts';
import { openDocumentStore, openWhatIsThere } from '../../../src/runtime/sqlite/documents.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'microscaling-unwritable-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('is refused to a second operator while nothing can be written, and after that, until the first one closes it', async () => {
  const written = openDocumentStore(dir);
  written.write([{ do: 'put', collection: 'a', key: 'x', value: 1 }]);
  written.close();
  // SQLite needs room in a file of this name for writing, and none for reading alone.
  const needed = join(dir, 'microscaling.db-shm');
  symlinkSync('/dev/full', needed);
  const clock = new VirtualClock(0);
  const open = (holder: string): DocumentStore => openWhatIsThere(dir, { holder }, clock);
  const first = open('the first one');
  expect(first.unwritable?.()).toContain('cannot be written');
  expect(first.get('a', 'x')).toBe(1);
  expect(() => open('the second one')).toThrow('is in use by the first one');
  rmSync(needed);
  await clock.advance(5_000);
  first.write([{ do: 'put', collection: 'a', key: 'y', value: 2 }]);
  expect(() => open('the second one')).toThrow('is in use by the first one');
  first.close();
  const second = open('the second one');
  expect([...second.all('a').keys()]).toEqual(['x', 'y']);
  second.close();
  symlinkSync('/dev/full', needed);
  const third = open('the third one');
  third.close();
  open('the fourth one').close();
});
