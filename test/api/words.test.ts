// The small parts: labels, suggestions, URLs, conditions.

import { describe, expect, it } from 'vitest';
import { initialConditions, setCondition } from '../../src/api/conditions.ts';
import { CREATION_LABEL, createdBy } from '../../src/api/labels/creation-label.ts';
import { urlComplaint } from '../../src/api/rules/url.ts';
import { names } from '../../src/api/validation/schema-errors.ts';
import { closest } from '../../src/api/words/suggest.ts';

describe('createdBy', () => {
  it.each([
    ['no labels', undefined, undefined],
    ['others', { team: 'a' }, undefined],
    ['an empty one', { [CREATION_LABEL]: '' }, undefined],
    ['ours', { [CREATION_LABEL]: 'default/shop' }, 'default/shop'],
  ])('reads the policy from %s', (_, labels, policy) => {
    expect(createdBy(labels)).toBe(policy);
  });
});

describe('closest', () => {
  const fields = ['name', 'priority', 'instances', 'min', 'max'];
  it.each([
    ['prioritty', 'priority'],
    ['Priority', 'priority'],
    ['instance', 'instances'],
    ['mni', undefined],
    ['mx', 'max'],
    ['replicas', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ])('%s is meant to be %s', (word, meant) => {
    expect(closest(word, fields)).toBe(meant);
  });
});

describe('urlComplaint', () => {
  it.each(['http://m1:8080', 'https://dcos.example.com/service/marathon', 'http://[::1]:8080/'])(
    'has none about %s',
    (url) => {
      expect(urlComplaint(url)).toBeUndefined();
    },
  );

  it.each([
    ['m1:8080', /http/],
    ['http://', /not a URL/],
    ['ftp://m1', /http or https/],
    ['http://user@m1', /credentials/],
    ['http://:secret@m1', /credentials/],
    ['http://m1?token=secret', /query/],
    ['http://m1#secret', /fragment/],
  ])('complains about %s without repeating it', (url, complaint) => {
    expect(urlComplaint(url)).toMatch(complaint);
    expect(urlComplaint(url)).not.toContain('secret');
  });
});

describe('names', () => {
  it.each([
    [[], 'nothing'],
    [['a'], 'a'],
    [['a', 'b'], 'a or b'],
    [['a', 'b', 'c'], 'a, b or c'],
  ])('%j is listed as %s', (list, text) => {
    expect(names(list, 'or')).toBe(text);
  });
});

describe('conditions', () => {
  const at = (ms: number): string => new Date(ms).toISOString();
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'AllTrue',
    message: 'm',
    observedGeneration: 1,
  } as const;

  it('begin as unknown, all of them', () => {
    const first = initialConditions(3, 0);
    expect(new Set(first.map(({ status }) => status))).toEqual(new Set(['Unknown']));
    expect(first.every((c) => c.observedGeneration === 3 && c.lastTransitionTime === at(0))).toBe(true);
  });

  it('keep their time of transition while the status stays', () => {
    const first = setCondition(initialConditions(1, 0), ready, 10);
    const again = setCondition(first, { ...ready, message: 'other' }, 20);
    const changed = setCondition(again, { ...ready, status: 'False', reason: 'NotRead' }, 30);
    const timeOf = (list: typeof first): unknown =>
      list.find(({ type }) => type === 'Ready')?.lastTransitionTime;
    expect([first, again, changed].map(timeOf)).toEqual([at(10), at(10), at(30)]);
    expect(again.find(({ type }) => type === 'Ready')?.message).toBe('other');
  });

  it('are added when they are not there', () => {
    expect(setCondition([], ready, 5)).toEqual([{ ...ready, lastTransitionTime: at(5) }]);
  });
});
