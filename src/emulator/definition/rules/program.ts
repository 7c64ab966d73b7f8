// emulator: what an app runs: a command, arguments or the image's own program.

import type { GivenApp } from '../given.ts';
import { unless, type Violation } from './violation.ts';

const NOTHING_TO_RUN = "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.";

/** A container of Mesos without an image is enough here, and not in `programToRun`. */
export function program({ cmd, args, container }: GivenApp): readonly Violation[] {
  const enough = container !== undefined && (container.docker !== undefined || container.type === 'MESOS');
  return [
    ...unless(ways(cmd, args) === 1 || (ways(cmd, args) === 0 && enough), '', NOTHING_TO_RUN),
    ...unless(cmd === undefined || cmd.length > 1, '', 'must not be an empty string'),
  ];
}

export function programToRun({ cmd, args, container }: GivenApp): readonly Violation[] {
  const valid = ways(cmd, args) === 1 || (ways(cmd, args) === 0 && container?.docker !== undefined);
  return unless(valid, '', NOTHING_TO_RUN);
}

function ways(cmd: string | undefined, args: readonly string[]): number {
  return Number(cmd !== undefined) + Number(args.length > 0);
}
