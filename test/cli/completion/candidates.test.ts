import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { candidatesFor, type NamesOf } from '../../../src/cli/completion/candidates.ts';

const RUNNING: NamesOf = {
  policies: async () => ['shop', 'team/mails'],
  pools: async () => ['shared'],
  interventions: async () => ['shop-pause'],
  apps: async (policy) => (policy === 'team/mails' ? ['sender', 'front'] : ['front', 'back', 'front']),
  orphans: async () => ['/old/worker'],
};

const SILENT: NamesOf = {
  policies: async () => [],
  pools: async () => [],
  interventions: async () => [],
  apps: async () => [],
  orphans: async () => [],
};

async function values(words: readonly string[], names: NamesOf = RUNNING): Promise<unknown> {
  const found = await candidatesFor(words, COMMANDS, names);
  return found === 'files' ? found : found.map(({ value }) => value);
}

describe('completion', () => {
  it.each([
    [['ge'], ['get']],
    [
      ['explain', ''],
      ['shop', 'team/mails'],
    ],
    [['explain', 'shop', ''], []],
    [['get', 's'], ['shop']],
    [
      ['get', ''],
      ['shop', 'team/mails', 'pools', 'interventions', 'pool/shared', 'intervention/shop-pause'],
    ],
    [['get', 'interventions', ''], ['shop-pause']],
    [['describe', 'intervention', 's'], ['shop-pause']],
    [['get', 'pools', ''], ['shared']],
    [['get', 'pools', 'shared', ''], []],
    [['delete', 'msi', 'shop'], ['shop-pause']],
    [
      ['delete', 'shop', ''],
      ['team/mails', 'pool/shared', 'intervention/shop-pause'],
    ],
    [['override', 'f'], ['front=']],
    [
      ['override', 'team/mails', ''],
      ['sender=', 'front='],
    ],
    [['override', 'front=3', 'b'], ['back=']],
    [['override', 'team/mails', 's='], []],
    [['override', 'team/mails', 'sender='], ['sender=auto']],
    [['keep', 'team/mails', 's'], ['sender']],
    [['keep', 'f'], ['front']],
    [['put-back', 'shop', 'b'], ['back']],
    [['put-back', 'shop', 'back', ''], []],
    [['override', 'shop', 'b'], ['back=']],
    [['override', 'front='], ['front=auto']],
    [['orphans', ''], ['/old/worker']],
    [['get', '-n', 'team', 's'], ['shop']],
    [['get', '-nteam', 's'], ['shop']],
    [['get', '-wn', 'team', 's'], ['shop']],
    [['get', '-w', 's'], ['shop']],
    [['get', '--server=http://127.0.0.1:1', 's'], ['shop']],
    [['get', '--', 's'], ['shop']],
    [['get', '--output=w'], ['--output=wide']],
    [['get', '-ow'], ['-owide']],
    [['plan', '--file=spe'], 'files'],
    [['get', '-o', 'w'], ['wide']],
    [
      ['get', '--output', 'json'],
      ['json', 'jsonpath='],
    ],
    [['describe', '--w'], ['--watch']],
    [['plan', '-f', 'spe'], 'files'],
    [['run', '--data', ''], 'files'],
    [['pause', 'shop', '--for', ''], []],
    [['run', '--log-level', 'w'], ['warn']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['import', ''], ['keda']],
    [['nonsense', ''], []],
  ])('of %j offers %j', async (words, offered) => {
    expect(await values(words)).toEqual(offered);
  });

  it('offers every command that is in --help, with what it is for, and no hidden one', async () => {
    const found = await candidatesFor([''], COMMANDS, SILENT);
    const shown = COMMANDS.filter(({ hidden }) => hidden !== true);
    expect(found).toEqual(shown.map(({ name, summary }) => ({ value: name, about: summary })));
  });

  it.each(COMMANDS.map(({ name }) => name))('offers the options that %s takes', async (name) => {
    const spec = COMMANDS.find((each) => each.name === name);
    const found = await values([name, '-'], SILENT);
    expect(found).toHaveLength(spec?.hidden === true ? 0 : (spec?.options.length ?? 0));
  });

  it('offers no names where no operator answers', async () => {
    expect(await values(['explain', ''], SILENT)).toEqual([]);
    expect(await values(['get', ''], SILENT)).toEqual(['pools', 'interventions']);
  });
});
