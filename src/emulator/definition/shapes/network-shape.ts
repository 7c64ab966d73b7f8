// emulator: networks and ports, in today's spelling and in that of before 1.5.

import {
  array,
  integer,
  many,
  map,
  object,
  oneOf,
  optional,
  required,
  set,
  string,
  withDefault,
} from './shape.ts';
import { anyPort, longName, networkName, notEmpty } from './texts.ts';

const protocol = oneOf('tcp', 'udp', 'udp,tcp');

export const network = object('Network', {
  name: optional(networkName),
  mode: withDefault(oneOf('container', 'container/bridge', 'host'), 'container'),
  labels: many(map(string)),
});

export const portDefinition = object('PortDefinition', {
  port: withDefault(anyPort, 0),
  labels: many(map(string)),
  name: optional(longName),
  protocol: withDefault(protocol, 'tcp'),
});

export const portMapping = object('ContainerPortMapping', {
  containerPort: withDefault(anyPort, 0),
  hostPort: optional(anyPort),
  labels: many(map(string)),
  name: optional(longName),
  protocol: withDefault(protocol, 'tcp'),
  servicePort: withDefault(anyPort, 0),
  networkNames: many(array(string)),
});

const discoveryPort = object('IpDiscoveryPort', {
  number: withDefault(anyPort, 0),
  name: required(longName),
  protocol: withDefault(protocol, 'tcp'),
  labels: many(map(string)),
});

export const ipAddress = object('IpAddress', {
  discovery: optional(object('IpDiscovery', { ports: many(array(discoveryPort)) })),
  groups: many(set(string)),
  labels: many(map(string)),
  networkName: optional(notEmpty),
});

/** Of `ports`; bounds are looked at later. */
export const ports = array(integer());

export const dockerNetwork = oneOf('BRIDGE', 'HOST', 'NONE', 'USER');
