// cli: what may stand where the cursor is. Commands and options come from their tables, names from a running operator.

import { OPTIONS, type OptionName, type OptionSpec } from '../../app/options.ts';
import type { CommandSpec, Naming } from '../command.ts';
import { JSONPATH } from '../output/formats.ts';

/** One per line at the shell. */
export interface Candidate {
  readonly value: string;
  /** A few words about it; shells that show them do. */
  readonly about?: string;
}

/** Files mean that the shell completes names of files. */
export type Candidates = readonly Candidate[] | 'files';

/** What a running operator knows; empty where none answers. */
export interface NamesOf {
  policies(): Promise<readonly string[]>;
  pools(): Promise<readonly string[]>;
  /** By their names in the policies. */
  apps(): Promise<readonly string[]>;
  /** By their ids in Marathon. */
  orphans(): Promise<readonly string[]>;
}

const NOTHING: Candidates = [];

/**
 * @param words what stands behind the program's name; the last one is being typed, perhaps empty
 */
export async function candidatesFor(
  words: readonly string[],
  commands: readonly CommandSpec[],
  names: NamesOf,
): Promise<Candidates> {
  const typed = words.at(-1) ?? '';
  const found = await allFor(words, commands, names);
  return found === 'files' ? found : found.filter(({ value }) => value.startsWith(typed));
}

async function allFor(
  words: readonly string[],
  commands: readonly CommandSpec[],
  names: NamesOf,
): Promise<Candidates> {
  const [name, ...others] = words;
  const visible = commands.filter(({ hidden }) => hidden !== true);
  if (others.length === 0) return visible.map(({ name: value, summary: about }) => ({ value, about }));
  const spec = visible.find((each) => each.name === name);
  if (spec === undefined) return name === 'help' ? visible.map(({ name: value }) => ({ value })) : NOTHING;
  const typed = others.at(-1) ?? '';
  const valued = optionOf(spec, others.at(-2));
  if (valued?.option.arg !== undefined) return valuesOf(valued, spec);
  if (typed.startsWith('-')) return spec.options.map((option) => flagOf(option, spec));
  return await argumentsOf(spec, { before: argumentsIn(spec, others.slice(0, -1)), typed }, names);
}

interface NamedOption {
  readonly name: OptionName;
  readonly option: OptionSpec;
}

function optionOf({ options }: CommandSpec, word: string | undefined): NamedOption | undefined {
  const named = options.map((name): NamedOption => ({ name, option: OPTIONS[name] }));
  return named.find(({ option: { flag, short } }) => word !== undefined && (word === flag || word === short));
}

function flagOf(name: OptionName, spec: CommandSpec): Candidate {
  const option: OptionSpec = OPTIONS[name];
  return { value: option.flag, about: spec.help?.[name] ?? option.help };
}

/** Placeholders of options that want the name of a file or of a folder. */
const PATHS = new Set(['FILE', 'DIR', 'PATH']);

function valuesOf({ name, option }: NamedOption, { outputs }: CommandSpec): Candidates {
  if (name === 'output' && outputs !== undefined)
    return [...outputs, ...(outputs.includes('json') ? [JSONPATH] : [])].map(candidate);
  if (option.choices !== undefined) return option.choices.map((value) => ({ value }));
  return PATHS.has(option.arg ?? '') ? 'files' : NOTHING;
}

/** The words that are neither options nor their values. */
function argumentsIn(spec: CommandSpec, words: readonly string[]): readonly string[] {
  return words.filter(
    (word, i) => !word.startsWith('-') && optionOf(spec, words[i - 1])?.option.arg === undefined,
  );
}

interface Place {
  /** The arguments that stand there already. */
  readonly before: readonly string[];
  readonly typed: string;
}

async function argumentsOf({ completes }: CommandSpec, place: Place, names: NamesOf): Promise<Candidates> {
  const { before } = place;
  if (completes === undefined) return NOTHING;
  if (typeof completes !== 'string') return before.length > 0 ? NOTHING : completes.map(candidate);
  const values = await NAMES[completes](names, place);
  return values.filter((value) => !before.includes(value)).map(candidate);
}

function candidate(value: string): Candidate {
  return { value };
}

type Names = (names: NamesOf, place: Place) => Promise<readonly string[]>;

const NAMES: Readonly<Record<Naming, Names>> = {
  policy: async (names, { before }) => (before.length > 0 ? [] : await names.policies()),
  objects: async (names, { before }) => {
    const [policies, pools] = await Promise.all([names.policies(), names.pools()]);
    return [...policies, ...(before.length > 0 ? [] : ['pools']), ...pools.map((pool) => `pool/${pool}`)];
  },
  counts: async (names, { before, typed }) => {
    // The count itself is the person's; what is left to say is the way back.
    if (typed.includes('=')) return (await names.apps()).map((app) => `${app}=auto`);
    const [policies, apps] = await Promise.all([names.policies(), names.apps()]);
    return [...(before.length > 0 ? [] : policies), ...apps.map((app) => `${app}=`)];
  },
  orphans: (names) => names.orphans(),
};
