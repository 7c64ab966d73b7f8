// emulator: checks as they are stored: each kind keeps what it needs and forgets the rest.

import { defined } from '../../../lang/defined.ts';
import { ApiError } from '../../api-error.ts';
import type { HealthCheck } from '../app.ts';
import type { GivenCheck, GivenHealthCheck } from '../given.ts';
import { scalaText } from '../jvm/scala-text.ts';
import { healthCheck as SHAPE } from '../shapes/check-shape.ts';
import type { JsonObject } from '../shapes/shape.ts';

const ARGV = 'mesosphere.marathon.state.ArgvList';

/** Checks that Marathon itself runs know no delay. */
const NO_DELAY_SECONDS = 15;

/** @throws ApiError 500 for mixtures that nothing has looked at before */
export function storedHealthCheck(check: GivenHealthCheck): HealthCheck {
  const { command, protocol, path, port } = check;
  if (command !== undefined && (path !== undefined || port !== undefined))
    throw new ApiError(500, `Invalid combination of HealthCheck parameters in ${scalaText(SHAPE, check)}`);
  if (command !== undefined && protocol !== 'COMMAND')
    throw new ApiError(500, `illegal protocol ${protocol} specified with command`);
  if (command === undefined && protocol === 'COMMAND')
    throw new ApiError(500, `illegal protocol ${protocol} for non-command health check`);
  return { ...common(check), ...own(check) };
}

function common(check: GivenHealthCheck): Omit<HealthCheck, 'delaySeconds'> {
  const { gracePeriodSeconds, intervalSeconds, maxConsecutiveFailures, timeoutSeconds, protocol } = check;
  return { gracePeriodSeconds, intervalSeconds, maxConsecutiveFailures, timeoutSeconds, protocol };
}

function own(check: GivenHealthCheck): Pick<HealthCheck, 'delaySeconds'> & Partial<HealthCheck> {
  const { command, delaySeconds, ipProtocol, path, port, portIndex } = check;
  const ports = { ...defined({ port, portIndex }) };
  const withPath = { ...ports, ...defined({ path }) };
  switch (check.protocol) {
    case 'HTTP':
    case 'HTTPS':
      return { ...withPath, ignoreHttp1xx: false, ipProtocol: 'IPv4', delaySeconds: NO_DELAY_SECONDS };
    case 'TCP':
      return { ...ports, ipProtocol: 'IPv4', delaySeconds: NO_DELAY_SECONDS };
    case 'COMMAND':
      return { ...(command && { command }), ipProtocol: 'IPv4', delaySeconds };
    case 'MESOS_TCP':
      return { ...ports, ipProtocol, delaySeconds };
    case 'MESOS_HTTP':
    case 'MESOS_HTTPS':
      return { ...withPath, ipProtocol, delaySeconds };
  }
}

/** @throws ApiError 500 unless it is of exactly one kind, and of one that Mesos knows */
export function storedCheck(check: GivenCheck): JsonObject {
  const kinds = [check.http, check.tcp, check.exec].filter((kind) => kind !== undefined);
  if (kinds.length !== 1)
    throw new ApiError(500, 'illegal RAML Check: expected one of http, tcp or exec checks');
  // Marathon stores it and from then on fails to show the app, and every list that it is in.
  if (check.exec !== undefined && 'argv' in check.exec.command)
    throw new ApiError(500, `ArgvList(List(${check.exec.command.argv.join(', ')})) (of class ${ARGV})`);
  if (check.http?.scheme === 'HTTPS')
    throw new ApiError(500, 'HTTPS (of class mesosphere.marathon.raml.HttpScheme$Https$)');
  return check;
}
