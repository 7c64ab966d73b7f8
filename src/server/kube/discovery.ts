// server: what kinds there are, as kubectl and client-go ask for it: discovery by group and version, and in one piece.

import { type Context, Hono } from 'hono';
import { acceptedTypes } from './http/accept.ts';
import { apiVersionOf, groupVersionPath, type ResourceKind } from './kinds/kinds.ts';

/** The Kubernetes that the API behaves like: clients choose by it what to ask for. */
const KUBERNETES_MINOR = 32;

/** Versions of apidiscovery.k8s.io; they say the same. */
const AGGREGATED_VERSIONS: readonly (string | undefined)[] = ['v2', 'v2beta1'];

/** Clients may write the status of no kind: the operator does. */
const STATUS_VERBS = ['get'];

/** Routes `/version`, `/api`, `/apis` and what is below them, down to the list of a version's resources. */
export function discoveryRoutes(kinds: readonly ResourceKind[], version: string): Hono {
  const app = new Hono();
  const groups = [...Map.groupBy(kinds, ({ group }) => group)];
  const core = groups.filter(([group]) => group === '');
  const named = groups.filter(([group]) => group !== '');

  app.get('/version', (c) => c.json(versionInfo(version)));
  app.get('/api', (c) => aggregated(c, core) ?? c.json(apiVersions(core)));
  app.get('/apis', (c) => aggregated(c, named) ?? c.json(groupList(named)));
  for (const [name, of] of named) {
    app.get(`/apis/${name}`, (c) => c.json({ kind: 'APIGroup', apiVersion: 'v1', ...apiGroup([name, of]) }));
  }
  for (const [path, of] of Map.groupBy(kinds, groupVersionPath)) {
    app.get(path, (c) => c.json(resourceList(of)));
  }
  return app;
}

type Group = readonly [name: string, kinds: readonly ResourceKind[]];

/** As distributions of Kubernetes say who they are: `v1.32.0+microscaling.0.1.0`. */
function versionInfo(version: string): object {
  return {
    major: '1',
    minor: `${KUBERNETES_MINOR}`,
    gitVersion: `v1.${KUBERNETES_MINOR}.0+microscaling.${version}`,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: 'node',
    platform: `${process.platform}/${process.arch}`,
  };
}

function apiVersions(core: readonly Group[]): object {
  const versions = core.flatMap(([, kinds]) => versionsOf(kinds));
  return { kind: 'APIVersions', versions, serverAddressByClientCIDRs: [] };
}

function groupList(groups: readonly Group[]): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(apiGroup) };
}

function apiGroup([name, kinds]: Group): object {
  const versions = versionsOf(kinds).map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] };
}

function versionsOf(kinds: readonly ResourceKind[]): readonly string[] {
  return [...new Set(kinds.map(({ version }) => version))];
}

function resourceList(kinds: readonly ResourceKind[]): object {
  const [first] = kinds;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: first === undefined ? '' : apiVersionOf(first),
    resources: kinds.flatMap((kind) => [resource(kind), ...(kind.hasStatus ? [statusResource(kind)] : [])]),
  };
}

function resource(kind: ResourceKind): object {
  return {
    name: kind.plural,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs: kind.verbs,
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    ...(kind.categories.length > 0 && { categories: kind.categories }),
  };
}

function statusResource({ plural, namespaced, kind }: ResourceKind): object {
  return { name: `${plural}/status`, singularName: '', namespaced, kind, verbs: STATUS_VERBS };
}

/** The answer to a client that knows aggregated discovery (KEP-3352), undefined for one that does not. */
function aggregated(c: Context, groups: readonly Group[]): Response | undefined {
  c.header('vary', 'Accept');
  const version = aggregatedVersion(c.req.header('accept') ?? null);
  if (version === undefined) return undefined;
  const list = {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(groupDiscovery),
  };
  const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  return c.body(JSON.stringify(list), 200, { 'content-type': type });
}

/** Whichever the client names first: one of the aggregated versions, or plain JSON. */
function aggregatedVersion(accept: string | null): string | undefined {
  for (const { parameters } of acceptedTypes(accept)) {
    const [as, group, version] = ['as', 'g', 'v'].map((name) => parameters.get(name));
    if (as === undefined) return undefined;
    const known = group === 'apidiscovery.k8s.io' && AGGREGATED_VERSIONS.includes(version);
    if (as === 'APIGroupDiscoveryList' && known) return version;
  }
  return undefined;
}

function groupDiscovery([name, kinds]: Group): object {
  const versions = [...Map.groupBy(kinds, ({ version }) => version)].map(([version, of]) => ({
    version,
    resources: of.map(resourceDiscovery),
    freshness: 'Current',
  }));
  return { metadata: { name, creationTimestamp: null }, versions };
}

function resourceDiscovery(of: ResourceKind): object {
  const { group, version, kind } = of;
  const responseKind = { group, version, kind };
  return {
    resource: of.plural,
    responseKind,
    scope: of.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: of.singular,
    verbs: of.verbs,
    ...(of.shortNames.length > 0 && { shortNames: of.shortNames }),
    ...(of.categories.length > 0 && { categories: of.categories }),
    ...(of.hasStatus && { subresources: [{ subresource: 'status', responseKind, verbs: STATUS_VERBS }] }),
  };
}
