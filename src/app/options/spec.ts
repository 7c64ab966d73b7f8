// app: what an option is, and what its values are.

export type OptionType =
  | 'text'
  | 'texts'
  | 'integer'
  | 'port'
  | 'seeds'
  | 'number'
  | 'share'
  | 'duration'
  | 'size'
  | 'flag'
  | 'address';

export interface OptionSpec {
  readonly flag: string;
  /** One-letter form. */
  readonly short?: string;
  /** Placeholder of the value in `--help`; absent on flags. */
  readonly arg?: string;
  readonly type: OptionType;
  /** Variables that are read, first one wins. */
  readonly env: readonly string[];
  /** Key in the config file; absent where a file makes no sense. */
  readonly key?: string;
  readonly choices?: readonly string[];
  readonly help: string;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ValueTypes {
  readonly text: string;
  readonly texts: readonly string[];
  readonly integer: number;
  readonly port: number;
  /** One, or a range `A..B` with both ends. */
  readonly seeds: readonly number[];
  readonly number: number;
  /** From 0 to 1. */
  readonly share: number;
  /** ms */
  readonly duration: number;
  /** bytes */
  readonly size: number;
  readonly flag: boolean;
  readonly address: Address;
}
