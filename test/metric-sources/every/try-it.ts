// test support: does what a source's readme tells people to try, as it is written there.

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { METRIC_SOURCES } from '../../../src/metric-sources/registry.ts';
import { ROOT } from '../../support/programs/command.ts';
import { shellBlocks } from '../../support/programs/shell-blocks.ts';
import { runApart } from './own-network.ts';

const AT_MOST_S = 280;

export interface Tried {
  readonly code: number | null;
  /** What the readme promises to be printed. */
  readonly promised: readonly string[];
  /** What `read` printed in the end. */
  readonly printed: string;
  /** Commands of the processes that were there when all was done. */
  readonly left: readonly string[];
  /** All that the commands printed besides, for whoever looks why it failed. */
  readonly output: string;
}

export function tryIt(type: string): string {
  const folder = METRIC_SOURCES.find((each) => each.type === type)?.folder;
  const readme = readFileSync(`${ROOT}/src/metric-sources/${folder}/readme.md`, 'utf8');
  return readme.split('## Try it')[1] ?? '';
}

/** @param path where programs are found besides */
export async function followed(type: string, path: readonly string[] = []): Promise<Tried> {
  const section = tryIt(type);
  const promised = [...(/^It prints (.*)\.$/m.exec(section)?.[1]?.matchAll(/`([^`]+)`/g) ?? [])].map(
    ([, text = '']) => text,
  );
  const scratch = mkdtempSync(join(tmpdir(), 'try-it-'));
  // A server that gives up its rights goes into it, too.
  chmodSync(scratch, 0o755);
  const [printed, left] = [join(scratch, 'printed'), join(scratch, 'left')];
  try {
    const { code, output } = await runApart(scriptOf(shellBlocks(section)[0]?.commands ?? []), {
      env: {
        HOME: process.env['HOME'] ?? '/root',
        PATH: [...path, process.env['PATH']].join(':'),
        TMPDIR: scratch,
        PRINTED: printed,
        LEFT: left,
        PROMISED: promised.join('\n'),
      },
      atMostS: AT_MOST_S,
    });
    return {
      code,
      promised,
      printed: existsSync(printed) ? readFileSync(printed, 'utf8') : '',
      left: existsSync(left)
        ? readFileSync(left, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
        : ['it did not come so far'],
      output,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A person waits for some seconds; here it is read again until it is as promised, however fast the machine is. */
function scriptOf(commands: readonly string[]): string {
  return `
# As in a terminal: each command in the background is a group of its own.
set -m
sleep() { command sleep 0.2; }
npm() { until command npm "$@" > "$PRINTED" && is_promised; do sleep; done; }
is_promised() { while read -r each; do grep -qF "$each," "$PRINTED" || return 1; done <<< "$PROMISED"; }
running() {
  for each in /proc/[0-9]*; do
    [ "$each" = /proc/$$ ] || tr '\\0' ' ' 2> /dev/null < "$each/cmdline" | grep .
  done
}
${commands.join('\n')}
wait
for look in $(seq 500); do
  running > "$LEFT"
  [ -s "$LEFT" ] || exit 0
  sleep
done
`;
}
