import { describe, expect, it } from 'vitest';
import type { MarathonAuth } from '../../../src/api/policy.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';
import { baseUrls } from '../../../src/schedulers/marathon/config.ts';
import { waitingDiesLast } from '../../../src/schedulers/marathon/definition/version.ts';
import { authorization } from '../../../src/schedulers/marathon/login/credentials.ts';
import { fakeValues } from '../../support/values.ts';
import { createScheduler, never } from './setup.ts';

const config = (...urls: string[]) => ({ urls, deadlineMs: 1000, resyncMs: 1000 });

describe('base urls', () => {
  it('keeps path prefixes and drops trailing slashes and repetitions', () => {
    const urls = ['http://m1:8080/', 'https://dcos.example/service/marathon//', 'http://M1:8080'];
    expect(baseUrls(config(...urls))).toEqual(['http://m1:8080', 'https://dcos.example/service/marathon']);
  });

  it.each([
    ['no url', [], /no Marathon is named/],
    ['no scheme', ['m1:8080'], /'m1:8080' is not an http/],
    ['another scheme', ['zk://m1:2181/marathon'], /is not an http/],
    ['a password', ['http://me:hunter2@m1:8080'], /url for m1:8080 carries a user name or password/],
    ['a password in something broken', ['me:hunter2@m1:80:80'], /'m1:80:80' is not/],
    ['a query', ['http://m1:8080?x=1'], /query or fragment/],
  ])('refuses %s', (_, urls, message) => {
    const make = () => createScheduler({ urls });
    expect(make).toThrow(TerminalError);
    expect(make).toThrow(message);
    expect(make).not.toThrow(/hunter2/);
  });
});

describe('credentials', () => {
  const noLogin = {
    clock: systemClock,
    origin: 'http://m1:8080',
    post: () => expect.unreachable('nobody logs in'),
  };
  const header = (auth: MarathonAuth | undefined, env: Record<string, string> = {}) =>
    authorization(auth, fakeValues(env), noLogin).header(never);
  const token = { token: { fromEnv: 'TOKEN' } };
  const basic = (username: string) => ({
    basic: { username: username, password: { fromEnv: 'PASSWORD' } },
  });

  it.each([
    ['a DC/OS token', token, { TOKEN: 'abc.def' }, 'token=abc.def'],
    ['a token from a file with a last newline', token, { TOKEN: 'abc.def\n' }, 'token=abc.def'],
    ['a token with its scheme', token, { TOKEN: 'Bearer abc' }, 'Bearer abc'],
    ['basic, in UTF-8', basic('jürgen'), { PASSWORD: 'pä:ss' }, 'Basic asO8cmdlbjpww6Q6c3M='],
  ])('%s', async (_, auth, env, expected) => {
    expect(await header(auth, env)).toBe(expected);
  });

  it('has none when none is configured', async () => {
    expect(await header(undefined)).toBeUndefined();
  });

  it('resolves at each use, so that a rotated value is seen', async () => {
    const values = fakeValues({ TOKEN: 'one' });
    const current = authorization(token, values, noLogin);
    expect(await current.header(never)).toBe('token=one');
    values.env['TOKEN'] = 'two';
    expect(await current.header(never)).toBe('token=two');
  });

  it.each([
    [
      'a token of two lines',
      token,
      { TOKEN: 'hunter2\r\nX-Evil: 1' },
      /marathon.auth.token is empty or not one line/,
    ],
    ['an empty token', token, { TOKEN: ' ' }, /is empty/],
    ['a user name with a colon', basic('a:b'), { PASSWORD: 'hunter2' }, /holds a colon/],
    ['an unset variable', token, {}, /TOKEN is not set/],
  ])('refuses %s without showing it', async (_, auth, env, message) => {
    await expect(header(auth, env)).rejects.toThrow(message);
    await expect(header(auth, env)).rejects.not.toThrow(/hunter2/);
  });
});

describe('versions', () => {
  it.each([
    ['1.4.13', false],
    ['1.7.236', false],
    ['1.8.244', true],
    ['1.10.26-abcdef', true],
    ['1.11.0-SNAPSHOT', true],
    ['2.0.0', true],
    ['unknown', true],
    [undefined, true],
  ])('in %s waiting instances die last: %s', (version, expected) => {
    expect(waitingDiesLast(version)).toBe(expected);
  });
});
