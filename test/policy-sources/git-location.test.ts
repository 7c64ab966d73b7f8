import { describe, expect, it } from 'vitest';
import { type GitLocation, parseLocation } from '../../src/policy-sources/git/location.ts';
import { messageOf, TerminalError } from '../../src/runtime/errors.ts';

describe('git location', () => {
  it.each<[string, GitLocation]>([
    [
      'https://git.example/p.git',
      { url: 'https://git.example/p.git', origin: 'https://git.example', path: '' },
    ],
    [
      'https://git.example:8443/p.git#main:a/b',
      {
        url: 'https://git.example:8443/p.git',
        origin: 'https://git.example:8443',
        branch: 'main',
        path: 'a/b',
      },
    ],
    [
      'https://git.example/p#:/a/',
      { url: 'https://git.example/p', origin: 'https://git.example', path: 'a' },
    ],
    [
      'ssh://git@git.example:22/p.git#v1.2',
      { url: 'ssh://git@git.example:22/p.git', branch: 'v1.2', path: '' },
    ],
    [
      'git@git.example:team/p.git#release/1.x',
      { url: 'git@git.example:team/p.git', branch: 'release/1.x', path: '' },
    ],
    ['git.example:p.git', { url: 'git.example:p.git', path: '' }],
    ['git://git.example/p.git', { url: 'git://git.example/p.git', path: '' }],
    ['file:///srv/p.git', { url: 'file:///srv/p.git', path: '' }],
    ['/srv/p.git#main', { url: 'file:///srv/p.git', branch: 'main', path: '' }],
  ])('%s', (text, location) => {
    expect(parseLocation(text)).toEqual(location);
  });

  it.each([
    '',
    'policies',
    '../policies',
    'https://',
    'https://git.example/p q.git',
    'https://user:hunter2@git.example/p.git',
    'https://hunter2@git.example/p.git',
    'ssh://git:hunter2@git.example/p.git',
    'https://git.example/p.git?token=hunter2',
    'ftp://git.example/p.git',
    'ext::sh -c touch% /tmp/hunter2',
    'ext::hunter2',
    'fd::17/hunter2',
    '-oProxyCommand=hunter2:p',
    'ssh://-oProxyCommand=hunter2/p.git',
    '--upload-pack=hunter2',
    'git@-oProxyCommand=hunter2:p.git',
    'https://git.example/p.git\nhunter2',
    'https://git.example/p.git#main:../../hunter2',
    'https://git.example/p.git#main:a/./hunter2',
    'javascript:alert(1)//hunter2 ',
  ])('refuses %j without repeating it', (text) => {
    expect(() => parseLocation(text)).toThrow(TerminalError);
    expect(complaint(text)).toMatch(/^--git: .*write it like https:/);
    expect(complaint(text)).not.toContain('hunter2');
  });

  it.each([
    '--upload-pack=x',
    '-b',
    'a..b',
    'a b',
    'a~1',
    'a^',
    'HEAD@{1}',
    '/a',
    'a/',
    'a.lock',
    'a//b',
    '.a',
    'a\\b',
    '$(x)',
    'a;b',
    'a*',
  ])('refuses the branch %j', (branch) => {
    expect(complaint(`https://git.example/p.git#${branch}`)).toMatch(/is not the name of a branch or tag/);
  });
});

function complaint(text: string): string {
  try {
    parseLocation(text);
  } catch (error) {
    return messageOf(error);
  }
  return 'nothing';
}
