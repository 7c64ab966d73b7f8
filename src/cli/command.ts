// cli: what a command is. The table of commands is data; the code behind a verb loads when the verb is used.

import type { OptionName, OptionValues } from '../app/options.ts';

/** The process around a command. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the command was asked for: to standard output. */
  readonly print: (text: string) => void;
  /** Progress and notes: to standard error. */
  readonly note: (text: string) => void;
  /** The same two without the line break. */
  readonly printRaw: (text: string) => void;
  readonly noteRaw: (text: string) => void;
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
  /** Aborted by SIGINT, SIGTERM or the death of the npm that started us. */
  readonly signal: AbortSignal;
  readonly arguments: readonly string[];
  /** All that there are. */
  readonly commands: readonly CommandSpec[];
}

export interface CommandModule {
  /** Resolves to the exit code. */
  run(options: OptionValues, context: CommandContext): Promise<number>;
}

/** What the arguments of a command name, where a running operator knows it. */
export type Naming = 'policy' | 'objects' | 'counts' | 'apps' | 'orphans';

/** The exit codes of most commands. */
export const FINE = '0 fine, 1 error';

export interface CommandSpec {
  readonly name: string;
  /** commander's notation: `<policy>`, `[policy]`, several with blanks between. */
  readonly arguments?: string;
  /** What the arguments may be, for the completion in shells: names of a running operator, or these words. */
  readonly completes?: Naming | readonly string[];
  readonly summary: string;
  /** What it does, in sentences. */
  readonly description: string;
  readonly options: readonly OptionName[];
  /** What an option means to this command, where the table's words do not fit. */
  readonly help?: Readonly<Partial<Record<OptionName, string>>>;
  /** What `-o` accepts; the first is the default. */
  readonly outputs?: readonly string[];
  readonly examples: readonly string[];
  readonly exitCodes: string;
  /** Left out of the list of commands. */
  readonly hidden?: boolean;
  load(): Promise<CommandModule>;
}

/** What untrusted policies may ask for. */
export const ALLOW = [
  'allowEnv',
  'allowSecretEnv',
  'allowSecretFiles',
  'allowEndpoint',
  'allowAppPrefix',
  'allowPrivileged',
  'allowNamespace',
  'allowDocker',
  'allowDefinition',
] as const;
