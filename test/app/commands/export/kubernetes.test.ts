// A policy from the Deployments of a namespace, as an API server tells of them.

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportDeployments } from '../../../../src/app/commands/export/kubernetes.ts';
import { loadPolicies } from '../../../../src/app/policies/schema.ts';
import { writeKubeconfig } from '../../../support/kubernetes/control-plane.ts';

const never = new AbortController().signal;
const deployment = (name: string, replicas: number) => ({
  metadata: { name, namespace: 'shop' },
  spec: { replicas },
});
const autoscaler = (name: string) => ({
  metadata: { name, namespace: 'shop' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name } },
});

describe('export --kubernetes', () => {
  let dir: string;
  let kubeconfig: string;
  let lists: Record<string, readonly object[]>;
  const server = createServer((request, response) => {
    const resource = /namespaces\/shop\/(\w+)/.exec(request.url ?? '')?.[1] ?? '';
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ items: lists[resource] ?? [] }));
  });
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'export-'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    kubeconfig = writeKubeconfig(dir, { user: 'me', server: url, token: 't' });
    lists = { deployments: [deployment('workers', 3), deployment('api.v2', 0), deployment('held', 2)] };
  });
  afterEach(async () => {
    rmSync(dir, { recursive: true });
    await new Promise((done) => server.close(done));
  });
  const exported = (deployments: readonly string[] = [], name?: string) =>
    exportDeployments(
      { namespace: 'shop', kubeconfig, deployments, env: {}, ...(name !== undefined && { name }) },
      never,
    );

  it('makes a policy that observes, in the namespace, with all of them', async () => {
    const { text, notes } = await exported();
    const [read] = loadPolicies(text, 'f').resources;
    expect(read?.resource).toMatchObject({
      metadata: { name: 'shop', namespace: 'shop' },
      spec: {
        mode: 'Observe',
        capacity: { slots: 5 },
        apps: [
          { name: 'api-v2', priority: 1, kubernetes: { scaleTargetRef: { name: 'api.v2' } } },
          { name: 'held', priority: 2 },
          { name: 'workers', priority: 3, remainder: { weight: 1 } },
        ],
      },
    });
    expect(notes).toEqual([]);
  });

  it('gives every one a name of its own, and takes one that is named twice once', async () => {
    lists['deployments'] = ['a.b', 'a-b', 'x'.repeat(70)].map((each) => deployment(each, 1));
    const { text } = await exported(['a.b', 'a-b', 'a.b', 'x'.repeat(70)]);
    const [read] = loadPolicies(text, 'f').resources;
    expect(read?.resource).toMatchObject({
      spec: {
        capacity: { slots: 3 },
        apps: [
          { name: 'a-b', kubernetes: { scaleTargetRef: { name: 'a.b' } } },
          { name: 'a-b-2', kubernetes: { scaleTargetRef: { name: 'a-b' } } },
          { name: 'x'.repeat(63), kubernetes: { scaleTargetRef: { name: 'x'.repeat(70) } } },
        ],
      },
    });
  });

  it('takes those that are named, in their order, and a name', async () => {
    const { text } = await exported(['workers', 'held'], 'night');
    const [read] = loadPolicies(text, 'f').resources;
    expect(read?.resource).toMatchObject({
      metadata: { name: 'night' },
      spec: { apps: [{ name: 'workers' }, { name: 'held', remainder: {} }] },
    });
  });

  it('leaves out what another autoscaler holds, and says so', async () => {
    lists['horizontalpodautoscalers'] = [autoscaler('held')];
    const { text, notes } = await exported();
    expect(text).not.toContain('name: held');
    expect(notes).toEqual([
      expect.stringMatching(/^Deployment shop\/held is left out: HorizontalPodAutoscaler shop\/held/),
    ]);
  });

  it('leaves out what something else has made and keeps at its own count', async () => {
    const ownerReferences = [{ apiVersion: 'shop.example/v1', kind: 'Shop', name: 'main', controller: true }];
    const made = deployment('made', 2);
    lists['deployments'] = [
      deployment('workers', 3),
      { ...made, metadata: { ...made.metadata, ownerReferences } },
    ];
    const { text, notes } = await exported();
    expect(text).not.toContain('name: made');
    expect(notes).toEqual([
      expect.stringMatching(/^Deployment shop\/made is left out: .* belongs to Shop main/),
    ]);
  });

  it.each([
    [['worker'], /there is no Deployment worker in namespace shop; did you mean workers\?/],
    [['held'], /no Deployment in namespace shop is free to be scaled/],
  ])('refuses %j', async (names, message) => {
    lists['horizontalpodautoscalers'] = [autoscaler('held')];
    await expect(exported(names)).rejects.toThrow(message);
  });
});
