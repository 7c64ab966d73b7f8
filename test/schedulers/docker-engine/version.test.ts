import { describe, expect, it } from 'vitest';
import { negotiatedVersion } from '../../../src/schedulers/docker-engine/version.ts';

describe('the version of the API', () => {
  it.each([
    ['Docker 20.10', '1.41', '1.12', '1.41'],
    ['Docker 28', '1.51', '1.24', '1.51'],
    ['one that is newer than what is known here', '1.99', '1.44', '1.51'],
    ['one that wants exactly what is the newest here', '1.60', '1.51', '1.51'],
  ])('is the newest that both know: %s', (_, most, least, expected) => {
    expect(negotiatedVersion({ ApiVersion: most, MinAPIVersion: least }, 'unix:///d.sock')).toBe(expected);
  });

  it.each([
    ['an older engine', { ApiVersion: '1.40', MinAPIVersion: '1.12' }, '1.41 or newer is needed'],
    ['an engine that has forgotten it', { ApiVersion: '2.3', MinAPIVersion: '1.60' }, 'speaks 1.51'],
    ['something else', { version: 3 }, 'is it a Docker engine?'],
  ])('does not exist for %s', (_, answer, why) => {
    expect(() => negotiatedVersion(answer, 'unix:///d.sock')).toThrow(why);
  });
});
