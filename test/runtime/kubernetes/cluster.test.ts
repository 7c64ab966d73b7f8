// Which cluster, as whom.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { HttpMethod, RequestContext } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Cluster, openCluster } from '../../../src/policy-sources/kubernetes/index.ts';
import { TerminalError } from '../../../src/runtime/errors.ts';

const ACCOUNT = 'var/run/secrets/kubernetes.io/serviceaccount';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'microscaling-cluster-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
  rmSync(dir, { recursive: true, force: true });
});

function file(name: string, config: object): string {
  const path = join(dir, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, JSON.stringify(config));
  return path;
}

function kubeconfig(name: string, { current = name, namespace = '' } = {}): object {
  return {
    'current-context': current,
    clusters: [{ name, cluster: { server: `http://${name}.example:8080/k8s/` } }],
    users: [{ name, user: { token: `token-of-${name}` } }],
    contexts: [{ name, context: { cluster: name, user: name, ...(namespace && { namespace }) } }],
  };
}

async function headerOf(cluster: Cluster): Promise<string | undefined> {
  const request = new RequestContext(`${cluster.server}/api`, HttpMethod.GET);
  await cluster.authorize(request);
  return request.getHeaders()['Authorization'];
}

describe('a kubeconfig', () => {
  it('is read with its current context', async () => {
    const path = file('config', kubeconfig('east', { namespace: 'shops' }));
    const cluster = openCluster({ kubeconfig: path, env: {} });
    expect(cluster).toMatchObject({
      name: 'east',
      server: 'http://east.example:8080/k8s',
      namespace: 'shops',
    });
    expect(await headerOf(cluster)).toBe('Bearer token-of-east');
  });

  it('may be several, of which the first says which context is current', () => {
    const paths = [file('a', kubeconfig('east')), file('b', kubeconfig('west'))].join(delimiter);
    expect(openCluster({ kubeconfig: paths, env: {} }).name).toBe('east');
    expect(openCluster({ kubeconfig: paths, context: 'west', env: {} })).toMatchObject({
      name: 'west',
      server: 'http://west.example:8080/k8s',
      namespace: 'default',
    });
  });

  it('of the user is taken where nothing else is there', () => {
    file('.kube/config', kubeconfig('home'));
    expect(openCluster({ env: { HOME: dir } }).name).toBe('home');
  });

  it.each([
    ['another context', kubeconfig('east'), 'moon', /no context 'moon'.*\(there are: east\).*--kube-context/],
    ['no current context', kubeconfig('east', { current: 'gone' }), undefined, /no context 'gone'/],
    ['nothing', {}, undefined, /no context ''|no kubeconfig/],
    ['a list', [], undefined, /no context|no kubeconfig/],
  ])('with %s is refused', (_, config, context, words) => {
    const open = (): unknown => openCluster({ kubeconfig: file('config', config), context, env: {} });
    expect(open).toThrow(TerminalError);
    expect(open).toThrow(words);
  });
});

describe('a pod', () => {
  function pod(token: string): void {
    mkdirSync(join(dir, ACCOUNT), { recursive: true });
    writeFileSync(join(dir, ACCOUNT, 'token'), token);
    writeFileSync(join(dir, ACCOUNT, 'namespace'), 'microscaling\n');
    writeFileSync(join(dir, ACCOUNT, 'ca.crt'), '');
  }

  it('uses its service account, whose token is read anew when it has rotated', async () => {
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '10.96.0.1');
    vi.stubEnv('KUBERNETES_SERVICE_PORT', '443');
    pod('first');
    const env = { KUBERNETES_SERVICE_HOST: '10.96.0.1' };
    const cluster = openCluster({ env, root: `${dir}/` });
    expect(cluster).toMatchObject({ server: 'https://10.96.0.1:443', namespace: 'microscaling' });
    expect(await headerOf(cluster)).toBe('Bearer first');
    pod('second');
    vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ['Date'] });
    expect(await headerOf(cluster)).toBe('Bearer second');
  });

  it('may use a kubeconfig all the same', () => {
    pod('first');
    const path = file('config', kubeconfig('east'));
    const env = { KUBERNETES_SERVICE_HOST: '10.96.0.1' };
    expect(openCluster({ kubeconfig: path, env, root: `${dir}/` }).name).toBe('east');
  });
});
