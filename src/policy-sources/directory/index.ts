// policy-sources/directory: policies from files below a directory, or from one file.

import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import { FileMemory, type LoadPolicies } from '../file-memory.ts';
import { type FilesFound, SnapshotBuilder } from '../file-snapshot.ts';
import type { PolicySource } from '../source.ts';
import { readPolicyFile, SETTLE_MS } from './read.ts';
import { walk } from './walk.ts';
import { watchDirectory } from './watch.ts';

export type { LoadPolicies } from '../file-memory.ts';

export interface DirectorySourceDeps {
  /** Text to resources; the source itself knows no schema. */
  readonly load: LoadPolicies;
  readonly clock: Clock;
  readonly log: Logger;
  /** How often everything is read again although nothing was seen to change. Default 10 s. */
  readonly relistMs?: number;
}

/** `path` is shown to people as it is given. See readme.md for what happens to broken and vanished files. */
export function createDirectorySource(path: string, deps: DirectorySourceDeps): PolicySource {
  const memory = new FileMemory(deps.load);
  return {
    name: `directory ${path}`,
    home: 'Folder',
    isTrusted: true,
    list: async (signal) => {
      const found = await walkSettled(path, memory, { clock: deps.clock, signal });
      const snapshot = new SnapshotBuilder(memory);
      for (const file of found.files) {
        const read = await readPolicyFile(file, deps.clock, signal);
        if (read.state === 'unreadable') snapshot.addUnreadable({ path: file, ...read });
        else snapshot.addFile({ path: file, ...read, result: memory.load(file, read.text, read.revision) });
      }
      snapshot.addMissing(found);
      return snapshot.build(path);
    },
    watch: (onChange, signal) => watchDirectory({ path, ...deps }, onChange, signal),
  };
}

/** An editor that saves by renaming leaves a moment without the file: a known file is missed twice before it is gone. */
async function walkSettled(
  root: string,
  memory: FileMemory,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<FilesFound> {
  const first = await walk(root, signal);
  const present = new Set(first.files);
  if (memory.paths().every((path) => present.has(path))) return first;
  await clock.sleep(SETTLE_MS, signal);
  return walk(root, signal);
}
