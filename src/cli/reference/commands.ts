// cli: the reference page of commands, options, variables and exit codes, out of their tables.

import { OPTIONS, type OptionName, type OptionSpec } from '../../app/options.ts';
import type { CommandSpec } from '../command.ts';
import { formatsOf } from '../output/formats.ts';
import { code, heading, table } from './markdown.ts';

export function commandSection(spec: CommandSpec): string {
  const usage = ['microscaling', spec.name, spec.arguments ?? ''].join(' ').trim();
  const options = spec.options.map((name) => optionRow(name, spec));
  return [
    heading(3, code(usage)),
    spec.description,
    ...(options.length === 0 ? [] : [table(['option', 'variable', 'meaning'], options)]),
    `\`\`\`sh\n${spec.examples.join('\n')}\n\`\`\``,
    `Exit codes: ${spec.exitCodes}.`,
  ].join('\n\n');
}

function optionRow(name: OptionName, spec: CommandSpec): readonly string[] {
  const option: OptionSpec = OPTIONS[name];
  const outputs =
    name === 'output' && spec.outputs !== undefined ? `: ${formatsOf(spec.outputs).join(', ')}` : '';
  const help = outputs === '' ? (spec.help?.[name] ?? option.help) : `format${outputs}`;
  return [code(flagOf(option)), option.env.map(code).join(', '), help];
}

function flagOf({ short, flag, arg }: OptionSpec): string {
  return [short === undefined ? flag : `${short}, ${flag}`, arg ?? ''].join(' ').trim();
}

/** What a config file may hold, and what the environment may say instead. */
export function settingsTable(): string {
  const rows = Object.values(OPTIONS as Readonly<Record<string, OptionSpec>>)
    .filter(({ key, env }) => key !== undefined || env.length > 0)
    .map(({ key, flag, env, type }) => [
      key === undefined ? '' : code(key),
      env.map(code).join(', '),
      code(flag),
      type,
    ]);
  return table(['key in the config file', 'variable', 'flag', 'shape'], rows);
}
