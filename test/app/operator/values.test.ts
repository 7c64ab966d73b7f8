import { describe, expect, it } from 'vitest';
import type { ValueSource } from '../../../src/api/policy.ts';
import { createValueResolver } from '../../../src/app/operator/values.ts';
import { UnresolvedReference } from '../../../src/runtime/errors.ts';
import { createRedactor, MASK } from '../../../src/runtime/redact.ts';

const env = { KEY: 'env-s3cret', EMPTY: '', QUEUE: 'demo-queue' };
const files: Readonly<Record<string, string>> = {
  '/run/key': 'file-s3cret\n',
  '/run/crlf': 'crlf-s3cret\r\n\r\n',
  '/run/inner': 'two\nlines\n',
  '/run/empty': '\n',
};

function readFile(path: string): string {
  const text = files[path];
  if (text === undefined) throw new Error('ENOENT: no such file or directory');
  return text;
}

function world() {
  const redactor = createRedactor();
  return { redactor, values: createValueResolver({ env, readFile, redactor }) };
}

describe('value resolver', () => {
  it.each<[ValueSource, string]>([
    [{ fromEnv: 'KEY' }, 'env-s3cret'],
    [{ fromFile: '/run/key' }, 'file-s3cret'],
    [{ fromFile: '/run/crlf' }, 'crlf-s3cret'],
    [{ fromFile: '/run/inner' }, 'two\nlines'],
  ])('resolves %j to %j', (from, value) => {
    expect(world().values.resolve(from)).toBe(value);
  });

  it.each<[ValueSource, RegExp]>([
    [{ fromEnv: 'NOPE' }, /environment variable NOPE is not set; set it/],
    [{ fromEnv: 'EMPTY' }, /environment variable EMPTY is empty; set it/],
    [{ fromFile: '/run/nope' }, /file \/run\/nope cannot be read \(ENOENT.*check that it exists/],
    [{ fromFile: '/run/empty' }, /file \/run\/empty is empty/],
    [{ fromSecret: { name: 's', key: 'k' } }, /secret s, key k: Kubernetes secrets.*use fromEnv or fromFile/],
    [{}, /names no source/],
  ])('refuses %j and says what to do', (from, words) => {
    const resolve = (): string => world().values.resolve(from);
    expect(resolve).toThrow(UnresolvedReference);
    expect(resolve).toThrow(words);
  });

  it('asks the cluster for a Secret whose namespace its source has named, and has it masked', () => {
    const redactor = createRedactor();
    const values = createValueResolver({
      env: {},
      readFile: () => '',
      redactor,
      secret: ({ namespace, name, key }) => `value of ${namespace} ${name} ${key}`,
    });
    const fromSecret = { namespace: 'shops', name: 's', key: 'k' };
    expect(values.resolve({ fromSecret })).toBe('value of shops s k');
    expect(redactor.redact('it is value of shops s k')).toBe(`it is ${MASK}`);
    expect(() => values.resolve({ fromSecret: { name: 's', key: 'k' } })).toThrow(UnresolvedReference);
  });

  it('has what it resolved as a secret masked, what stands in the policy not', () => {
    const { values, redactor } = world();
    for (const from of [{ fromEnv: 'KEY' }, { fromFile: '/run/key' }]) values.resolve(from);
    expect(redactor.redact('env-s3cret file-s3cret plain')).toBe(`${MASK} ${MASK} plain`);
  });

  it.each<[string, readonly ('plain' | 'environment' | 'secret')[], string]>([
    ['shown', ['plain'], 'demo-queue'],
    [
      "shown where an app is given what the administrator's own policies call plain",
      ['environment', 'plain'],
      'demo-queue',
    ],
    ['masked where it is a secret as well', ['plain', 'secret'], MASK],
    ['masked where it was a secret before', ['secret', 'environment', 'plain'], MASK],
  ])('is %s', (_, uses, shown) => {
    const redactor = createRedactor();
    const values = createValueResolver({ env, readFile, redactor, isPlain: (name) => name === 'QUEUE' });
    for (const use of uses) values.resolve({ fromEnv: 'QUEUE' }, use);
    expect(redactor.redact('queue demo-queue')).toBe(`queue ${shown}`);
  });

  it("masks what an app is given, whoever's plain value it is otherwise", () => {
    const { values, redactor } = world();
    values.resolve({ fromEnv: 'KEY' }, 'plain');
    values.resolve({ fromEnv: 'KEY' }, 'environment');
    expect(redactor.redact('queue env-s3cret')).toBe(`queue ${MASK}`);
  });

  it('masks whatever a Secret holds, also as a plain value', () => {
    const redactor = createRedactor();
    const values = createValueResolver({ env, readFile, redactor, secret: () => 'a-queue-name' });
    values.resolve({ fromSecret: { namespace: 'n', name: 's', key: 'k' } }, 'plain');
    expect(redactor.redact('queue a-queue-name')).toBe(`queue ${MASK}`);
  });

  it('sees a rotated secret at its next use', () => {
    const rotating: Record<string, string> = { KEY: 'first-s3cret' };
    const redactor = createRedactor();
    const values = createValueResolver({ env: rotating, readFile, redactor });
    values.resolve({ fromEnv: 'KEY' });
    rotating['KEY'] = 'second-s3cret';
    expect(values.resolve({ fromEnv: 'KEY' })).toBe('second-s3cret');
    expect(redactor.redact('first-s3cret second-s3cret')).toBe(`${MASK} ${MASK}`);
  });
});
