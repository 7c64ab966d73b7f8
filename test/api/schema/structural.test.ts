// The checker itself: a check that finds nothing anywhere proves nothing.

import { describe, expect, it } from 'vitest';
import { structuralViolations } from './structural.ts';

const text = { type: 'string', description: 'd' };

describe('structuralViolations', () => {
  it.each([
    ['no type', { type: 'object', properties: { a: {} } }, '.a: type undefined'],
    [
      'two types',
      { type: 'object', properties: { a: { type: ['string', 'null'] } } },
      '.a: type string,null',
    ],
    ['a root that is no object', text, 'root: the root must be an object'],
    ['$ref', { type: 'object', $ref: '#/x' }, 'root: $ref is forbidden'],
    ['a word of its own', { type: 'object', 'x-mine': 1 }, 'root: x-mine is unknown'],
    [
      'a map with fields',
      { type: 'object', properties: { a: text }, additionalProperties: text },
      'root: properties and additionalProperties',
    ],
    ['a closed object', { type: 'object', additionalProperties: false }, 'root: additionalProperties: false'],
    [
      'a list of anything',
      { type: 'object', properties: { a: { type: 'array' } } },
      '.a: an array without items',
    ],
    [
      'a type within oneOf',
      { type: 'object', properties: { a: text }, oneOf: [{ type: 'object', required: ['a'] }] },
      'root: type within oneOf',
    ],
    [
      'a group with a stranger',
      { type: 'object', oneOf: [{ required: ['a'] }] },
      'root: oneOf requires a, which is not declared',
    ],
    [
      'a list map whose key may be missing',
      {
        type: 'object',
        properties: {
          l: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['k'],
            items: { type: 'object', properties: { k: text } },
          },
        },
      },
      '.l: key k of a list map',
    ],
    [
      'a default that is refused',
      { type: 'object', properties: { a: { type: 'integer', minimum: 3, default: 1 } } },
      '.a: default 1 is not valid',
    ],
    [
      'described metadata',
      { type: 'object', properties: { metadata: { type: 'object', description: 'd' } } },
      'root: metadata says more than its type',
    ],
  ])('finds %s', (_, schema, violation) => {
    expect(structuralViolations(schema)).toContain(violation);
  });
});
