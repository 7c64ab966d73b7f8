// test support: libfaketime, by which the wall clock of a real process is set while it runs.

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PLACES = ['/usr/lib', '/usr/local/lib', '/usr/lib64'];

function library(): string | undefined {
  const folders = PLACES.flatMap((place) =>
    existsSync(place) ? [place, ...readdirSync(place).map((name) => join(place, name))] : [],
  );
  return folders
    .map((folder) => join(folder, 'faketime', 'libfaketimeMT.so.1'))
    .find((path) => existsSync(path));
}

/**
 * Why tests with libfaketime cannot run here: prints it. Under CI a missing library is a failure, so there they are
 * never skipped.
 */
export function faketimeMissing(): boolean {
  if (library() !== undefined || process.env['CI'] === 'true') return false;
  console.warn('tests that set the clock of a process skipped: no libfaketime (apt-get install libfaketime)');
  return true;
}

export class WallClock {
  readonly #path: string;

  /** @param path of a file that is its own */
  constructor(path: string) {
    this.#path = path;
    this.set(0);
  }

  /** How far the process's wall clock is off, s; its count of time is the machine's. */
  set(aheadS: number): void {
    writeFileSync(this.#path, `${aheadS < 0 ? '-' : '+'}${Math.abs(aheadS)}\n`);
  }

  /** For the process. */
  env(): Readonly<Record<string, string>> {
    const path = library();
    if (path === undefined) throw new Error('no libfaketime: apt-get install libfaketime');
    return {
      LD_PRELOAD: path,
      FAKETIME_TIMESTAMP_FILE: this.#path,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
  }
}
