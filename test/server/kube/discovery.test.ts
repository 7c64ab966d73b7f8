import { describe, expect, it } from 'vitest';
import { policySchema, poolSchema } from '../../../src/app/policies/schema.ts';
import { discoveryRoutes } from '../../../src/server/kube/discovery.ts';
import { EVENT_KIND, NAMESPACE_KIND } from '../../../src/server/kube/kinds/core-kinds.ts';
import { policyKind, poolKind } from '../../../src/server/kube/kinds/our-kinds.ts';

const kinds = [policyKind(policySchema), poolKind(poolSchema), EVENT_KIND, NAMESPACE_KIND];
const app = discoveryRoutes(kinds, '1.2.3');

async function get(path: string, accept = 'application/json'): Promise<{ type: string; body: unknown }> {
  const response = await app.request(path, { headers: { accept } });
  expect(response.status).toBe(200);
  return { type: response.headers.get('content-type') ?? '', body: await response.json() };
}

const aggregatedAs = (version: string): string =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;

describe('discovery', () => {
  it('names the groups and their versions', async () => {
    expect((await get('/api')).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    const group = {
      name: 'microscaling.io',
      versions: [{ groupVersion: 'microscaling.io/v1alpha1', version: 'v1alpha1' }],
      preferredVersion: { groupVersion: 'microscaling.io/v1alpha1', version: 'v1alpha1' },
    };
    expect((await get('/apis')).body).toMatchObject({ kind: 'APIGroupList', groups: [group] });
    expect((await get('/apis/microscaling.io')).body).toMatchObject({ kind: 'APIGroup', ...group });
  });

  it('lists the resources of a version, with short names, categories and subresources', async () => {
    expect((await get('/apis/microscaling.io/v1alpha1')).body).toMatchObject({
      kind: 'APIResourceList',
      groupVersion: 'microscaling.io/v1alpha1',
      resources: [
        {
          name: 'microscalingpolicies',
          singularName: 'microscalingpolicy',
          namespaced: true,
          kind: 'MicroscalingPolicy',
          shortNames: ['msp'],
          categories: ['microscaling'],
          verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
        },
        { name: 'microscalingpolicies/status', verbs: ['get'] },
        { name: 'capacitypools', kind: 'CapacityPool' },
        { name: 'capacitypools/status' },
      ],
    });
    expect((await get('/api/v1')).body).toMatchObject({
      groupVersion: 'v1',
      resources: [
        { name: 'events', namespaced: true, verbs: ['get', 'list', 'watch'] },
        { name: 'namespaces', namespaced: false, shortNames: ['ns'] },
      ],
    });
  });

  it.each(['v2', 'v2beta1'])('tells everything at once in apidiscovery %s', async (version) => {
    const accept = `application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList,${aggregatedAs(version)},application/json`;
    const { type, body } = await get('/apis', accept);
    expect(type).toBe(aggregatedAs(version));
    expect(body).toMatchObject({
      kind: 'APIGroupDiscoveryList',
      apiVersion: `apidiscovery.k8s.io/${version}`,
      items: [
        {
          metadata: { name: 'microscaling.io' },
          versions: [
            {
              version: 'v1alpha1',
              freshness: 'Current',
              resources: [
                {
                  resource: 'microscalingpolicies',
                  responseKind: { group: 'microscaling.io', version: 'v1alpha1', kind: 'MicroscalingPolicy' },
                  scope: 'Namespaced',
                  singularResource: 'microscalingpolicy',
                  shortNames: ['msp'],
                  subresources: [{ subresource: 'status', verbs: ['get'] }],
                },
                { resource: 'capacitypools' },
              ],
            },
          ],
        },
      ],
    });
    expect((await get('/api', accept)).body).toMatchObject({
      items: [
        { metadata: { name: '' }, versions: [{ resources: [{ resource: 'events' }, { scope: 'Cluster' }] }] },
      ],
    });
  });

  it.each(['application/json', '*/*', `application/json,${aggregatedAs('v2')}`, aggregatedAs('v9')])(
    'falls back for a client that says %s',
    async (accept) => {
      expect((await get('/apis', accept)).body).toMatchObject({ kind: 'APIGroupList' });
    },
  );

  it('has the version of a Kubernetes, marked as ours', async () => {
    expect((await get('/version')).body).toMatchObject({
      major: '1',
      minor: expect.stringMatching(/^\d+$/),
      gitVersion: expect.stringMatching(/^v1\.\d+\.0\+microscaling\.1\.2\.3$/),
    });
  });
});
