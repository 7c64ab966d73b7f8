import { describe, expect, it } from 'vitest';
import { dependenciesOf } from '../../../../src/schedulers/marathon/definition/dependencies.ts';

describe('the dependencies of an app', () => {
  it.each([
    { named: ['/db'], are: ['/db'] },
    { named: ['back', '../db', './x'], are: ['/shop/back', '/db', '/shop/x'] },
    { named: ['/db', 7, null], are: ['/db'] },
    { named: undefined, are: [] },
    { named: 'db', are: [] },
  ])('named $named are $are', ({ named, are }) => {
    expect(dependenciesOf('/shop/front', { dependencies: named })).toEqual(are);
  });
});
