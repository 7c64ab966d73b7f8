// cli: words of a command line that is being typed: which are options, which their values, which arguments.

import { OPTIONS, type OptionName, type OptionSpec } from '../../app/options.ts';

export interface NamedOption {
  readonly name: OptionName;
  readonly option: OptionSpec;
}

/** What one word says. */
export type Word =
  | { readonly is: 'argument'; readonly text: string }
  /** `--watch`, `-w`, `-wn` before its value: the next word is the value where `option.arg` is set. */
  | ({ readonly is: 'option' } & Partial<NamedOption>)
  /** `--output=json`, `-ojson`; `prefix` is what stands before the value. */
  | ({ readonly is: 'valued'; readonly prefix: string; readonly value: string } & NamedOption)
  | { readonly is: 'value'; readonly text: string; readonly of: NamedOption };

/** Everything behind `--` is an argument. */
export function readWords(words: readonly string[], names: readonly OptionName[]): readonly Word[] {
  const options = names.map((name): NamedOption => ({ name, option: OPTIONS[name] }));
  const read: Word[] = [];
  let isOver = false;
  for (const text of words) {
    const last = read.at(-1);
    const of = last?.is === 'option' ? optionWithValue(last) : undefined;
    if (of !== undefined) read.push({ is: 'value', text, of });
    else if (isOver || !text.startsWith('-') || text === '-') read.push({ is: 'argument', text });
    else if (text === '--') {
      isOver = true;
      read.push({ is: 'option' });
    } else read.push(text.startsWith('--') ? longOf(text, options) : shortsOf(text, options));
  }
  return read;
}

/** The last value that the words give an option. */
export function givenIn(words: readonly Word[], name: OptionName): string | undefined {
  return words
    .flatMap((word) => {
      if (word.is === 'valued' && word.name === name) return [word.value];
      return word.is === 'value' && word.of.name === name ? [word.text] : [];
    })
    .at(-1);
}

function optionWithValue({ name, option }: Partial<NamedOption>): NamedOption | undefined {
  return name === undefined || option?.arg === undefined ? undefined : { name, option };
}

function longOf(text: string, options: readonly NamedOption[]): Word {
  const at = text.indexOf('=');
  const flag = at < 0 ? text : text.slice(0, at);
  const named = options.find(({ option }) => option.flag === flag);
  if (named === undefined) return { is: 'option' };
  if (at < 0) return { is: 'option', ...named };
  return { is: 'valued', ...named, prefix: text.slice(0, at + 1), value: text.slice(at + 1) };
}

/** `-w`, `-wn`, `-nteam`: the first letter that takes a value has the rest of the word, or the next one. */
function shortsOf(text: string, options: readonly NamedOption[]): Word {
  let last: NamedOption | undefined;
  for (let at = 1; at < text.length; at++) {
    last = options.find(({ option }) => option.short === `-${text[at]}`);
    if (last === undefined) return { is: 'option' };
    if (last.option.arg === undefined || at === text.length - 1) continue;
    return { is: 'valued', ...last, prefix: text.slice(0, at + 1), value: text.slice(at + 1) };
  }
  return { is: 'option', ...last };
}
