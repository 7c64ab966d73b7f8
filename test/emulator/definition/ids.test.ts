// Ids are paths.

import { describe, expect, it } from 'vitest';
import { canonicalPath, parentOf, pathProblems } from '../../../src/emulator/definition/app-id.ts';
import { define, refusal } from './define.ts';

describe('a path', () => {
  it.each([
    ['a', '/', '/a'],
    ['//a//b/', '/', '/a/b'],
    ['b', '/a', '/a/b'],
    ['../b', '/a/c', '/a/b'],
    ['./b/../c', '/a', '/a/c'],
    ['../../..', '/a', '/'],
    ['/b', '/a', '/b'],
  ])('%s in %s is %s', (path, base, canonical) => expect(canonicalPath(path, base)).toBe(canonical));

  it.each([
    ['/a/b', '/a'],
    ['/a', '/'],
    ['/', '/'],
  ])('%s lies in %s', (path, parent) => expect(parentOf(path)).toBe(parent));

  it.each(['/a', '/a1/b-c', '/a.b/c.d.e', '/restart/a'])('%s can be an id', (path) =>
    expect(pathProblems(path)).toEqual([]),
  );

  it.each([
    ['/a/restart', /must not end with any of the following reserved keywords: restart, tasks, versions/],
    ['/a_b', /must fully match regular expression/],
  ])('%s cannot be an id', (path, problem) => expect(pathProblems(path).join()).toMatch(problem));
});

describe('the id of an app', () => {
  it.each([
    ['api', '/api'],
    ['//api/', '/api'],
    ['/a/../b', '/b'],
  ])('%s is stored as %s', (id, stored) => expect(define({ id }).id).toBe(stored));

  it.each([
    ['/A', '422 /id: error.pattern'],
    ['/a_b', '422 /id: error.pattern'],
    ['/-a', '422 /id: error.pattern'],
    ['/a/b-', '422 /id: error.pattern'],
    ['/a/./b', '422 /id: error.pattern'],
    ['', '422 /id: error.minLength'],
    ['/', '422 /: must not be root; /id: Path must contain at least one path element'],
    ['/a/..', '422 /: must not be root; /id: Path must contain at least one path element'],
  ])('%j is refused', (id, problem) => expect(refusal({ id })).toBe(problem));

  it('is read in one pass when it has very many slashes', () =>
    expect(refusal({ id: `${'/'.repeat(50_000)}A` })).toBe('422 /id: error.pattern'));
});

describe('a dependency', () => {
  it('starts at the root for an app, and at the group in a group document', () => {
    const dependencies = ['db', '../x', '/y', '/y'];
    expect(define({ dependencies }).dependencies).toEqual(['/db', '/x', '/y']);
    expect(define({ dependencies }, { base: '/group' }).dependencies).toEqual(['/group/db', '/x', '/y']);
  });

  it('is refused with its place when it is no path', () =>
    expect(refusal({ dependencies: ['/a', '/B_'] })).toMatch(/^422 \/dependencies\(1\): must fully match/));
});
