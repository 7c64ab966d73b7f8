// schedulers: the part of a block that names a Docker engine: its schema, its rules, and who may name another one than the operator's.

import { isObject, type JsonObject, type JsonSchema } from '../../api/schema/json-schema.ts';
import { object, secretSource, text } from '../../api/schema/shapes.ts';
import { refused, type TrustRules } from '../../api/trust/rules.ts';
import { error, type Finding } from '../../api/validation/finding.ts';
import { below } from '../../api/validation/pointer.ts';
import { ownEngineHost, parseEngineAddress } from './address.ts';
import type { EngineSpec, EngineTlsConfig } from './spec.ts';

/** @param what it is to the block, as the beginning of a sentence: `The engine` */
export function engineFields(what: string): Readonly<Record<'host' | 'tls', JsonSchema>> {
  return {
    host: text(
      `${what}: unix:///var/run/docker.sock or tcp://HOST:2376. Default: the operator's DOCKER_HOST, else unix:///var/run/docker.sock.`,
      { minLength: 1, maxLength: 1024 },
    ),
    tls: object('For an engine behind a port: PEM texts by reference.', {
      ca: secretSource("The authority of the engine's certificate, instead of the system's."),
      cert: secretSource("The operator's certificate."),
      key: secretSource("The operator's private key."),
    }),
  };
}

/** Undefined for the operator's own. */
export function engineSpecOf({ host, tls }: JsonObject): EngineSpec | undefined {
  const spec: EngineSpec = {
    ...(typeof host === 'string' && { host }),
    ...(isObject(tls) && { tls: tls as EngineTlsConfig }),
  };
  return Object.keys(spec).length === 0 ? undefined : spec;
}

export function checkEngine({ host, tls }: JsonObject, pointer: string): readonly Finding[] {
  if (typeof host === 'string') {
    const address = parseEngineAddress(host, { tls: tls !== undefined });
    if ('wrong' in address) return [error(below(pointer, 'host'), address.wrong)];
  }
  if (!isObject(tls) || (tls['cert'] === undefined) === (tls['key'] === undefined)) return [];
  return [error(below(pointer, 'tls'), 'has one of cert and key: a certificate needs its key, give both')];
}

/** An author who is not the administrator may name the operator's own, and what is allowed. */
export function checkEngineTrust(
  { host, tls }: JsonObject,
  pointer: string,
  rules: TrustRules,
): readonly Finding[] {
  if (typeof host !== 'string') return [];
  const address = parseEngineAddress(host, { tls: tls !== undefined });
  if ('wrong' in address) return [];
  const own = parseEngineAddress(ownEngineHost(rules.own.variable('DOCKER_HOST')));
  if (!('wrong' in own) && own.text === address.text) return [];
  if (rules.endpoints.includes(address.text)) return [];
  const place = below(pointer, 'host');
  return [refused(place, `may not use the engine ${address.text}`, `--allow-endpoint '${address.text}'`)];
}
