// cli: the table of commands.

import type { CommandSpec } from './command.ts';
import { FILE_COMMANDS } from './file-commands.ts';
import { OPERATOR_COMMANDS } from './operator-commands.ts';
import { PROCESS_COMMANDS } from './process-commands.ts';

export const COMMANDS: readonly CommandSpec[] = [...PROCESS_COMMANDS, ...FILE_COMMANDS, ...OPERATOR_COMMANDS];
