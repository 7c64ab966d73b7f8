// metric-sources: an Azure Storage connection string taken apart. Messages never repeat any part of it.
// Format: https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string

import { TerminalError } from '../../../runtime/errors.ts';

export interface ConnectionParts {
  /** Base URL of the queue service. */
  readonly endpoint: string;
  readonly accountName?: string;
  readonly accountKey?: string;
  readonly sasToken?: string;
}

/** The emulator's public account, the same on every machine: what `UseDevelopmentStorage=true` stands for. */
const DEVELOPMENT: ConnectionParts = {
  endpoint: 'http://127.0.0.1:10001/devstoreaccount1',
  accountName: 'devstoreaccount1',
  accountKey: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
};

/**
 * Names and `true` in any case, as Azure's SDK for .NET and its tools read them; of a name that stands twice the first
 * counts, and a key goes before a signature, as in the SDK for JavaScript.
 *
 * @throws TerminalError that names the missing part
 */
export function parseConnectionString(text: string): ConnectionParts {
  const parts = partsOf(text);
  if (parts.get('usedevelopmentstorage')?.toLowerCase() === 'true') return development(parts);
  const accountName = parts.get('accountname');
  const accountKey = parts.get('accountkey');
  const sasToken = parts.get('sharedaccesssignature');
  if (accountName && accountKey) return { endpoint: endpointOf(parts, accountName), accountName, accountKey };
  if (!sasToken) throw problem('has neither AccountName and AccountKey nor SharedAccessSignature');
  return { endpoint: endpointOf(parts, accountName), ...(accountName ? { accountName } : {}), sasToken };
}

function partsOf(text: string): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(0, equals)).trim().toLowerCase();
    if (!parts.has(name)) parts.set(name, part.slice(equals + 1).trim());
  }
  return parts;
}

/** `DevelopmentStorageProxyUri` says on which host the emulator is, with its scheme; the ports are the emulator's own. */
function development(parts: ReadonlyMap<string, string>): ConnectionParts {
  const proxy = parts.get('developmentstorageproxyuri');
  if (!proxy) return DEVELOPMENT;
  const url = URL.parse(proxy);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw problem('has a DevelopmentStorageProxyUri that is no http or https URL such as http://azurite');
  return { ...DEVELOPMENT, endpoint: `${url.protocol}//${url.hostname}:10001/${DEVELOPMENT.accountName}` };
}

function endpointOf(parts: ReadonlyMap<string, string>, accountName: string | undefined): string {
  const given = parts.get('queueendpoint');
  if (given) return given;
  if (!accountName) throw problem('has neither QueueEndpoint nor AccountName');
  const protocol = parts.get('defaultendpointsprotocol') || 'https';
  // People write it as they see it in a host: `.core.windows.net`, `queue.core.windows.net`.
  const suffix = parts.get('endpointsuffix')?.replace(/^\.*(?:queue\.)?/i, '') || 'core.windows.net';
  return `${protocol}://${accountName}.queue.${suffix}`;
}

function problem(what: string): TerminalError {
  return new TerminalError(
    `the connection string ${what}; copy it whole from the storage account's 'Access keys'`,
  );
}
