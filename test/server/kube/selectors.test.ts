import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiFailure } from '../../../src/server/kube/http/failure.ts';
import { fieldSelector } from '../../../src/server/kube/http/field-selector.ts';
import { labelSelector } from '../../../src/server/kube/http/label-selector.ts';

const labels = { team: 'shop', tier: 'front', size: '12', 'example.com/part-of': 'world', empty: '' };

describe('labelSelector', () => {
  it.each([
    ['', true],
    ['team', true],
    ['!team', false],
    ['nobody', false],
    ['! nobody', true],
    ['team=shop', true],
    ['team==shop', true],
    ['team = shop', true],
    ['team=other', false],
    ['nobody=', false],
    ['empty=', true],
    ['team!=shop', false],
    ['nobody!=shop', true],
    ['team in (shop, stage)', true],
    ['team in (a,b),tier=front', false],
    ['team notin (a,b)', true],
    ['nobody notin (a,b)', true],
    ['nobody in (a)', false],
    ['empty in (,a)', true],
    ['size>11', true],
    ['size>12', false],
    ['size<13', true],
    ['tier>1', false],
    ['nobody<1', false],
    ['example.com/part-of=world,team in (shop),!gone', true],
    ['constructor', false],
  ])('%j: %s', (selector, matches) => {
    expect(labelSelector(selector)(labels)).toBe(matches);
  });

  it.each([
    'team=shop=2',
    'a b',
    'team in shop',
    'team in (a',
    '=x',
    'size>many',
    'te$m=1',
    'team=-x-',
    'a/b/c=1',
    ',',
    'team,,tier',
  ])('refuses %j and quotes it', (selector) => {
    expect(() => labelSelector(selector)).toThrow(ApiFailure);
    expect(() => labelSelector(selector)).toThrow(/unable to parse requirement '.*' of the label selector/);
  });

  const word = fc.stringMatching(/^[a-z]{1,4}$/);
  const some = fc.dictionary(word, word, { maxKeys: 4 });

  it('has opposites that are opposite', () => {
    fc.assert(
      fc.property(some, word, fc.array(word, { minLength: 1, maxLength: 3 }), (given, key, values) => {
        const list = values.join(',');
        const on = (selector: string): boolean => labelSelector(selector)(given);
        expect(on(`${key} in (${list})`)).toBe(!on(`${key} notin (${list})`));
        expect(on(`${key}=${values[0]}`)).toBe(!on(`${key}!=${values[0]}`));
        expect(on(key)).toBe(!on(`!${key}`));
        expect(on(`${key} in (${list})`)).toBe(values.some((value) => on(`${key}=${value}`)));
      }),
    );
  });

  it('answers to any text without tripping', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (selector) => {
        try {
          expect(typeof labelSelector(selector)(labels)).toBe('boolean');
        } catch (error) {
          expect(error).toBeInstanceOf(ApiFailure);
        }
      }),
    );
  });
});

describe('fieldSelector', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'a', namespace: 'default' },
    type: 'Warning',
    involvedObject: { name: 'x,y=z' },
  };
  const fields = ['type', 'involvedObject.name', 'involvedObject.uid'];

  it.each([
    ['', true],
    ['metadata.name=a', true],
    ['metadata.name==b', false],
    ['metadata.name!=b,metadata.namespace=default', true],
    ['type=Warning,type!=Normal', true],
    ['involvedObject.name=x\\,y\\=z', true],
    ['involvedObject.uid=', true],
  ])('%j: %s', (selector, matches) => {
    expect(fieldSelector(selector, fields)(object)).toBe(matches);
  });

  it('says which fields there are', () => {
    expect(() => fieldSelector('spec.x=1', fields)).toThrow(
      'field label not supported: spec.x; objects here are selected by metadata.name, metadata.namespace, type, involvedObject.name, involvedObject.uid',
    );
    expect(() => fieldSelector('type', fields)).toThrow(/write field=value/);
    expect(() => fieldSelector('__proto__.x=1', fields)).toThrow(/not supported/);
  });
});
