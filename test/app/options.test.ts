import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ASKING_OPTIONS } from '../../src/app/options/asking.ts';
import { readConfig } from '../../src/app/options/config.ts';
import { INSTALL_OPTIONS } from '../../src/app/options/install.ts';
import { MARATHON_OPTIONS } from '../../src/app/options/marathon.ts';
import { OPERATOR_OPTIONS } from '../../src/app/options/operator.ts';
import { SIMULATE_OPTIONS } from '../../src/app/options/simulate.ts';
import { TRUST_OPTIONS } from '../../src/app/options/trust.ts';
import { OPTIONS, type OptionName, type OptionSpec, resolveOptions } from '../../src/app/options.ts';
import { TerminalError } from '../../src/runtime/errors.ts';

const dir = mkdtempSync(join(tmpdir(), 'options-'));
afterAll(() => rmSync(dir, { recursive: true }));

function configFile(text: string): string {
  const path = join(dir, `${Math.random()}.yaml`);
  writeFileSync(path, text);
  return path;
}

describe('option table', () => {
  const specs = Object.entries(OPTIONS) as [OptionName, OptionSpec][];

  it('has every option of its parts, each in one of them', () => {
    const parts = [
      OPERATOR_OPTIONS,
      ASKING_OPTIONS,
      TRUST_OPTIONS,
      INSTALL_OPTIONS,
      SIMULATE_OPTIONS,
      MARATHON_OPTIONS,
    ];
    expect(parts.flatMap((part) => Object.keys(part))).toEqual(specs.map(([name]) => name));
  });

  it.each(specs)('%s is named after its flag and has a help text', (name, spec) => {
    const camel = spec.flag.slice(2).replace(/-([a-z])/g, (_, c: string) => c.toUpperCase());
    // `-l` of what is asked goes by kubectl's flag, which another option has, too: that of what is run.
    expect(camel).toBe(name === 'labels' ? 'selector' : name);
    expect(spec.help.length).toBeGreaterThan(10);
    expect(spec.arg === undefined).toBe(spec.type === 'flag');
  });

  it.each(specs.filter(([, s]) => s.key !== undefined))(
    '%s of the config file has a variable MICROSCALING_…',
    (name, spec) => {
      expect(spec.key).toBe(name);
      const variable = spec.flag.slice(2).toUpperCase().replaceAll('-', '_');
      expect(spec.env[0]).toBe(`MICROSCALING_${variable}`);
    },
  );
});

describe('resolveOptions', () => {
  it.each([
    {
      name: 'flag before environment before file',
      flags: { logFormat: 'json' },
      env: { MICROSCALING_LOG_FORMAT: 'text' },
      file: { logFormat: 'text' },
      expected: { logFormat: 'json' },
    },
    {
      name: 'environment before file',
      flags: {},
      env: { MICROSCALING_LOG_FORMAT: 'json' },
      file: { logFormat: 'text' },
      expected: { logFormat: 'json' },
    },
    { name: 'file last', flags: {}, env: {}, file: { logFormat: 'json' }, expected: { logFormat: 'json' } },
    {
      name: "the predecessor's variable names Marathon",
      flags: {},
      env: { MSS_MARATHON_API: 'http://m:8080/marathon' },
      file: {},
      expected: { marathon: ['http://m:8080/marathon'] },
    },
    {
      name: 'our own variable before the predecessor’s, several by comma',
      flags: {},
      env: { MSS_MARATHON_API: 'http://old', MICROSCALING_MARATHON: 'http://a, http://b' },
      file: {},
      expected: { marathon: ['http://a', 'http://b'] },
    },
    {
      name: 'an empty variable says nothing',
      flags: {},
      env: { MICROSCALING_API: '' },
      file: {},
      expected: {},
    },
    {
      name: 'an address as URL, without host, and as IPv6',
      flags: { api: 'http://127.0.0.1:8090/', statsd: '[::1]:8125' },
      env: {},
      file: {},
      expected: { api: { host: '127.0.0.1', port: 8090 }, statsd: { host: '::1', port: 8125 } },
    },
    {
      name: 'a port alone',
      flags: { api: ':9000' },
      env: {},
      file: {},
      expected: { api: { host: '127.0.0.1', port: 9000 } },
    },
    { name: 'a duration in ms', flags: { for: '60s' }, env: {}, file: {}, expected: { for: 60_000 } },
  ])('$name', ({ flags, env, file, expected }) => {
    const names = ['logFormat', 'marathon', 'api', 'statsd', 'for'] as const;
    expect(resolveOptions(names, { flags, env, file })).toEqual(expected);
  });

  it.each([
    { flags: { for: '60' }, env: {}, words: /--for: '60' is not a duration/ },
    { flags: { api: 'localhost' }, env: {}, words: /--api: 'localhost' is not HOST:PORT/ },
    { flags: { api: 'h:99999' }, env: {}, words: /not HOST:PORT/ },
    { flags: {}, env: { MICROSCALING_API: 'x' }, words: /MICROSCALING_API: 'x' is not/ },
    { flags: { seed: '-1' }, env: {}, words: /--seed: '-1' is not a whole number/ },
    { flags: { cpus: '0' }, env: {}, words: /--cpus: '0' is not a number above 0/ },
    { flags: { logFormat: 'xml' }, env: {}, words: /'xml' is not one of text, json/ },
  ])('refuses $flags $env with its place', ({ flags, env, words }) => {
    const names = ['for', 'api', 'seed', 'cpus', 'logFormat'] as const;
    expect(() => resolveOptions(names, { flags, env })).toThrow(TerminalError);
    expect(() => resolveOptions(names, { flags, env })).toThrow(words);
  });
});

describe('readConfig', () => {
  const names = ['config', 'policies', 'logFormat'] as const;

  it('reads the file that --config names', () => {
    const path = configFile('policies: [a, b]\nlogFormat: json\n');
    expect(readConfig(names, { flags: { config: path }, env: {} })).toMatchObject({
      policies: ['a', 'b'],
      logFormat: 'json',
    });
  });

  it.each([
    { text: 'polices: a\n', words: /unknown option polices; known are .*policies/ },
    { text: '- a\n', words: /must be a YAML object/ },
    { text: 'a: [\n', words: /config file .*yaml: / },
  ])('refuses $text and says why', ({ text, words }) => {
    const path = configFile(text);
    expect(() => readConfig(names, { flags: { config: path }, env: {} })).toThrow(words);
  });

  it('refuses a file that is not there', () => {
    expect(() => readConfig(names, { flags: { config: join(dir, 'none') }, env: {} })).toThrow(
      /none: ENOENT/,
    );
  });
});
