// test support: `microscaling` as a command in PATH, as an installation puts it there, over this checkout.

import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT } from './command.ts';

/** Puts the command into a folder; a PATH that finds it there first. */
export function pathWithCommand(folder: string): string {
  const program = join(folder, 'microscaling');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'src/cli/main.ts')}' "$@"\n`);
  chmodSync(program, 0o755);
  return `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
}
