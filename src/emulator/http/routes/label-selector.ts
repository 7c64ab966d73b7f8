// emulator: `label=` filters: `k`, `k==v`, `k!=v`, `k in (a,b)`, `k notin (a,b)`, joined by commas.

import { illegalArgument } from '../../api-error.ts';

export type LabelSelector = (labels: Readonly<Record<string, string>>) => boolean;

const TERM = String.raw`((?:[-A-Za-z0-9_.]|\\.)+)`;
const SET = String.raw`\(\s*((?:${TERM.replace('(', '(?:')}(?:\s*,\s*${TERM.replace('(', '(?:')})*)?)\s*\)`;
const ONE = new RegExp(String.raw`^\s*${TERM}\s*(?:(==|!=)\s*${TERM}|(in|notin)\s*${SET})?\s*(,|$)`);

/** @throws ApiError 422 when it cannot be read */
export function parseLabelSelector(text: string): LabelSelector {
  const all: LabelSelector[] = [];
  let rest = text;
  let more = text.trim() !== '';
  while (more) {
    const match = ONE.exec(rest);
    if (match === null)
      throw illegalArgument(`Can not parse label selector ${text}. Reason: end of input expected`);
    all.push(one(match));
    rest = rest.slice(match[0].length);
    more = match.at(-1) === ',';
  }
  return (labels) => all.every((selector) => selector(labels));
}

/** The negative forms also require the key to exist. */
function one([, key = '', comparison, value = '', membership, set = '']: readonly (
  | string
  | undefined
)[]): LabelSelector {
  const name = unescaped(key);
  const values =
    comparison === undefined ? set.split(',').map((v) => unescaped(v.trim())) : [unescaped(value)];
  const wanted = comparison === '==' || membership === 'in';
  return (labels) => {
    const label = Object.hasOwn(labels, name) ? labels[name] : undefined;
    if (label === undefined) return false;
    if (comparison === undefined && membership === undefined) return true;
    return values.includes(label) === wanted;
  };
}

function unescaped(term: string): string {
  return term.replace(/\\(.)/g, '$1');
}
