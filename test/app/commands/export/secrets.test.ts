import { describe, expect, it } from 'vitest';
import { isSecretVariable, secretField } from '../../../../src/app/commands/export/secrets.ts';

describe('a variable that may be a secret', () => {
  it.each([
    ['AZURE_STORAGE_ACCOUNT_KEY', 'abc'],
    ['DB_PASSWORD', 'x'],
    ['db_pwd', 'x'],
    ['SLACK_TOKEN', 'x'],
    ['DATABASE_URL', 'postgres://user:pw@db/shop'],
    ['STORAGE', 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=b=='],
    ['OPTIONS', '-Xmx1g -Ddb.password=hunter2'],
    ['PEM', '-----BEGIN RSA PRIVATE KEY-----'],
    ['ID', '9f86d081884c7d659a2feaa0c55ad015'],
    ['BLOB', 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq'],
  ])('%s=%s is', (name, value) => {
    expect(isSecretVariable(name, value)).toBe(true);
  });

  it.each([
    ['RATE', '5'],
    ['DATABASE_URL', 'postgres://db.example.com:5432/shop'],
    ['JAVA_OPTS', '-Xmx1g -Dfile.encoding=UTF-8'],
    ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin'],
    ['QUEUE', 'shop-orders'],
    ['ID', '123e4567-e89b-12d3-a456-426614174000'],
  ])('%s=%s is not', (name, value) => {
    expect(isSecretVariable(name, value)).toBe(false);
  });
});

describe('a field that may hold a secret', () => {
  it.each<[string, unknown, string | undefined]>([
    ['a password in a command', { cmd: 'run --password hunter2' }, 'cmd'],
    ['a password by reference', { cmd: 'run --password $PASSWORD --token=$TOKEN' }, undefined],
    ['an argument', { args: ['--token=abc123'] }, 'args'],
    ['credentials in an address', { fetch: [{ uri: 'https://me:pw@files/a.tgz' }] }, 'fetch.uri'],
    [
      'a docker parameter',
      { container: { docker: { parameters: [{ key: 'env', value: 'DB_PASSWORD=x' }] } } },
      'container.docker.parameters.value',
    ],
    [
      'a plain docker parameter',
      { container: { docker: { parameters: [{ key: 'ulimit', value: 'nofile=1024' }] } } },
      undefined,
    ],
    ['a label', { labels: { API_TOKEN: 'abc' } }, 'labels.API_TOKEN'],
    [
      'a reference to a secret',
      { env: { PW: { secret: 'pw' } }, secrets: { pw: { source: 'a/b' } } },
      undefined,
    ],
    ['a digest', { container: { docker: { image: `a@sha256:${'0123abcd'.repeat(8)}` } } }, undefined],
    ['numbers', { cpus: 1, requirePorts: false }, undefined],
  ])('%s', (_, definition, field) => {
    expect(secretField(definition)).toBe(field);
  });
});
