// schedulers: where a Docker engine listens, as people write it for the docker command.

import { TerminalError } from '../../runtime/errors.ts';

const DEFAULT_HOST = 'unix:///var/run/docker.sock';

/** The process's own engine; `dockerHost` is its DOCKER_HOST, and an empty one names none. */
export function ownEngineHost(dockerHost: string | undefined): string {
  return dockerHost?.trim() || DEFAULT_HOST;
}

export type EngineAddress =
  | { readonly kind: 'unix'; readonly socketPath: string; readonly text: string }
  | { readonly kind: 'tcp'; readonly origin: string; readonly secure: boolean; readonly text: string };

const EXAMPLES = 'unix:///var/run/docker.sock or tcp://HOST:2376';

/** What is wrong with it, as the end of a sentence, or the address. Never repeats credentials. */
export function parseEngineAddress(
  host: string,
  { tls = false }: { readonly tls?: boolean } = {},
): EngineAddress | { readonly wrong: string } {
  if (host.startsWith('unix://')) return socketAddress(host.slice('unix://'.length), tls);
  if (host.startsWith('npipe:')) return { wrong: 'is a Windows pipe, which is not supported' };
  if (host.startsWith('ssh:'))
    return { wrong: 'goes over ssh, which is not supported; forward the socket with ssh -L and name that' };
  if (!/^(tcp|https?):\/\//.test(host) || !URL.canParse(host))
    return { wrong: `is not an address such as ${EXAMPLES}` };
  return networkAddress(host, tls);
}

/** @throws TerminalError for an address that is none */
export function engineAddress(
  host: string,
  { block = 'docker', tls = false }: { readonly block?: string; readonly tls?: boolean } = {},
): EngineAddress {
  const address = parseEngineAddress(host, { tls });
  if ('wrong' in address) throw new TerminalError(`${block}.host ${address.wrong}`);
  return address;
}

/** The host name by which published ports of the engine's containers are reached. */
export function engineEndpointHost(address: EngineAddress): string {
  return address.kind === 'unix' ? '127.0.0.1' : new URL(address.origin).hostname.replace(/^\[|\]$/g, '');
}

function socketAddress(path: string, tls: boolean): EngineAddress | { readonly wrong: string } {
  if (!path.startsWith('/')) return { wrong: `has no absolute path; write it like ${EXAMPLES}` };
  if (tls) return { wrong: 'is a socket on this machine, which speaks no TLS; remove tls' };
  const socketPath = path.replace(/\/+/g, '/');
  return { kind: 'unix', socketPath, text: `unix://${socketPath}` };
}

function networkAddress(host: string, tls: boolean): EngineAddress | { readonly wrong: string } {
  const scheme = host.slice(0, host.indexOf(':'));
  // Not a special scheme to URL: its host would keep its case.
  const url = new URL(`http${host.slice(scheme.length)}`);
  if (url.username !== '' || url.password !== '')
    return { wrong: 'holds credentials: remove them; an engine knows its clients by certificates (tls)' };
  if (url.hostname === '' || url.search !== '' || url.hash !== '' || url.pathname !== '/')
    return { wrong: `is more or less than a host and a port; write it like ${EXAMPLES}` };
  if (scheme === 'http' && tls) return { wrong: 'begins with http://, but tls is given; write tcp://' };
  const secure = tls || scheme === 'https';
  const port = url.port === '' && !/:80$/.test(host) ? (secure ? '2376' : '2375') : url.port || '80';
  const place = `${url.hostname}:${port}`;
  return { kind: 'tcp', origin: `${secure ? 'https' : 'http'}://${place}`, secure, text: `tcp://${place}` };
}
