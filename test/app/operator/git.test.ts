import { describe, expect, it } from 'vitest';
import { createGitSources, type GitOptions } from '../../../src/app/operator/git.ts';
import { createTrust } from '../../../src/app/operator/trust.ts';
import { VirtualClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/runtime/log.ts';

function names(options: GitOptions): readonly string[] {
  const sources = createGitSources(options, {
    clock: new VirtualClock(),
    log: silentLogger,
    env: {},
    dataDir: undefined,
    trust: createTrust({}, { env: {}, marathon: [] }),
    readSecret: () => {
      throw new Error('nobody asked the repository yet');
    },
    adapt: (load) => load,
  });
  return sources.map(({ name }) => name);
}

describe('--git', () => {
  it('follows each repository that is named', () => {
    const git = ['https://git.example/a.git', 'git@git.example:b.git#main:prod', '/srv/c.git#:x'];
    expect(names({ git, gitTokenFile: '/run/token' })).toEqual([
      'git https://git.example/a.git',
      'git git@git.example:b.git#main:prod',
      'git file:///srv/c.git#:x',
    ]);
    expect(names({})).toEqual([]);
  });

  it.each<[GitOptions, RegExp]>([
    [{ git: ['https://u:hunter2@git.example/a.git'] }, /^--git: the URL holds credentials(?!.*hunter2)/],
    [{ git: ['/srv/a.git'], gitInterval: 200 }, /--git-interval must be 1s or more/],
    [
      { git: ['/srv/a.git'], gitVariable: ['OK', '$NAME'] },
      /--git-variable: '\$NAME' is not the name of a variable/,
    ],
    [{ git: ['/srv/a.git'], gitVariable: ['A=b'] }, /is not the name of a variable/],
  ])('refuses %j', (options, message) => {
    expect(() => names(options)).toThrow(message);
  });
});
