// cli: what may stand where the cursor is. Commands and options come from their tables, names from a running operator.

import { OPTIONS, type OptionName, type OptionSpec } from '../../app/options.ts';
import type { CommandSpec, Naming } from '../command.ts';
import { JSONPATH } from '../output/formats.ts';
import { type NamedOption, readWords } from './words.ts';

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
  interventions(): Promise<readonly string[]>;
  /** By their names in that policy, or in all of them. */
  apps(policy: string | undefined): Promise<readonly string[]>;
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
  const read = readWords(others, spec.options);
  const last = read.at(-1);
  if (last?.is === 'value') return valuesOf(last.of, spec);
  if (last?.is === 'valued') return withPrefix(valuesOf(last, spec), last.prefix);
  const typed = others.at(-1) ?? '';
  if (last?.is === 'option' || typed === '-') return spec.options.map((option) => flagOf(option, spec));
  const before = read.slice(0, -1).flatMap((word) => (word.is === 'argument' ? [word.text] : []));
  return await argumentsOf(spec, { before, typed }, names);
}

function withPrefix(values: Candidates, prefix: string): Candidates {
  return values === 'files' ? values : values.map(({ value }) => ({ value: `${prefix}${value}` }));
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

interface Place {
  /** The arguments that stand there already. */
  readonly before: readonly string[];
  readonly typed: string;
}

async function argumentsOf({ completes }: CommandSpec, place: Place, names: NamesOf): Promise<Candidates> {
  const { before } = place;
  if (completes === undefined) return NOTHING;
  if (typeof completes !== 'string') return before.length > 0 ? NOTHING : completes.map(candidate);
  const values = [...new Set(await NAMES[completes](names, place))];
  return values.filter((value) => !before.includes(value)).map(candidate);
}

function candidate(value: string): Candidate {
  return { value };
}

type Names = (names: NamesOf, place: Place) => Promise<readonly string[]>;

/** What people call the kinds besides policies, and where their names are. */
const KINDS: readonly (readonly [
  words: readonly string[],
  names: (names: NamesOf) => Promise<readonly string[]>,
])[] = [
  [['pool', 'pools'], (names) => names.pools()],
  [['intervention', 'interventions', 'msi'], (names) => names.interventions()],
  [['policy', 'policies', 'msp'], (names) => names.policies()],
];

async function objectNames(names: NamesOf, { before }: Place): Promise<readonly string[]> {
  const [kind] = before;
  const named = KINDS.find(([words]) => kind !== undefined && words.includes(kind));
  if (named !== undefined) return before.length > 1 ? [] : await named[1](names);
  const [policies, pools, interventions] = await Promise.all([
    names.policies(),
    names.pools(),
    names.interventions(),
  ]);
  return [
    ...policies,
    ...(before.length > 0 ? [] : ['pools', 'interventions']),
    ...pools.map((pool) => `pool/${pool}`),
    ...interventions.map((each) => `intervention/${each}`),
  ];
}

const NAMES: Readonly<Record<Naming, Names>> = {
  policy: async (names, { before }) => (before.length > 0 ? [] : await names.policies()),
  objects: objectNames,
  counts: async (names, { before, typed }) => {
    // The count itself is the person's; what is left to say is the way back.
    const apps = await names.apps(policyIn(before));
    if (typed.includes('=')) return apps.map((app) => `${app}=auto`);
    const policies = await names.policies();
    return [...(before.length > 0 ? [] : policies), ...apps.map((app) => `${app}=`)];
  },
  apps: async (names, { before }) => {
    if (before.length > 1) return [];
    const policies = before.length > 0 ? [] : await names.policies();
    return [...policies, ...(await names.apps(policyIn(before)))];
  },
  orphans: (names) => names.orphans(),
};

/** Apps stand behind the policy that they are in, which need not be said. */
function policyIn([first]: readonly string[]): string | undefined {
  return first === undefined || first.includes('=') ? undefined : first;
}
