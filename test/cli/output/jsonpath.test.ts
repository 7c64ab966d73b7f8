import { describe, expect, it } from 'vitest';
import { jsonPath } from '../../../src/cli/output/jsonpath.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';

const LIST = {
  kind: 'List',
  items: [
    {
      metadata: { name: 'a', labels: { 'example.com/team': 'red', 'with-dash': 3 } },
      size: 1.5,
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'Applied', status: 'False' },
      ],
    },
    { metadata: { name: 'b.c' }, size: 2, conditions: [] },
  ],
};

describe('a JSONPath template', () => {
  it.each([
    ['{.items[*].metadata.name}', 'a b.c'],
    ['{.items.*.size}', '1.5 2'],
    ['{items[0].size}', '1.5'],
    ['{..name}', 'a b.c'],
    ['{.items[-1:].metadata.name}', 'b.c'],
    ['{.items[?(@.size>1.7)].metadata.name}', 'b.c'],
    ['{.items[?(@.metadata.name=="b.c")].size}', '2'],
    ["{.items[?(@.metadata.name=='b.c')].size}", '2'],
    ['{.items[0].conditions[?(@.type=="Ready")].status}', 'True'],
    ['{.items[0].conditions[?(@.type=="Ready" && @.status=="False")].status}', ''],
    ['{.items[0].metadata.labels.example\\.com/team}', 'red'],
    ['{.items[0].metadata.labels.with-dash}', '3'],
    ["{.items[0].metadata.labels['with-dash']}", '3'],
    ['{range .items[*]}{.metadata.name}{"\\t"}{.size}{"\\n"}{end}', 'a\t1.5\nb.c\t2\n'],
    ['{range .items[*]}{range .conditions[*]}{.type}:{end}{@.size};{end}', 'Ready:Applied:1.5;2;'],
    ['{range .items[*]}{$.kind} {end}', 'List List '],
    ['a {.kind} b', 'a List b'],
    ['{.nothing.at.all}', ''],
    ['{.items[1].metadata}', '{"name":"b.c"}'],
    ['{"{}"}', '{}'],
    ['', ''],
  ])('%s becomes %j', (template, text) => {
    expect(jsonPath(template)(LIST)).toBe(text);
  });

  it.each([
    ['{.a', "'{' at character 1 has no counterpart"],
    ['x}', "'}' at character 2 has no counterpart"],
    ['{end}', '{end} without a {range …} before it'],
    ['{range .items[*]}{.size}', 'a {range …} has no {end}'],
    ['{.items[}', '{.items[}:'],
  ])('%s is refused with what is wrong', (template, why) => {
    expect(() => jsonPath(template)).toThrow(TerminalError);
    expect(() => jsonPath(template)).toThrow(why);
  });
});
