// Which labels a selector means, and how its text is read.

import { describe, expect, it } from 'vitest';
import {
  parsedSelector,
  selectorOf,
  selects,
} from '../../../../src/schedulers/kubernetes/objects/selector.ts';

const labels = { app: 'shop', tier: 'back', size: '5' };

describe('a selector', () => {
  it.each([
    ['app=shop', true],
    ['app==shop,tier=back', true],
    ['app=shop,tier=front', false],
    ['app!=shop', false],
    ['other!=x', true],
    ['tier in (front, back)', true],
    ['tier notin (front,back)', false],
    ['app in (shop),tier', true],
    ['!tier', false],
    ['!other', true],
    ['example.com/name=x', false],
    ['app=', false],
  ])('%s: %s', (text, expected) => {
    const selector = parsedSelector(text);
    expect(selector).toBeDefined();
    expect(selects(selector ?? [], labels)).toBe(expected);
  });

  it.each(['app=shop=x', 'tier in front', '!tier in (a)', 'a b'])('%s is none', (text) => {
    expect(parsedSelector(text)).toBeUndefined();
  });

  it.each([
    [{ matchLabels: { app: 'shop' } }, true],
    [{ matchLabels: { app: 'shop' }, matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, false],
    [{ matchExpressions: [{ key: 'tier', operator: 'In', values: ['back'] }] }, true],
    [{ matchExpressions: [{ key: 'size', operator: 'Gt', values: ['4'] }] }, true],
    [{ matchExpressions: [{ key: 'size', operator: 'Lt', values: ['4'] }] }, false],
    [{ matchExpressions: [{ key: 'size', operator: 'Like', values: ['5'] }] }, false],
    [{}, true],
  ])('%j: %s', (selector, expected) => {
    expect(selects(selectorOf(selector), labels)).toBe(expected);
  });
});
