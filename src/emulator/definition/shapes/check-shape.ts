// emulator: how an app is checked: health checks, checks and readiness checks.

import {
  array,
  boolean,
  integer,
  object,
  oneOf,
  optional,
  required,
  set,
  string,
  union,
  withDefault,
} from './shape.ts';
import { anyPort, longName, notEmpty, path } from './texts.ts';

const scheme = withDefault(oneOf('HTTP', 'HTTPS'), 'HTTP');

export const healthCheck = object('AppHealthCheck', {
  command: optional(object('AppCommandCheck', { value: required(string) }, 'plain')),
  gracePeriodSeconds: withDefault(integer(0), 300),
  ignoreHttp1xx: optional(boolean),
  intervalSeconds: withDefault(integer(0), 60),
  maxConsecutiveFailures: withDefault(integer(0), 3),
  path: optional(string),
  port: optional(anyPort),
  portIndex: optional(anyPort),
  protocol: withDefault(
    oneOf('HTTP', 'HTTPS', 'TCP', 'COMMAND', 'MESOS_TCP', 'MESOS_HTTP', 'MESOS_HTTPS'),
    'HTTP',
  ),
  ipProtocol: withDefault(oneOf('IPv4', 'IPv6'), 'IPv4'),
  timeoutSeconds: withDefault(integer(), 20),
  delaySeconds: withDefault(integer(0), 15),
});

const command = union(
  object('ShellCommand', { shell: required(notEmpty) }),
  object('ArgvCommand', { argv: required(array(string, 1)) }),
);

const httpCheck = object('AppHttpCheck', {
  portIndex: optional(anyPort),
  port: optional(anyPort),
  path: optional(path),
  scheme,
});

const tcpCheck = object('AppTcpCheck', { portIndex: optional(anyPort), port: optional(anyPort) });

export const check = object('AppCheck', {
  http: optional(httpCheck),
  tcp: optional(tcpCheck),
  exec: optional(object('CommandCheck', { command: required(command) }, 'plain')),
  intervalSeconds: withDefault(integer(0), 60),
  timeoutSeconds: withDefault(integer(0), 20),
  delaySeconds: withDefault(integer(0), 15),
});

export const readinessCheck = object('ReadinessCheck', {
  name: withDefault(notEmpty, 'readinessCheck'),
  protocol: scheme,
  path: withDefault(path, '/'),
  portName: withDefault(longName, 'http-api'),
  intervalSeconds: withDefault(integer(0), 30),
  timeoutSeconds: withDefault(integer(1), 10),
  httpStatusCodesForReady: optional(set(integer(), 1)),
  preserveLastResponse: withDefault(boolean, false),
});
