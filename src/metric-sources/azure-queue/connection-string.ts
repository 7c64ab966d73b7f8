// metric-sources: an Azure Storage connection string taken apart. Messages never repeat any part of it.
// Format: https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string

import { TerminalError } from '../../runtime/errors.ts';

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

/** @throws TerminalError that names the missing part */
export function parseConnectionString(text: string): ConnectionParts {
  const parts = new Map(
    text.split(';').map((part): [string, string] => {
      const equals = part.indexOf('=');
      return [part.slice(0, Math.max(0, equals)).trim().toLowerCase(), part.slice(equals + 1).trim()];
    }),
  );
  if (parts.get('usedevelopmentstorage') === 'true') return DEVELOPMENT;
  const accountName = parts.get('accountname');
  const accountKey = parts.get('accountkey');
  const sasToken = parts.get('sharedaccesssignature');
  if (!sasToken && !(accountName && accountKey))
    throw problem('has neither AccountName and AccountKey nor SharedAccessSignature');
  return {
    endpoint: endpointOf(parts, accountName),
    ...(accountName ? { accountName } : {}),
    ...(sasToken ? { sasToken } : accountKey ? { accountKey } : {}),
  };
}

function endpointOf(parts: ReadonlyMap<string, string>, accountName: string | undefined): string {
  const given = parts.get('queueendpoint');
  if (given) return given;
  if (!accountName) throw problem('has neither QueueEndpoint nor AccountName');
  const protocol = parts.get('defaultendpointsprotocol') || 'https';
  const suffix = parts.get('endpointsuffix') || 'core.windows.net';
  return `${protocol}://${accountName}.queue.${suffix}`;
}

function problem(what: string): TerminalError {
  return new TerminalError(
    `the connection string ${what}; copy it whole from the storage account's 'Access keys'`,
  );
}
