// emulator: an app in today's spelling (Marathon's AppNormalization): before its meaning is looked at, and after.

import type { GivenApp, GivenPortDefinition, GivenUpdate } from '../given.ts';
import { hasPersistentVolumes } from '../given.ts';
import { distinct } from '../shapes/shape-reader.ts';
import { DEFAULT_RESIDENCY } from '../shapes/strategy-shape.ts';
import { withPortIndex, withStatusCodes } from './checks.ts';
import { EMPTY_CONTAINER, modernContainer, networkedContainer, withMappings } from './container.ts';
import { fetchOf } from './fetch.ts';
import { networksOf } from './networks.ts';

const DEFAULT_PORTS: readonly GivenPortDefinition[] = [
  { port: 0, labels: {}, name: 'default', protocol: 'tcp' },
];

/** @throws ApiError 500 where spellings contradict each other in a way that nothing has looked at before */
export function modernApp(given: GivenApp): GivenApp {
  const { uris, ipAddress, ports, container: _container, portDefinitions: _definitions, ...rest } = given;
  const fetch = fetchOf(uris, given.fetch) ?? [];
  const networks =
    networksOf({
      ipAddress,
      dockerNetwork: given.container?.docker?.network,
      networks: given.networks.length === 0 ? undefined : given.networks,
    }) ?? [];
  const definitions = given.portDefinitions ?? ports?.map(portDefinition);
  const onHost = networks.every(({ mode }) => mode === 'host');
  const spelled = given.container ?? (ipAddress === undefined ? undefined : EMPTY_CONTAINER);
  const container =
    spelled && withMappings(modernContainer(spelled, ipAddress?.discovery), networks, definitions);
  // The ports as they were given decide, not the default one: so it was in 1.4.
  const hasPorts = (given.portDefinitions?.length ?? 0) > 0 || container?.portMappings !== undefined;
  const residency = given.residency ?? (hasPersistentVolumes(given) ? DEFAULT_RESIDENCY : undefined);
  return {
    ...rest,
    fetch,
    networks,
    ...(container && { container }),
    ...(onHost && { portDefinitions: definitions ?? DEFAULT_PORTS }),
    healthChecks: hasPorts ? distinct(given.healthChecks.map(withPortIndex)) : given.healthChecks,
    ...(residency && { residency }),
    readinessChecks: given.readinessChecks.map(withStatusCodes),
  };
}

/** What is valid, with the networks and strategies that it has by default. */
export function settledApp(app: GivenApp): GivenApp {
  const networks = app.networks.length === 0 ? [{ mode: 'host' as const, labels: {} }] : app.networks;
  const onHost = networks.every(({ mode }) => mode === 'host');
  const container = networkedContainer(app.container, networks);
  return {
    ...app,
    networks,
    ...(container && { container }),
    unreachableStrategy:
      app.unreachableStrategy ??
      (hasPersistentVolumes(app) ? 'disabled' : { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 }),
    requirePorts: onHost && app.requirePorts,
  };
}

/** An update in today's spelling; no defaults of ports, since it is not yet known what it is merged into. */
export function modernUpdate(update: GivenUpdate): GivenUpdate {
  const { uris, ipAddress, ports, ...rest } = update;
  const fetch = fetchOf(uris, update.fetch);
  const networks = networksOf({
    ipAddress,
    dockerNetwork: update.container?.docker?.network,
    networks: update.networks,
  });
  const spelled = update.container ?? (ipAddress === undefined ? undefined : EMPTY_CONTAINER);
  const modern = spelled && modernContainer(spelled, ipAddress?.discovery);
  const container = networkedContainer(modern, networks ?? []);
  const portDefinitions = update.portDefinitions ?? ports?.map(portDefinition);
  return {
    ...rest,
    ...(fetch && { fetch }),
    ...(networks && { networks }),
    ...(container && { container }),
    ...(portDefinitions && { portDefinitions }),
    ...(update.healthChecks && { healthChecks: distinct(update.healthChecks.map(withPortIndex)) }),
    ...(update.readinessChecks && { readinessChecks: update.readinessChecks.map(withStatusCodes) }),
  };
}

function portDefinition(port: number): GivenPortDefinition {
  return { port, labels: {}, protocol: 'tcp' };
}
