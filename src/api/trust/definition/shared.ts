// api: what a definition takes of what a whole cluster shares: names that others listen for, networks, ports, roles,
// secrets, other people's apps, time.

import { isObject, type JsonObject } from '../../schema/json-schema.ts';
import { error, type Finding } from '../../validation/finding.ts';
import { below } from '../../validation/pointer.ts';
import { isWithin } from '../places.ts';
import { refused } from '../rules.ts';
import { type DefinitionTrust, each, fieldsOf, isSet, refusedPart } from './rule.ts';

/** By its labels the operator knows what it made, and `uninstall` what it may remove. */
export function checkOwnLabels({ labels }: JsonObject, pointer: string): readonly Finding[] {
  return Object.keys(fieldsOf(labels))
    .filter((name) => /^microscaling\.io(\/|$)/i.test(name))
    .map((name) =>
      error(below(pointer, 'labels', name), `the label ${name} is the operator's own: remove it`),
    );
}

/** Load balancers and DC/OS act upon these: an app with one takes traffic, or the name of a service. */
const HEARD = /^(?:VIP_|HAPROXY_|DCOS_|traefik\.)/i;

export function checkDiscoveryLabels(definition: JsonObject, pointer: string): readonly Finding[] {
  return labelsIn(definition, pointer).flatMap(({ labels, place }) =>
    Object.keys(fieldsOf(labels))
      .filter((name) => HEARD.test(name.trim()))
      .map((name) => {
        const what = `may not carry the label ${name}, which load balancers or DC/OS act upon`;
        return refusedPart(below(place, name), what, 'labels');
      }),
  );
}

interface Labels {
  readonly labels: unknown;
  readonly place: string;
}

/** Of the app, of its ports in every spelling that Marathon translates, of its networks. */
function labelsIn(definition: JsonObject, pointer: string): readonly Labels[] {
  const { container, ipAddress, portDefinitions, networks } = definition;
  const { docker, portMappings } = fieldsOf(container);
  const { discovery } = fieldsOf(ipAddress);
  const at = (...segments: string[]): string => below(pointer, ...segments);
  const ofItems = (items: unknown, place: string): readonly Labels[] =>
    each(items).map((item, i) => ({ labels: fieldsOf(item)['labels'], place: below(place, i, 'labels') }));
  return [
    { labels: definition['labels'], place: at('labels') },
    { labels: fieldsOf(ipAddress)['labels'], place: at('ipAddress', 'labels') },
    ...ofItems(portDefinitions, at('portDefinitions')),
    ...ofItems(networks, at('networks')),
    ...ofItems(portMappings, at('container', 'portMappings')),
    ...ofItems(fieldsOf(docker)['portMappings'], at('container', 'docker', 'portMappings')),
    ...ofItems(fieldsOf(discovery)['ports'], at('ipAddress', 'discovery', 'ports')),
  ];
}

/** The host's, a bridge and the cluster's default network are anybody's; a network with a name is somebody's. */
export function checkNetworks({ networks, ipAddress }: JsonObject, pointer: string): readonly Finding[] {
  const { networkName } = fieldsOf(ipAddress);
  const named = [
    ...each(networks).map((network, i) => ({
      name: fieldsOf(network)['name'],
      place: below(pointer, 'networks', i, 'name'),
    })),
    { name: networkName, place: below(pointer, 'ipAddress', 'networkName') },
  ];
  return named
    .filter(({ name }) => isSet(name))
    .map(({ name, place }) =>
      refusedPart(place, `may not join the container network ${JSON.stringify(name)}`, 'networks'),
    );
}

/** A port of the machine that nobody else can have then, and that others may expect somebody else behind. */
export function checkPorts(definition: JsonObject, pointer: string): readonly Finding[] {
  const { requirePorts, container } = definition;
  const { docker, portMappings } = fieldsOf(container);
  const required = isSet(requirePorts) && requirePorts !== false;
  const mappings = [
    ...hostPortsIn(portMappings, below(pointer, 'container', 'portMappings')),
    ...hostPortsIn(fieldsOf(docker)['portMappings'], below(pointer, 'container', 'docker', 'portMappings')),
  ];
  return [
    ...(required
      ? [refusedPart(below(pointer, 'requirePorts'), 'may not choose ports of the host', 'ports')]
      : []),
    ...mappings.map((place) => refusedPart(place, 'may not choose ports of the host', 'ports')),
  ];
}

/** Port 0 is whichever is free. */
function hostPortsIn(mappings: unknown, pointer: string): readonly string[] {
  return each(mappings).flatMap((mapping, i) => {
    const { hostPort } = fieldsOf(mapping);
    return isSet(hostPort) && hostPort !== 0 ? [below(pointer, i, 'hostPort')] : [];
  });
}

/** Resources that were set apart for somebody. `*` is everybody's role. */
export function checkRoles({ role, acceptedResourceRoles }: JsonObject, pointer: string): readonly Finding[] {
  const named = [
    ...(isSet(role) ? [{ name: role, place: below(pointer, 'role') }] : []),
    ...each(acceptedResourceRoles).map((name, i) => ({
      name,
      place: below(pointer, 'acceptedResourceRoles', i),
    })),
  ];
  return named
    .filter(({ name }) => name !== '*')
    .map(({ name, place }) =>
      refusedPart(place, `may not use resources of the role ${JSON.stringify(name)}`, 'roles'),
    );
}

/** Marathon gives an app whatever secret it names. Below a group that the administrator named they are its own. */
export function checkSecrets(
  { secrets }: JsonObject,
  pointer: string,
  trust: DefinitionTrust,
): readonly Finding[] {
  if (!isSet(secrets)) return [];
  const entries: readonly (readonly [string | number, unknown])[] = isObject(secrets)
    ? Object.entries(secrets)
    : [...each(secrets).entries()];
  return entries.flatMap(([name, secret]) => {
    const { source } = fieldsOf(secret);
    if (typeof source === 'string' && isOwnSecret(source, trust)) return [];
    const what = `may not use the secret ${JSON.stringify(source ?? secret)} of Marathon`;
    return [refusedPart(below(pointer, 'secrets', name, 'source'), what, 'secrets')];
  });
}

function isOwnSecret(source: string, { groups, groupsAreNamed }: DefinitionTrust): boolean {
  const path = source.startsWith('/') ? source : `/${source}`;
  return groupsAreNamed && /^[\w./-]+$/.test(path) && groups.some((group) => isWithin(path, group));
}

/** Marathon waits for them, and holds what depends on them back. */
export function checkDependencies(
  { dependencies }: JsonObject,
  pointer: string,
  { groups }: DefinitionTrust,
): readonly Finding[] {
  return each(dependencies).flatMap((id, i) => {
    const place = below(pointer, 'dependencies', i);
    if (typeof id === 'string' && id.startsWith('/') && groups.some((group) => isWithin(id, group)))
      return [];
    if (typeof id === 'string' && !id.startsWith('/')) {
      const sentence = `the dependency ${JSON.stringify(id)} is relative, and Marathon's versions do not agree to what: write its whole id, such as ${groups[0] ?? ''}/${id.replace(/^[./]+/, '')}`;
      return [error(place, sentence)];
    }
    const group = typeof id === 'string' ? id.slice(0, id.lastIndexOf('/')) || '/' : '/GROUP';
    const what = `may depend on apps under ${groups.join(', ')} only, not on ${JSON.stringify(id)}`;
    return [refused(place, what, `--allow-app-prefix '${group}'`)];
  });
}

/** A killed task holds its slot until it is gone: one that never ends keeps what others need. */
export const MAX_GRACE_SECONDS = 300;

export function checkGracePeriod(
  { taskKillGracePeriodSeconds: seconds }: JsonObject,
  pointer: string,
): readonly Finding[] {
  if (!isSet(seconds) || (typeof seconds === 'number' && seconds <= MAX_GRACE_SECONDS)) return [];
  const what = `may not take more than ${MAX_GRACE_SECONDS} seconds to end its tasks, in which they hold their slots`;
  return [refusedPart(below(pointer, 'taskKillGracePeriodSeconds'), what, 'grace-periods')];
}
